/// What the kernel command line asks the initramfs to find before the host can start.
package struct BootSources: Equatable, Sendable {
  /// Values of root=, resume= and their like, as written.
  package var storage: [String]
  /// Whether the root file system comes over a network, or one is brought up to find it.
  package var needsNetwork: Bool
  /// `rd.passthru=0`: nothing is bound in this boot.
  package var isSwitchedOff: Bool

  /// dracut.cmdline(7), systemd-fstab-generator(8), systemd-cryptsetup-generator(8),
  /// initramfs-tools(7): every argument that names a device to find.
  private static let storageNames: [String] = [
    "root", "rootfsdev", "resume", "rd.luks.uuid", "luks.uuid", "rd.luks.name", "luks.name",
    "rd.luks.partuuid",
    "rd.luks.key", "luks.key", "rd.luks.data", "rd.luks.options", "rd.luks.serial", "cryptdevice",
    "cryptopts",
    "rd.lvm.lv", "rd.lvm.vg", "rd.md.uuid", "rd.dm.uuid", "rd.md.imsm", "mount.usr", "usr",
    "systemd.mount_extra",
    "systemd.swap_extra", "rd.systemd.mount_extra", "rd.nvmf.discover", "bcache", "roothash", "usrhash",
  ]
  private static let networkNames: [String] = [
    "netroot", "nfsroot", "nbdroot", "iscsiroot", "ip", "rd.neednet", "iscsi_initiator", "rd.iscsi.firmware",
    "rd.iscsi.ibft", "iscsi_firmware", "rd.nvmf.discover", "fcoe", "aoe", "bootif", "boot",
  ]
  private static let networkRoots = [
    "nfs", "nbd", "iscsi", "dhcp", "fcoe", "http", "cifs", "live:http", "ceph",
  ]

  package init(_ commandLine: KernelCommandLine) {
    let arguments = commandLine.parameters + commandLine.initArguments
    func named(_ names: [String]) -> [KernelParameter] {
      // The kernel takes a dash for an underscore; `names` are written with neither where it matters.
      arguments.filter { names.contains($0.name.lowercased()) }
    }
    var storage: [String] = []
    for argument in named(Self.storageNames) {
      guard let value = argument.value, !value.isEmpty else { continue }
      let source = value.hasPrefix("block:") ? String(value.dropFirst(6)) : value
      if !storage.contains(source) { storage.append(source) }
    }
    self.storage = storage
    let roots = arguments.filter { $0.isNamed("root") }.compactMap { $0.value }
    needsNetwork =
      named(Self.networkNames).contains { $0.name.lowercased() != "boot" || $0.value == "nfs" }
      || roots.contains { root in
        root == "/dev/nfs" || Self.networkRoots.contains { root.lowercased().hasPrefix($0) }
      }
    isSwitchedOff = arguments.last { $0.isNamed("rd.passthru") }.map { Self.isOff($0.value) } ?? false
  }

  /// What dracut's getargbool takes for no.
  private static func isOff(_ value: String?) -> Bool {
    value == "0" || value == "no" || value == "off" || value == "false"
  }
}
