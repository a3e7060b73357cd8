import Glibc
import HostModel

/// What takes a file's place.
package enum NewFile: Sendable, Equatable {
  case bytes([UInt8])
  /// The bytes of another file of the host, which may be large.
  case copy(of: String)
  case nothing
}

extension HostRoot {
  /// Puts a new file in a file's place at once: after a crash the old one is there, whole, or the new
  /// one. Links at the end of the path are followed. The old one is kept beside it, out of sight, until
  /// `ReplacedFile.keep()`; it can be given back without room on the disk. Fails with the old one in place.
  ///
  /// - Parameters:
  ///   - metadata: owner, mode, ACLs and labels of the new file.
  ///   - keepingTimes: also its time of change.
  package func replace(
    _ path: String, with new: NewFile, metadata: FileMetadata?, keepingTimes: Bool = false
  ) throws(HostFileError) -> ReplacedFile {
    let path = try resolvedPath(path)
    guard let place = try FilePlace(path, in: self) else {
      throw HostFileError(
        "opening", path.split(separator: "/").dropLast().joined(separator: "/"), code: ENOENT)
    }
    do throws(SystemFailure) {
      switch new {
      case .nothing: return try place.remove()
      case .bytes(let bytes):
        return try place.put(metadata, keepingTimes, mode: 0o644) { file throws(SystemFailure) in
          try writeAll(bytes[...], to: file)
        }
      case .copy(let source):
        let input: Int32?
        do throws(HostFileError) { input = try openedFile(at: source) } catch {
          throw SystemFailure(code: error.code)
        }
        guard let input else { throw SystemFailure(code: ENOENT) }
        defer { close(input) }
        return try place.put(metadata, keepingTimes, mode: 0o600) { file throws(SystemFailure) in
          try copyAll(from: input, to: file)
        }
      }
    } catch {
      throw HostFileError(new == .nothing ? "removing" : "writing", path, code: error.code)
    }
  }

  /// As `replace`, and the old file is gone. Nil removes the file.
  package func exchange(
    _ path: String, with bytes: [UInt8]?, metadata: FileMetadata?, keepingTimes: Bool = false
  ) throws(HostFileError) {
    try replace(
      path, with: bytes.map { .bytes($0) } ?? .nothing, metadata: metadata, keepingTimes: keepingTimes
    )
    .keep()
  }

  /// Removes a file of this program's own that is only in the way, where it can be removed. A link is
  /// removed itself.
  package func discard(_ path: String) {
    (try? FilePlace(path, in: self))?.discard()
  }

  /// Removes what a replacement that was killed has left beside the file.
  package func removeUnfinished(_ path: String) throws(HostFileError) {
    try FilePlace(try resolvedPath(path), in: self)?.removeUnfinished()
  }
}

/// A file whose place was taken, until it is decided which of both stays.
package final class ReplacedFile {
  enum Old {
    /// There was none.
    case absent
    /// It has another name beside the new one.
    case beside
    /// It has no name any more: file systems that cannot exchange two names (vfat before Linux 6.0).
    case open(Int32)
    /// There was none, and none came.
    case untouched
  }

  private let place: FilePlace
  private let old: Old

  init(_ place: FilePlace, _ old: Old) {
    self.place = place
    self.old = old
  }

  deinit {
    if case .open(let file) = old { close(file) }
  }

  /// Below the root, links followed.
  package var path: String { place.path }

  /// The new one stays.
  package func keep() {
    // What cannot be removed now is removed by the next change.
    if case .beside = old { place.removeUnfinished() }
  }

  /// The old one comes back, the very same where the file system can do it.
  package func giveBack() throws(HostFileError) {
    do throws(SystemFailure) {
      try place.giveBack(old)
    } catch {
      throw HostFileError("putting back", path, code: error.code)
    }
  }
}
