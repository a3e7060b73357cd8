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

  func bytes(at path: String, upTo limit: Int?) throws(HostFileError) -> [UInt8]? {
    guard let resolved = try resolve(path, followingLast: true) else { return nil }
    switch entries[resolved] {
    case .file(let bytes): return limit.map { Array(bytes.prefix($0)) } ?? bytes
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
    guard let resolved = try resolve(path, followingLast: true) else { return nil }
    if case .denied(let code) = entries[resolved] { throw HostFileError("listing", path, code: code) }
    guard let names = children[resolved] else { return nil }
    return names.sorted()
  }

  func linkTarget(at path: String) throws(HostFileError) -> String? {
    guard let resolved = try resolve(path, followingLast: false), case .link(let target) = entries[resolved]
    else {
      return nil
    }
    return target
  }

  func kind(at path: String) throws(HostFileError) -> HostFileKind? {
    guard let resolved = try resolve(path, followingLast: true) else { return nil }
    switch entries[resolved] {
    case .file, .denied: return .file
    case .device(let kind): return kind
    case .directory: return .directory
    case .link: return nil
    case nil: return children[resolved] == nil ? nil : .directory
    }
  }

  func owningGroup(at path: String) throws(HostFileError) -> UInt32? { nil }

  func tryOpeningDevice(at path: String) throws(HostFileError) -> Bool { false }

  /// The path with links followed inside the recording; nil when it leads below a file. A loop and
  /// a directory that could not be read fail as they did on the host.
  private func resolve(_ path: String, followingLast: Bool) throws(HostFileError) -> String? {
    var walk = PathWalk(path)
    while let here = walk.next() {
      switch entries[here] {
      case .link(let target) where followingLast || !walk.isAtEnd:
        walk.follow(target)
        guard walk.linksFollowed <= PathWalk.mostLinks else {
          throw HostFileError("following", path, code: ELOOP)
        }
      case .denied(let code) where !walk.isAtEnd && children[here] == nil:
        throw HostFileError("looking at", path, code: code)
      case .file where !walk.isAtEnd, .device where !walk.isAtEnd: return nil
      default: continue
      }
    }
    return walk.place
  }
}
