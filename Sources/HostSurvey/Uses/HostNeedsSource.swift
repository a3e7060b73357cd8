import HostFiles
import HostModel

/// What the boot program must leave alone: the functions that carry file systems, swap and volumes of
/// the host, and every name by which a boot argument may ask for what is on them.
///
/// It is complete only where the root file system was followed to PCI functions and nothing about
/// disks stayed open; in a chroot, which shows no mount of its root, it never is.
package func surveyHostNeeds(_ root: HostRoot, devices: [PCIDevice], uses: HostUses) -> HostNeeds {
  let kinds: Set<HostUse.Kind> = [
    .root, .boot, .esp, .swap, .mount, .lvm, .raid, .crypt, .zfs, .btrfs, .fstab,
  ]
  let commandLine = ((try? root.bytes(at: "proc/cmdline")) ?? nil).map { KernelCommandLine(parsing: $0) }
  let boot = commandLine.map { BootSources($0) }
  var needs = HostNeeds()
  var isOpen = boot == nil
  for device in devices {
    var needed = uses.of(device.address).filter { $0.isEssential && kinds.contains($0.kind) }.map(
      \.kind.rawValue)
    // A network that the root file system comes over is as good as its disk.
    if boot?.needsNetwork == true {
      needed += uses.of(device.address).filter { $0.kind == .defaultRoute || $0.kind == .network }.map(
        \.kind.rawValue)
    }
    if uses.gaps.contains(where: { $0.concernsDisks(of: device) }) { needed.append("unmeasured") }
    guard !needed.isEmpty else { continue }
    if let identity = DeviceIdentity(of: device, among: devices) {
      let words = needed.reduce(into: [String]()) { words, use in
        if !words.contains(use) { words.append(use) }
      }
      needs.devices.append(NeededDevice(identity: identity, uses: words))
    } else {
      isOpen = true
    }
  }
  isOpen = isOpen || uses.gaps.contains { $0.scope == .storage }
  let hasRoot = needs.devices.contains { $0.uses.contains(HostUse.Kind.root.rawValue) }
  needs.isComplete = hasRoot && !isOpen
  needs.sources = Set(boot?.storage ?? []).union(tableSources(root)).sorted()
  needs.aliases = aliases(root, devices, of: Set(needs.devices.map(\.identity.address))).sorted()
  return needs
}

extension UseGap {
  /// Whether a disk that the host needs may hide behind a function for it. A gap about all
  /// storage leaves the whole list open instead.
  fileprivate func concernsDisks(of device: PCIDevice) -> Bool {
    guard case .devices = scope else { return false }
    return affects(device)
  }
}

/// What fstab and crypttab name, as written.
private func tableSources(_ root: HostRoot) -> Set<String> {
  let mounts = ((try? root.bytes(at: "etc/fstab")) ?? nil).map(FstabEntry.parse) ?? []
  let mappings = ((try? root.bytes(at: "etc/crypttab")) ?? nil).map(CrypttabEntry.parse) ?? []
  return Set(mounts.map(\.source) + mappings.map(\.source)).filter { source in
    // One line each in the file, without a control character.
    !source.isEmpty && source.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7f }
  }
}

/// Names below dev of block devices that stand on the given functions and on nothing else.
private func aliases(_ root: HostRoot, _ devices: [PCIDevice], of needed: Set<PCIAddress>) -> Set<String> {
  guard let tree = surveyBlockDevices(root, PCIPlaces(devices)).value else { return [] }
  var names: Set<String> = []
  var carried: Set<String> = []
  for node in tree.sorted {
    let ground = tree.ground(under: [node.name])
    guard !ground.functions.isEmpty, ground.functions.isSubset(of: needed), ground.unknown.isEmpty,
      ground.remote.isEmpty, ground.files.isEmpty, !ground.isOnZFS
    else { continue }
    carried.insert(node.name)
    names.insert("/dev/" + node.name)
    if let mapping = node.mappingName { names.insert("/dev/mapper/" + mapping) }
    if let uuid = node.content?.uuid { names.insert("/dev/disk/by-uuid/" + uuid) }
    if let uuid = node.content?.partitionUUID { names.insert("/dev/disk/by-partuuid/" + uuid.lowercased()) }
    if let label = node.content?.label { names.insert("/dev/disk/by-label/" + label) }
    if let label = node.content?.partitionLabel { names.insert("/dev/disk/by-partlabel/" + label) }
  }
  for directory in (try? root.names(in: "dev/disk")) ?? nil ?? [] {
    for link in (try? root.names(in: "dev/disk/" + directory)) ?? nil ?? [] {
      let path = "dev/disk/\(directory)/\(link)"
      guard let target = (try? root.linkTarget(at: path)) ?? nil,
        let name = target.split(separator: "/").last,
        carried.contains(String(name))
      else { continue }
      names.insert("/" + path)
    }
  }
  return names.filter { name in name.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f } }
}
