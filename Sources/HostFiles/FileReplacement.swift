import CLinux
import Glibc
import HostModel

extension HostRoot {
  /// The file's metadata; nil when there is no such file.
  package func metadata(at path: String) throws(HostFileError) -> FileMetadata? {
    guard let files = backing as? DirectoryFiles else { throw HostFileError("looking at", path, code: EROFS) }
    guard let file = try files.opened(path, O_RDONLY | O_NONBLOCK | O_NOCTTY, operation: "looking at") else {
      return nil
    }
    defer { close(file) }
    do throws(SystemFailure) {
      return try FileMetadata(of: file)
    } catch {
      throw HostFileError("looking at", path, code: error.code)
    }
  }

  /// The path that a chain of links at the end of `path` leads to, inside the root: what has to be
  /// replaced so that the links stay.
  package func resolvedPath(_ path: String) throws(HostFileError) -> String {
    var path = path
    for _ in 0..<40 {
      guard let target = try linkTarget(at: path) else { return path }
      if target.hasPrefix("/") {
        path = String(target.drop { $0 == "/" })
      } else {
        let folder = path.split(separator: "/").dropLast().joined(separator: "/")
        path = folder.isEmpty ? target : folder + "/" + target
      }
    }
    throw HostFileError("following the links of", path, code: ELOOP)
  }

  /// Puts new bytes in a file's place at once: after a crash the old file is there, whole, or the
  /// new one. Nil removes the file. Links at the end of the path are followed.
  ///
  /// - Parameters:
  ///   - metadata: owner, mode, ACLs and labels of the new file.
  ///   - keepingTimes: also its time of change.
  package func exchange(
    _ path: String, with bytes: [UInt8]?, metadata: FileMetadata?, keepingTimes: Bool = false
  ) throws(HostFileError) {
    let path = try resolvedPath(path)
    guard let files = backing as? DirectoryFiles else { throw HostFileError("replacing", path, code: EROFS) }
    let parts = path.split(separator: "/").map(String.init)
    guard let name = parts.last else { throw HostFileError("replacing", path, code: EINVAL) }
    let parent = parts.dropLast().joined(separator: "/")
    guard let folder = try files.opened(parent, O_RDONLY | O_DIRECTORY, operation: "opening") else {
      throw HostFileError("opening", parent, code: ENOENT)
    }
    defer { close(folder) }
    if let bytes {
      let replacement = FileReplacement(folder: folder, name: name, path: path)
      try replacement.make(bytes, metadata, keepingTimes: keepingTimes)
    } else if unlinkat(folder, name, 0) != 0, errno != ENOENT {
      throw HostFileError("removing", path, code: errno)
    }
    try synchronize(folder, path)
  }

  /// Removes what an `exchange` that was killed has left beside the file.
  package func removeUnfinished(_ path: String) throws(HostFileError) {
    let path = try resolvedPath(path)
    guard let files = backing as? DirectoryFiles else { return }
    let parts = path.split(separator: "/").map(String.init)
    let parent = parts.dropLast().joined(separator: "/")
    guard let name = parts.last,
      let folder = try files.opened(parent, O_RDONLY | O_DIRECTORY, operation: "opening")
    else { return }
    defer { close(folder) }
    unlinkat(folder, FileReplacement.unfinishedName(name), 0)
  }

  /// Makes a directory and those above it where they are missing. True when the last one is new.
  @discardableResult
  package func makeDirectory(_ path: String, mode: mode_t = 0o755) throws(HostFileError) -> Bool {
    guard let files = backing as? DirectoryFiles else { throw HostFileError("creating", path, code: EROFS) }
    var made = false
    var parent = ""
    for name in path.split(separator: "/").map(String.init) {
      guard let folder = try files.opened(parent, LINUX_O_PATH | O_DIRECTORY, operation: "opening") else {
        throw HostFileError("opening", parent, code: ENOENT)
      }
      made = mkdirat(folder, name, mode) == 0
      let code = errno
      close(folder)
      guard made || code == EEXIST else { throw HostFileError("creating", path, code: code) }
      parent += parent.isEmpty ? name : "/" + name
    }
    return made
  }

  /// Bytes that root may still write to the file system of a directory, and whether it is read-only.
  package func space(at path: String) throws(HostFileError) -> (free: UInt64, isReadOnly: Bool) {
    guard let files = backing as? DirectoryFiles else { throw HostFileError("measuring", path, code: EROFS) }
    guard let folder = try files.opened(path, O_RDONLY | O_DIRECTORY, operation: "measuring") else {
      throw HostFileError("measuring", path, code: ENOENT)
    }
    defer { close(folder) }
    var status = statvfs()
    guard fstatvfs(folder, &status) == 0 else { throw HostFileError("measuring", path, code: errno) }
    let free = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
    return (free.overflow ? .max : free.partialValue, status.f_flag & UInt(ST_RDONLY_VALUE) != 0)
  }

  private func synchronize(_ folder: Int32, _ path: String) throws(HostFileError) {
    // Some file systems (vfat) cannot do this for a directory.
    guard fsync(folder) == 0 || errno == EINVAL else { throw HostFileError("writing", path, code: errno) }
  }
}

/// ST_RDONLY of sys/statvfs.h, an enumerator that is not imported.
private let ST_RDONLY_VALUE = 1

/// A new file that takes another one's place by its name.
private struct FileReplacement {
  let folder: Int32
  let name: String
  let path: String

  static func unfinishedName(_ name: String) -> String { ".\(name).passthru-doctor" }

  func make(_ bytes: [UInt8], _ metadata: FileMetadata?, keepingTimes: Bool) throws(HostFileError) {
    let new = Self.unfinishedName(name)
    // What a run that was killed has left.
    unlinkat(folder, new, 0)
    let mode: mode_t = metadata == nil ? 0o644 : 0o600
    let file = openat(folder, new, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
    guard file >= 0 else { throw HostFileError("creating", path, code: errno) }
    do throws(SystemFailure) {
      try fill(file, bytes, metadata, keepingTimes: keepingTimes)
      guard renameat(folder, new, folder, name) == 0 else { throw SystemFailure(code: errno) }
    } catch {
      unlinkat(folder, new, 0)
      throw HostFileError("writing", path, code: error.code)
    }
  }

  private func fill(
    _ file: Int32, _ bytes: [UInt8], _ metadata: FileMetadata?, keepingTimes: Bool
  ) throws(SystemFailure) {
    var failure: Int32 = 0
    var written = 0
    while written < bytes.count, failure == 0 {
      let count = bytes[written...].withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
      if count >= 0 { written += count } else if errno != EINTR { failure = errno }
    }
    if failure == 0 {
      do throws(SystemFailure) {
        // The caller's umask does not count.
        if let metadata {
          try metadata.apply(to: file, withTimes: keepingTimes)
        } else if fchmod(file, 0o644) != 0, errno != EPERM {
          throw SystemFailure(code: errno)
        }
      } catch { failure = error.code }
    }
    if failure == 0, fsync(file) != 0 { failure = errno }
    if close(file) != 0, failure == 0 { failure = errno }
    if failure != 0 { throw SystemFailure(code: failure) }
  }
}
