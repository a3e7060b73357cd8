import HostFiles
import HostModel

/// Members of file systems that span disks: what is mounted names one of them.
struct VolumeMembers {
  /// Devices of each mounted btrfs file system, by its UUID (sys/fs/btrfs).
  private(set) var btrfs: [String: [String]] = [:]
  /// Devices of each imported ZFS pool, by the pool's name.
  private(set) var pools: [String: [String]] = [:]
  /// Devices that may belong to anything: their contents could not be read.
  private(set) var unread: [String] = []

  init(_ root: HostRoot, _ tree: BlockTree) {
    unread = tree.sorted.filter { !$0.functions.isEmpty && $0.content == nil }.map(\.name)
    for uuid in root.listing("sys/fs/btrfs") {
      let devices = root.listing("sys/fs/btrfs/\(uuid)/devices").filter { tree.nodes[$0] != nil }
      // A disk that was away when the file system was mounted still belongs to it.
      let marked = Self.devices(in: tree) { $0.type == "btrfs" && $0.uuid == uuid }
      let all = Set(devices + marked).sorted()
      if !devices.isEmpty { btrfs[uuid] = all }
    }
    let statistics = "proc/spl/kstat/zfs"
    for pool in root.listing(statistics) where (try? root.kind(at: "\(statistics)/\(pool)")) == .directory {
      pools[pool] = Self.devices(in: tree) { $0.type == "zfs_member" && $0.label == pool }
    }
  }

  /// Every member of every imported pool.
  var members: [String] { pools.values.flatMap { $0 } }

  /// The members of the pool that a dataset (`tank/home`) is in; nil when none can be told.
  func pool(of dataset: String) -> [String]? {
    dataset.split(separator: "/").first.flatMap { pools[String($0)] }.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// All members of the btrfs file systems that some devices belong to; the devices themselves where
  /// the kernel does not tell.
  func btrfsMembers(with devices: [String]) -> [String] {
    let all = btrfs.values.filter { members in devices.contains(where: members.contains) }.flatMap { $0 }
    return Set(all + devices).sorted()
  }

  private static func devices(in tree: BlockTree, _ matches: (BlockContent) -> Bool) -> [String] {
    tree.sorted.filter { $0.content.map(matches) ?? false }.map(\.name)
  }
}

extension StorageUses {
  /// Mounted btrfs file systems and imported pools, each on all of its disks.
  mutating func addVolumes() {
    for (uuid, devices) in volumes.btrfs.sorted(by: { $0.key < $1.key }) {
      let below = devices.map(tree.chain).joined(separator: ", ")
      let verb = devices.count == 1 ? "makes" : "make"
      add(.btrfs, "\(below) \(verb) up the btrfs file system \(uuid), which is in use.", under: devices)
    }
    for (pool, devices) in volumes.pools.sorted(by: { $0.key < $1.key }) {
      guard !devices.isEmpty else {
        addGap("the ZFS pool \(pool) is imported, and its disks could not be told")
        continue
      }
      let below = devices.map(tree.chain).joined(separator: ", ")
      add(
        .zfs, "The ZFS pool \(pool) is imported from \(below).", under: devices,
        release: command("zpool export", pool))
      // A member whose label cannot be read may be one more.
      let unread = Set(volumes.unread.flatMap { tree.nodes[$0]?.functions ?? [] })
      if !unread.isEmpty {
        uses.add(
          UseGap("it could not be read whether a disk belongs to the ZFS pool \(pool)", .devices(unread)))
      }
    }
  }
}
