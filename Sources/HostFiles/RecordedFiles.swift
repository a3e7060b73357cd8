import Glibc
import HostModel

/// A recorded host: files, links and directories held in memory.
package struct RecordedFiles: HostFileReading, Sendable {
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
  private var children: [String: Set<String>] = [:]

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

  var directoryPath: String? { nil }

  func bytes(at path: String) throws(HostFileError) -> [UInt8]? {
    guard let resolved = resolve(path, followingLast: true) else { return nil }
    switch entries[resolved] {
    case .file(let bytes): return bytes
    case .denied(let code): throw HostFileError("reading", path, code: code)
    case .device: throw HostFileError("reading", path, code: EINVAL)
    case .directory: throw HostFileError("reading", path, code: EISDIR)
    case .link: return nil
    case nil:
      guard children[resolved] == nil else { throw HostFileError("reading", path, code: EISDIR) }
      return nil
    }
  }

  func names(in path: String) throws(HostFileError) -> [String]? {
    guard let resolved = resolve(path, followingLast: true) else { return nil }
    if case .denied(let code) = entries[resolved] { throw HostFileError("listing", path, code: code) }
    guard let names = children[resolved] else { return nil }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  func linkTarget(at path: String) throws(HostFileError) -> String? {
    guard let resolved = resolve(path, followingLast: false), case .link(let target) = entries[resolved]
    else {
      return nil
    }
    return target
  }

  func kind(at path: String) throws(HostFileError) -> HostFileKind? {
    guard let resolved = resolve(path, followingLast: true) else { return nil }
    switch entries[resolved] {
    case .file, .denied: return .file
    case .device(let kind): return kind
    case .directory: return .directory
    case .link: return nil
    case nil: return children[resolved] == nil ? nil : .directory
    }
  }

  /// The path with links followed inside the recording; nil when it leads to a loop or below a file.
  private func resolve(_ path: String, followingLast: Bool) -> String? {
    var pending = path.split(separator: "/").reversed().map(String.init)
    var stack: [String] = []
    var linksLeft = 40
    while let component = pending.popLast() {
      if component == "." { continue }
      if component == ".." {
        _ = stack.popLast()
        continue
      }
      stack.append(component)
      let here = stack.joined(separator: "/")
      if case .link(let target) = entries[here], followingLast || !pending.isEmpty {
        linksLeft -= 1
        guard linksLeft > 0 else { return nil }
        if target.hasPrefix("/") { stack = [] } else { stack.removeLast() }
        pending += target.split(separator: "/").reversed().map(String.init)
      }
    }
    return stack.joined(separator: "/")
  }
}
