import HostFiles
import HostModel

/// Folders of a hypervisor that this host, a virtual machine, has mounted: they come through PCI functions
/// and would go with them, though no block device is in between.
enum SharedFolderUses {
  /// The file systems, and the driver of the virtio devices that they come through
  /// (net/9p/trans_virtio.c, fs/fuse/virtio_fs.c).
  private static let drivers = ["9p": "9pnet_virtio", "virtiofs": "virtiofs"]

  /// All such uses below a root.
  static func survey(_ root: HostRoot, _ places: PCIPlaces) -> HostUses {
    var uses = HostUses()
    for mount in MountedState(root).mounts {
      guard let driver = drivers[mount.type] else { continue }
      for function in functions(sharing: mount.source, driver, root, places) {
        let kind: HostUse.Kind = mount.mountPoint == "/" ? .root : .mount
        uses.add(
          HostUse(
            kind, "\(mount.mountPoint) is mounted from \(mount.source), a shared folder (\(mount.type))."),
          to: function)
      }
    }
    return uses
  }

  /// Those whose tag it is; where the kernel does not tell tags, all of that driver. A folder that comes over
  /// a network has none.
  private static func functions(
    sharing tag: String, _ driver: String, _ root: HostRoot, _ places: PCIPlaces
  ) -> [PCIAddress] {
    let path = "sys/bus/virtio/drivers/\(driver)"
    return root.listing(path).filter { $0.hasPrefix("virtio") }.flatMap { name -> [PCIAddress] in
      let device = root.sysfsPath(of: "\(path)/\(name)")
      // 9p's tag ends with a zero byte.
      let shared = root.attribute(device + "/mount_tag")?.prefix { $0 != "\0" }
      return shared.map { $0 == tag } ?? true ? places.functions(on: device) : []
    }
  }
}
