import HostFiles
import HostModel

/// What is mounted and swapped on.
struct MountedState {
  var mounts: [Mount] = []
  var swaps: [SwapArea] = []
  /// Why the tables could not be read, a clause each.
  var unreadable: [String] = []

  init(_ root: HostRoot) {
    // The first process sees the host's file systems, also where this one lives among its own.
    let tables = ["proc/1/mountinfo", "proc/self/mountinfo"].compactMap { (try? root.bytes(at: $0)) ?? nil }
    if !tables.isEmpty {
      mounts = tables.flatMap { Mount.parse(mountInfo: $0) }
    } else if let table = (try? root.bytes(at: "proc/mounts")) ?? nil {
      mounts = Mount.parse(mounts: table)
    }
    // No system is without a root file system.
    if mounts.isEmpty { unreadable.append(Self.reason("proc/self/mountinfo", "the mount table", root)) }
    if let table = (try? root.bytes(at: "proc/swaps")) ?? nil {
      swaps = SwapArea.parse(table)
    } else if root.exists("proc/mounts") || mounts.isEmpty {
      unreadable.append(Self.reason("proc/swaps", "the list of swap areas", root))
    }
  }

  private static func reason(_ path: String, _ what: String, _ root: HostRoot) -> String {
    switch root.observe(path, { bytes throws(HostFileError) in bytes }) {
    case .found: "/\(path) is empty, so \(what) is not known"
    case .absent: "\(what) is not known, for there is no /\(path)"
    case .unreadable(_, let reason): "\(what) could not be read (/\(path): \(reason))"
    }
  }

  /// The file system that a path is on: the one with the longest mount point above it.
  func mount(holding path: String) -> Mount? {
    mounts.filter { mount in
      mount.mountPoint == "/" || path == mount.mountPoint || path.hasPrefix(mount.mountPoint + "/")
    }.max { $0.mountPoint.utf8.count < $1.mountPoint.utf8.count }
  }
}
