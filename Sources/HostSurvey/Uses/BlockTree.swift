import HostModel

/// One block device, as sys/class/block shows it.
struct BlockNode {
  /// sda1, nvme0n1, dm-0; a slash in a device's name is `!` here.
  let name: String
  /// Its directory, below the root.
  let path: String
  /// `8:1`.
  var number: String?
  var isPartition = false
  /// What it is made of (`slaves`): the members of an array, the volume below a mapping.
  var lowers: [String] = []
  /// Of a device-mapper device: dm/name and dm/uuid.
  var mappingName: String?
  var mappingUUID: String?
  /// raid1, raid5…; nil when it is no array.
  var raidLevel: String?
  /// Of a loop device: the file, as seen from the root.
  var backingFile: String?
  /// The PCI functions that it hangs on itself.
  var functions: [PCIAddress] = []
  /// What stands on it; nil when that could not be measured.
  var content: BlockContent?

  /// The disk that a partition is part of.
  var disk: String? {
    isPartition ? path.split(separator: "/").dropLast().last.map(String.init) : nil
  }

  var isVirtual: Bool { path.contains("/virtual/") }

  /// What kind of layer it is above other devices; nil for what is none.
  var layer: (kind: HostUse.Kind, name: String)? {
    let uuid = mappingUUID ?? ""
    if uuid.hasPrefix("CRYPT-") { return (.crypt, "dm-crypt \(mappingName ?? name)") }
    if uuid.hasPrefix("LVM-") { return (.lvm, "logical volume \(mappingName ?? name)") }
    if uuid.contains("mpath-") { return (.raid, "multipath map \(mappingName ?? name)") }
    if uuid.hasPrefix("DMRAID-") { return (.raid, "firmware RAID \(mappingName ?? name)") }
    if let raidLevel { return (.raid, "\(name) (\(raidLevel))") }
    return lowers.isEmpty ? nil : (.mount, mappingName ?? name)
  }
}

/// Every block device, and how each stands on others.
struct BlockTree {
  private(set) var nodes: [String: BlockNode] = [:]
  private var namesByNumber: [String: String] = [:]
  private var namesByMapping: [String: String] = [:]

  init(_ list: [BlockNode]) {
    for node in list {
      nodes[node.name] = node
      if let number = node.number { namesByNumber[number] = node.name }
      if let mapping = node.mappingName { namesByMapping[mapping] = node.name }
    }
  }

  /// In order of name.
  var sorted: [BlockNode] { nodes.values.sorted { $0.name < $1.name } }

  func node(number: String) -> BlockNode? { namesByNumber[number].flatMap { nodes[$0] } }
  func node(mapping: String) -> BlockNode? { namesByMapping[mapping].flatMap { nodes[$0] } }

  /// Every function that a block device hangs on.
  var functions: Set<PCIAddress> { Set(nodes.values.flatMap(\.functions)) }

  /// The hardware under some devices.
  struct Ground {
    /// The devices of hardware that were reached.
    var leaves: Set<String> = []
    var functions: Set<PCIAddress> = []
    /// Loop devices' files, which stand on mounted file systems.
    var files: Set<String> = []
    /// ZFS volumes: their pools are not in sysfs.
    var isOnZFS = false
    /// Disks of other machines (iSCSI, NBD, RBD, DRBD).
    var remote: [String] = []
    /// What could not be followed, a clause each.
    var unknown: [String] = []
    /// Everything passed on the way.
    var passed: Set<String> = []
  }

  /// Follows devices down to the hardware.
  func ground(under names: some Sequence<String>) -> Ground {
    var ground = Ground()
    var pending = Array(names)
    while let name = pending.popLast() {
      guard ground.passed.insert(name).inserted else { continue }
      guard let node = nodes[name] else {
        ground.unknown.append("\(name) is not in sys/class/block")
        continue
      }
      if !node.functions.isEmpty {
        ground.leaves.insert(name)
        ground.functions.formUnion(node.functions)
      } else if !node.lowers.isEmpty {
        pending += node.lowers
      } else if let disk = node.disk, nodes[disk] != nil {
        pending.append(disk)
      } else {
        bottom(node, &ground)
      }
    }
    return ground
  }

  /// A device that stands neither on a PCI function nor on other block devices.
  private func bottom(_ node: BlockNode, _ ground: inout Ground) {
    if let file = node.backingFile {
      ground.files.insert(file)
    } else if node.name.hasPrefix("zd") {
      ground.isOnZFS = true
    } else if node.path.contains("/session") || ["nbd", "rbd", "drbd"].contains(where: node.name.hasPrefix) {
      ground.remote.append(node.name)
    } else if node.isVirtual, node.mappingUUID == nil, node.raidLevel == nil,
      !["ram", "zram", "loop"].contains(where: node.name.hasPrefix)
    {
      ground.unknown.append("what \(node.name) stands on is not in sysfs")
    }
    // Everything else is hardware that is no PCI function, or memory.
  }

  /// How a device stands on others, for people: `logical volume vg-root on md0 (raid1) on sda1, sdb1`.
  func chain(_ name: String) -> String { chain(name, depth: 0) }

  private func chain(_ name: String, depth: Int) -> String {
    guard let node = nodes[name], depth < 8 else { return name }
    let lowers = node.lowers.isEmpty ? node.disk.flatMap { nodes[$0]?.lowers } ?? [] : node.lowers
    let label = node.layer?.name ?? node.name
    guard !lowers.isEmpty else { return label }
    return label + " on " + lowers.map { chain($0, depth: depth + 1) }.joined(separator: ", ")
  }
}
