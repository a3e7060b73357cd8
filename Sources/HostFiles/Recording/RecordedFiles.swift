/// A recorded host: files, links and directories held in memory.
package struct RecordedFiles: Sendable {
  package enum Entry: Sendable, Equatable {
    case file([UInt8])
    case directory
    case link(String)
    /// A device node.
    case device(HostFileKind)
    /// What could not be read when the host was recorded, by errno.
    case denied(Int32)
  }

  /// By path without a leading slash. Parents need not be listed.
  package private(set) var entries: [String: Entry] = [:]
  /// Names of what is in a directory.
  private(set) var children: [String: Set<String>] = [:]

  package init() {}

  package init(_ entries: [String: Entry]) {
    for (path, entry) in entries { add(entry, at: path) }
  }

  /// Adds or replaces an entry, and the directories above it. Components `.` and `..` and empty
  /// ones are dropped: no path leads out of the recording.
  package mutating func add(_ entry: Entry, at path: String) {
    let components = path.split(separator: "/").filter { $0 != "." && $0 != ".." }
    var parent = ""
    for component in components {
      children[parent, default: []].insert(String(component))
      parent = parent.isEmpty ? String(component) : parent + "/" + component
    }
    guard !parent.isEmpty else { return }
    entries[parent] = entry
    if case .directory = entry, children[parent] == nil { children[parent] = [] }
  }

  /// Whether anything stands below the path.
  func hasChildren(_ path: String) -> Bool { children[path]?.isEmpty == false }
}
