import CLinux
import Glibc
import HostModel

/// A name in a directory that is held open.
final class FilePlace {
  let path: String
  private let folder: Int32
  private let name: String
  private var beside: String { ".\(name).passthru-doctor" }

  /// Nil: there is no such directory.
  init?(_ path: String, in root: HostRoot) throws(HostFileError) {
    guard let files = root.backing as? DirectoryFiles else {
      throw HostFileError("replacing", path, code: EROFS)
    }
    let parts = path.split(separator: "/").map(String.init)
    guard let name = parts.last else { throw HostFileError("replacing", path, code: EINVAL) }
    let parent = parts.dropLast().joined(separator: "/")
    guard let folder = try files.opened(parent, O_RDONLY | O_DIRECTORY, operation: "opening") else {
      return nil
    }
    (self.path, self.name, self.folder) = (path, name, folder)
  }

  deinit { close(folder) }

  func removeUnfinished() { discard(beside) }

  /// Removes the file itself, which is only in the way. A disk that once could not is asked once more.
  func discard() { discard(name) }

  private func discard(_ name: String) {
    for _ in 0..<2 where unlinkat(folder, name, 0) == 0 || errno == ENOENT { return }
  }

  func remove() throws(SystemFailure) -> ReplacedFile {
    guard renameat(folder, name, folder, beside) == 0 else {
      guard errno == ENOENT else { throw SystemFailure(code: errno) }
      return ReplacedFile(self, .untouched)
    }
    return try settled(.beside)
  }

  func put(
    _ metadata: FileMetadata?, _ keepingTimes: Bool, mode: mode_t,
    _ fill: (Int32) throws(SystemFailure) -> Void
  ) throws(SystemFailure) -> ReplacedFile {
    try make(metadata, keepingTimes, mode: mode, fill)
    do throws(SystemFailure) {
      return try settled(try takePlace())
    } catch {
      removeUnfinished()
      throw error
    }
  }

  func giveBack(_ old: ReplacedFile.Old) throws(SystemFailure) {
    switch old {
    case .untouched: return
    case .absent:
      guard unlinkat(folder, name, 0) == 0 || errno == ENOENT else { throw SystemFailure(code: errno) }
    case .beside:
      guard renameat(folder, beside, folder, name) == 0 else { throw SystemFailure(code: errno) }
    case .open(let file):
      guard lseek(file, 0, SEEK_SET) == 0 else { throw SystemFailure(code: errno) }
      try make(try FileMetadata(of: file), true, mode: 0o600) { new throws(SystemFailure) in
        try copyAll(from: file, to: new)
      }
      guard renameat(folder, beside, folder, name) == 0 else { throw SystemFailure(code: errno) }
    }
    try synchronize()
  }

  /// The new file under the name beside, whole and on the disk.
  private func make(
    _ metadata: FileMetadata?, _ keepingTimes: Bool, mode: mode_t,
    _ fill: (Int32) throws(SystemFailure) -> Void
  ) throws(SystemFailure) {
    // What a run that was killed has left.
    removeUnfinished()
    let file = openat(folder, beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw SystemFailure(code: errno) }
    var failure: SystemFailure?
    do throws(SystemFailure) {
      try fill(file)
      // The caller's umask does not count; vfat cannot keep a mode and says so.
      if let metadata {
        try metadata.apply(to: file, withTimes: keepingTimes)
      } else if fchmod(file, mode) != 0, errno != EPERM {
        throw SystemFailure(code: errno)
      }
      if fsync(file) != 0 { throw SystemFailure(code: errno) }
    } catch { failure = error }
    if close(file) != 0, failure == nil { failure = SystemFailure(code: errno) }
    guard let failure else { return }
    removeUnfinished()
    throw failure
  }

  private func takePlace() throws(SystemFailure) -> ReplacedFile.Old {
    if linux_exchange_names(folder, beside, name) == 0 { return .beside }
    switch errno {
    case ENOENT:
      guard renameat(folder, beside, folder, name) == 0 else { throw SystemFailure(code: errno) }
      return .absent
    case EINVAL, ENOSYS, EOPNOTSUPP:
      let old = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
      guard old >= 0 || errno == ENOENT else { throw SystemFailure(code: errno) }
      guard renameat(folder, beside, folder, name) == 0 else {
        let code = errno
        if old >= 0 { close(old) }
        throw SystemFailure(code: code)
      }
      return old >= 0 ? .open(old) : .absent
    case let code: throw SystemFailure(code: code)
    }
  }

  /// On the disk, or as it was before.
  private func settled(_ old: ReplacedFile.Old) throws(SystemFailure) -> ReplacedFile {
    let replaced = ReplacedFile(self, old)
    do throws(SystemFailure) {
      try synchronize()
      return replaced
    } catch {
      try? replaced.giveBack()
      throw error
    }
  }

  private func synchronize() throws(SystemFailure) {
    guard linux_synchronize_names(folder) == 0 else { throw SystemFailure(code: errno) }
  }
}

/// Writes all of it to an open file.
func writeAll(_ bytes: ArraySlice<UInt8>, to file: Int32) throws(SystemFailure) {
  var rest = bytes
  while !rest.isEmpty {
    let count = rest.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
    if count >= 0 { rest = rest.dropFirst(count) } else if errno != EINTR { throw SystemFailure(code: errno) }
  }
}

/// Copies from where the input stands to its end.
func copyAll(from input: Int32, to output: Int32) throws(SystemFailure) {
  var buffer = [UInt8](repeating: 0, count: 1 << 18)
  while true {
    let count = read(input, &buffer, buffer.count)
    if count == 0 { return }
    if count > 0 {
      try writeAll(buffer[..<count], to: output)
    } else if errno != EINTR {
      throw SystemFailure(code: errno)
    }
  }
}
