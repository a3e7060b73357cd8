import CLinux
import Glibc
import HostModel

/// The one door to the host: everything is read below one directory, or out of a snapshot.
///
/// Paths are relative to the root and written without a leading slash (`proc/cpuinfo`).
/// Absolute symbolic links and `..` are resolved inside the root
/// (openat2(2) with RESOLVE_IN_ROOT; a walk over the components on kernels before 5.6).
package final class HostRoot: Sendable {
  /// The largest file that is read: more than any source of evidence, less than memory.
  package static let sizeLimit = 32 << 20

  /// As the user named it: `/`, a directory, a snapshot file.
  package let name: String
  /// Whether this is the running system's own root.
  package let isRunningHost: Bool
  let backing: any HostFileReading

  /// Opens a directory as root.
  package init(directory path: String) throws(HostFileError) {
    name = path
    isRunningHost = path == "/"
    backing = try DirectoryFiles(path)
  }

  init(of files: any HostFileReading, name: String) {
    self.name = name
    isRunningHost = files.directoryPath == "/"
    backing = files
  }

  /// The root directory for C libraries that want a path; nil for a recorded host.
  package var directoryPath: String? { backing.directoryPath }

  /// The file's bytes; nil when there is no such file. Anything but a regular file (or a file of
  /// a kernel file system) gives EINVAL: a device node or a FIFO below another root is never opened.
  package func bytes(at path: String) throws(HostFileError) -> [UInt8]? {
    try backing.bytes(at: path, upTo: nil)
  }

  /// The file's first `limit` bytes at most, for files that grow with the machine and whose
  /// beginning says enough.
  package func firstBytes(_ limit: Int, at path: String) throws(HostFileError) -> [UInt8]? {
    try backing.bytes(at: path, upTo: limit)
  }

  /// The file's text, without white space at its ends; nil when there is no such file.
  package func line(at path: String) throws(HostFileError) -> String? {
    try bytes(at: path)?.trimmed.text
  }

  /// Names in a directory, in order of their characters' codes in any locale; nil when there is no such directory.
  package func names(in path: String) throws(HostFileError) -> [String]? {
    try backing.names(in: path)
  }

  /// The directory, held open for many reads; nil when there is no such directory.
  package func directory(at path: String) throws(HostFileError) -> HostDirectory? {
    try backing.directory(at: path)
  }

  /// Where a symbolic link points to, as written in it; nil when there is none at the path.
  package func linkTarget(at path: String) throws(HostFileError) -> String? {
    try backing.linkTarget(at: path)
  }

  /// What stands at the path, links followed inside the root; nil when nothing does.
  package func kind(at path: String) throws(HostFileError) -> HostFileKind? {
    try backing.kind(at: path)
  }

  /// The number of the group that owns what stands at the path; nil when nothing does, or when a
  /// recording does not tell.
  package func owningGroup(at path: String) throws(HostFileError) -> UInt32? {
    try backing.owningGroup(at: path)
  }

  /// Whether the character device at the path opens for reading and writing; false when there is none.
  /// Only the running host's devices are ever opened: with another directory nil. A recorded host
  /// answers as it did when it was recorded.
  package func tryOpeningDevice(at path: String) throws(HostFileError) -> Bool? {
    let answer = probed("open/\(path)") {
      guard isRunningHost else { return nil }
      do throws(HostFileError) {
        return try backing.tryOpeningDevice(at: path) ? "yes" : "no"
      } catch {
        return String(error.code)
      }
    }
    guard let answer else { return nil }
    if let code = Int32(answer) { throw HostFileError("opening", path, code: code) }
    return answer == "yes"
  }

  /// Whether something stands at the path; false also where it cannot be told.
  package func exists(_ path: String) -> Bool {
    (try? kind(at: path)) != nil
  }

  /// The answer of a probe that is no file (a system call, a library), as text.
  ///
  /// On a directory the probe asks, and a recorder keeps its answer; a recorded host answers with
  /// what was kept. `ask` must itself leave the running system alone unless `isRunningHost`.
  package func probed(_ name: String, _ ask: () -> String?) -> String? {
    let path = ".passthru-doctor/\(name)"
    guard directoryPath != nil else { return (try? bytes(at: path))??.trimmed.text }
    let answer = ask()
    if let answer { note(Array(answer.utf8), at: path) }
    return answer
  }

  /// Keeps, for a snapshot, what was read past the ordinary ways.
  func note(_ bytes: [UInt8], at path: String) { backing.noteFile(bytes, at: path) }

  /// Reads and transforms a file into an observation, where absence is an answer.
  package func observe<Value>(
    _ path: String, _ transform: ([UInt8]) throws(HostFileError) -> Value
  ) -> Observed<Value> {
    do throws(HostFileError) {
      guard let bytes = try bytes(at: path) else { return .absent(source: path) }
      return .found(try transform(bytes), source: path)
    } catch {
      return .unreadable(source: path, reason: error.reason)
    }
  }
}

/// What stands at a path.
package enum HostFileKind: Sendable, Equatable {
  case file, directory, characterDevice, blockDevice, other
}

/// What a root can be made of: a directory of this system, or a recorded host.
protocol HostFileReading: AnyObject, Sendable {
  var directoryPath: String? { get }
  /// At most `limit` bytes; without a limit the whole file, or EFBIG above `HostRoot.sizeLimit`.
  func bytes(at path: String, upTo limit: Int?) throws(HostFileError) -> [UInt8]?
  func names(in path: String) throws(HostFileError) -> [String]?
  func directory(at path: String) throws(HostFileError) -> HostDirectory?
  func linkTarget(at path: String) throws(HostFileError) -> String?
  func kind(at path: String) throws(HostFileError) -> HostFileKind?
  func owningGroup(at path: String) throws(HostFileError) -> UInt32?
  func tryOpeningDevice(at path: String) throws(HostFileError) -> Bool
  /// Keeps what was read past these ways (the kernel's records, the answer of a probe that is no file),
  /// where anything is kept.
  func noteFile(_ bytes: [UInt8], at path: String)
}

extension HostFileReading {
  func bytes(at path: String) throws(HostFileError) -> [UInt8]? { try bytes(at: path, upTo: nil) }

  func noteFile(_ bytes: [UInt8], at path: String) {}
}

extension HostFileReading {
  func directory(at path: String) throws(HostFileError) -> HostDirectory? {
    try kind(at: path) == .directory ? HostDirectory(of: self, path: path) : nil
  }
}
