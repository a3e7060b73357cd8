import HostFiles
import HostModel

/// What the host uses disks for, followed from the tables down to the PCI functions.
struct StorageUses {
  let root: HostRoot
  let tree: BlockTree
  let names: DeviceNames
  let state: MountedState
  let volumes: VolumeMembers
  /// What each mounted file system is on, in the order of `state.mounts`.
  private(set) var sources: [DeviceNames.Answer] = []
  /// Devices that are mounted or swapped on themselves, not what lies below them.
  private(set) var active: Set<String> = []
  var uses = HostUses()
  /// Block devices that something uses: what else carries a signature is told apart.
  var used: Set<String> = []

  init(_ root: HostRoot, _ tree: BlockTree) {
    self.root = root
    self.tree = tree
    names = DeviceNames(root: root, tree: tree)
    state = MountedState(root)
    volumes = VolumeMembers(root, tree)
    // Containers mount the same thing hundreds of times.
    var known: [String: DeviceNames.Answer] = [:]
    for mount in state.mounts {
      let key = "\(mount.deviceNumber ?? "") \(mount.type) \(mount.source)"
      let answer = known[key] ?? source(of: mount)
      known[key] = answer
      sources.append(answer)
    }
    active = Set((sources + state.swaps.map { names.find($0.path) }).flatMap(\.found))
  }

  /// All uses of disks below a root.
  static func survey(_ root: HostRoot, _ places: PCIPlaces) -> HostUses {
    guard case .found(let tree, _) = surveyBlockDevices(root, places) else {
      var uses = HostUses()
      uses.add(UseGap("the disks behind it could not be listed (/sys/class/block)", .storage))
      return uses
    }
    var storage = StorageUses(root, tree)
    for reason in storage.state.unreadable { storage.addGap(reason) }
    storage.addStacks()
    storage.addVolumes()
    storage.addMounts()
    storage.addSwaps()
    storage.addConfigured()
    storage.addSignatures()
    return storage.uses
  }

  /// Something that may be on any disk.
  mutating func addGap(_ reason: String) {
    uses.add(UseGap(reason, .devices(tree.functions)))
  }

  /// Adds a use to every function under some devices; what cannot be followed is a gap.
  mutating func add(
    _ kind: HostUse.Kind, _ detail: String, under devices: [String], release: String? = nil
  ) {
    let ground = fullGround(under: devices)
    used.formUnion(ground.passed)
    for function in ground.functions { uses.add(HostUse(kind, detail, release: release), to: function) }
    for reason in ground.unknown { addGap("\(detail) But \(reason).") }
    for name in ground.remote {
      uses.add(
        UseGap("\(detail) But \(name) is reached over the network, by a card that is not known.", .network))
    }
  }

  /// The hardware under devices, also through loop devices and ZFS volumes.
  private func fullGround(under devices: [String]) -> BlockTree.Ground {
    var ground = tree.ground(under: devices)
    var files = ground.files
    var isOnZFS = ground.isOnZFS
    for _ in 0..<8 where !files.isEmpty || isOnZFS {
      var more = isOnZFS ? volumes.members : []
      for file in files {
        // The kernel marks a deleted file so.
        guard let mount = state.mount(holding: file), case .devices(let under) = source(of: mount) else {
          continue
        }
        more += under
      }
      let next = tree.ground(under: more)
      (files, isOnZFS) = (next.files.subtracting(ground.files), false)
      ground.functions.formUnion(next.functions)
      ground.passed.formUnion(next.passed)
      ground.files.formUnion(next.files)
      ground.unknown += next.unknown
      ground.remote += next.remote
    }
    return ground
  }

  /// A command for people to copy; nil when the word is not plain, for it comes from the host and a
  /// shell would read it.
  func command(_ program: String, _ word: String) -> String? {
    let isPlain = word.utf8.allSatisfy { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
      default: "/._-+:@".utf8.contains(byte)
      }
    }
    return isPlain && !word.hasPrefix("-") ? program + " " + word : nil
  }

  // MARK: Mounted file systems

  /// The block devices that a mounted file system is on.
  func source(of mount: Mount) -> DeviceNames.Answer {
    if let number = mount.deviceNumber, !number.hasPrefix("0:") {
      if let node = tree.node(number: number) { return .devices([node.name]) }
    }
    switch mount.type {
    case "zfs": return volumes.pool(of: mount.source).map { .devices($0) } ?? .unknown
    case "btrfs":
      guard case .devices(let found) = names.find(mount.source) else { return .unknown }
      return .devices(volumes.btrfsMembers(with: found))
    default: break
    }
    guard mount.source.hasPrefix("/dev/") else {
      // Memory, the kernel's own, another machine's: no disk of this one.
      let isNumbered = mount.deviceNumber.map { !$0.hasPrefix("0:") } ?? false
      return isNumbered ? .unknown : .noDevice
    }
    // bcachefs names every member: /dev/sda:/dev/sdb.
    let answers = mount.source.split(separator: ":").map { names.find(String($0)) }
    let found = answers.flatMap(\.found)
    return answers.count == found.count ? .devices(found) : .unknown
  }

  private mutating func addMounts() {
    var points: [[String]: [Mount]] = [:]
    for (mount, source) in zip(state.mounts, sources) {
      switch source {
      case .devices(let devices): points[devices, default: []].append(mount)
      case .noDevice: break
      case .missing, .unknown:
        addGap("what \(mount.mountPoint) is mounted from (\(mount.source)) could not be found in sysfs")
      }
    }
    for (devices, mounts) in points.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
      addMounts(mounts, of: devices)
    }
  }

  /// All mount points of one file system: each that the host starts from by itself, the others in
  /// one sentence.
  private mutating func addMounts(_ mounts: [Mount], of devices: [String]) {
    let isSystemPartition = devices.contains { tree.nodes[$0]?.content?.isEFISystemPartition == true }
    var others: [String] = []
    for point in Set(mounts.map(\.mountPoint)).sorted() {
      let kind = kind(of: point, isSystemPartition: isSystemPartition)
      guard kind == .mount else {
        add(kind, "\(point) is \(description(of: mounts, devices)).", under: devices)
        continue
      }
      others.append(point)
    }
    // A loop device's file is on a mounted file system, which counts; a pool counts as pool.
    let isBacked = devices.allSatisfy { tree.nodes[$0]?.backingFile != nil } || mounts.first?.type == "zfs"
    used.formUnion(devices)
    guard let first = others.min(by: { $0.utf8.count < $1.utf8.count }), !isBacked else { return }
    let more = others.count == 1 ? "" : " (and \(others.count - 1) more mount points)"
    add(
      .mount, "\(first)\(more) is \(description(of: mounts, devices)).", under: devices,
      release: others.count == 1 ? command("umount", first) : nil)
  }

  private func description(of mounts: [Mount], _ devices: [String]) -> String {
    let type = mounts.first?.type ?? "file system"
    return "mounted from \(devices.map(tree.chain).joined(separator: ", ")) (\(type))"
  }

  private func kind(of mountPoint: String, isSystemPartition: Bool) -> HostUse.Kind {
    switch mountPoint {
    case "/": .root
    case "/boot": .boot
    case "/efi", "/boot/efi": .esp
    default: isSystemPartition ? .esp : .mount
    }
  }

  // MARK: Swap and layers

  private mutating func addSwaps() {
    for swap in state.swaps {
      var answer = names.find(swap.path)
      if swap.isFile {
        answer = state.mount(holding: swap.path).map { source(of: $0) } ?? .unknown
      }
      guard case .devices(let devices) = answer else {
        addGap("the swap area \(swap.path) could not be found in sysfs")
        continue
      }
      let place = swap.isFile ? "the file \(swap.path) on " : ""
      add(
        .swap, "The host swaps to \(place)\(devices.map(tree.chain).joined(separator: ", ")).",
        under: devices, release: command("swapoff", swap.path))
    }
  }

  /// Arrays and mappings that are active hold their disks, whether something is mounted or not.
  private mutating func addStacks() {
    for node in tree.sorted where !node.lowers.isEmpty {
      guard let layer = node.layer else { continue }
      let below = node.lowers.map(tree.chain).joined(separator: ", ")
      let name = layer.name.first.map { String($0).uppercased() + layer.name.dropFirst() } ?? layer.name
      add(
        layer.kind, "\(layer.name == node.name ? node.name : name) is active on \(below).", under: [node.name]
      )
    }
  }

  // MARK: What nothing uses

  private mutating func addSignatures() {
    for node in tree.sorted where !used.contains(node.name) {
      guard let type = node.content?.type, !node.functions.isEmpty else { continue }
      let label = (node.content?.label).map { " \"\($0)\"" } ?? ""
      let what = node.content?.usage == "raid" ? "is a member of a volume" : "carries a signature"
      for function in node.functions {
        let detail = "\(node.name) \(what) (\(type)\(label)) that nothing uses."
        uses.add(HostUse(.signature, detail, isEssential: false), to: function)
      }
    }
  }
}
