import Glibc
import HostModel

/// A recorded host as root.
final class RecordedReading: HostFileReading {
  private let files: RecordedFiles

  init(_ files: RecordedFiles) { self.files = files }

  var directoryPath: String? { nil }

  func bytes(at path: String, upTo limit: Int?) throws(HostFileError) -> [UInt8]? {
    guard let resolved = try resolve(path, followingLast: true) else { return nil }
    switch files.entries[resolved] {
    case .file(let bytes): return limit.map { Array(bytes.prefix($0)) } ?? bytes
    case .denied(let code): throw HostFileError("reading", path, code: code)
    case .device: throw HostFileError("reading", path, code: EINVAL)
    case .directory: throw HostFileError("reading", path, code: EISDIR)
    case .link: return nil
    case nil:
      guard files.children[resolved] == nil else { throw HostFileError("reading", path, code: EISDIR) }
      return nil
    }
  }

  func names(in path: String) throws(HostFileError) -> [String]? {
    guard let resolved = try resolve(path, followingLast: true) else { return nil }
    if case .denied(let code) = files.entries[resolved] { throw HostFileError("listing", path, code: code) }
    guard let names = files.children[resolved] else { return nil }
    return names.sorted()
  }

  func linkTarget(at path: String) throws(HostFileError) -> String? {
    guard let resolved = try resolve(path, followingLast: false),
      case .link(let target) = files.entries[resolved]
    else {
      return nil
    }
    return target
  }

  func kind(at path: String) throws(HostFileError) -> HostFileKind? {
    guard let resolved = try resolve(path, followingLast: true) else { return nil }
    switch files.entries[resolved] {
    case .file, .denied: return .file
    case .device(let kind): return kind
    case .directory: return .directory
    case .link: return nil
    case nil: return files.children[resolved] == nil ? nil : .directory
    }
  }

  func owningGroup(at path: String) throws(HostFileError) -> UInt32? { nil }

  func tryOpeningDevice(at path: String) throws(HostFileError) -> Bool { false }

  /// The path with links followed inside the recording; nil when it leads below a file. A loop and
  /// a directory that could not be read fail as they did on the host.
  private func resolve(_ path: String, followingLast: Bool) throws(HostFileError) -> String? {
    var walk = PathWalk(path)
    while let here = walk.next() {
      switch files.entries[here] {
      case .link(let target) where followingLast || !walk.isAtEnd:
        walk.follow(target)
        guard walk.linksFollowed <= PathWalk.mostLinks else {
          throw HostFileError("following", path, code: ELOOP)
        }
      case .denied(let code) where !walk.isAtEnd && files.children[here] == nil:
        throw HostFileError("looking at", path, code: code)
      case .file where !walk.isAtEnd, .device where !walk.isAtEnd: return nil
      default: continue
      }
    }
    return walk.place
  }
}
