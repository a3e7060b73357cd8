import CLinux
import Glibc
import HostModel

extension HostRoot {
  /// Puts a file in the place of another one at once: after a crash either the old one or the new
  /// one is there, whole. Makes the directory, if its parent is there. Nil removes the file.
  package func replaceFile(_ path: String, with bytes: [UInt8]?, mode: mode_t = 0o644) throws(HostFileError) {
    guard let files = backing as? DirectoryFiles else { throw HostFileError("replacing", path, code: EROFS) }
    let parts = path.split(separator: "/").map(String.init)
    guard let name = parts.last else { throw HostFileError("replacing", path, code: EINVAL) }
    let folder = try files.openedDirectory(parts.dropLast())
    defer { close(folder) }
    guard let bytes else {
      guard unlinkat(folder, name, 0) == 0 || errno == ENOENT else {
        throw HostFileError("removing", path, code: errno)
      }
      try synchronize(folder, path)
      return
    }
    let new = ".\(name).new"
    unlinkat(folder, new, 0)
    let file = openat(folder, new, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
    guard file >= 0 else { throw HostFileError("creating", path, code: errno) }
    var failure: Int32 = 0
    var written = 0
    while written < bytes.count, failure == 0 {
      let count = bytes[written...].withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
      if count >= 0 { written += count } else if errno != EINTR { failure = errno }
    }
    // The caller's umask does not count.
    if failure == 0, fchmod(file, mode) != 0 { failure = errno }
    if failure == 0, fsync(file) != 0 { failure = errno }
    if close(file) != 0, failure == 0 { failure = errno }
    if failure == 0, renameat(folder, new, folder, name) != 0 { failure = errno }
    guard failure == 0 else {
      unlinkat(folder, new, 0)
      throw HostFileError("writing", path, code: failure)
    }
    try synchronize(folder, path)
  }

  private func synchronize(_ folder: Int32, _ path: String) throws(HostFileError) {
    // Some file systems (vfat) cannot do this for a directory.
    guard fsync(folder) == 0 || errno == EINVAL else { throw HostFileError("writing", path, code: errno) }
  }
}

extension DirectoryFiles {
  /// A directory, open; its last component is made where it is missing.
  fileprivate func openedDirectory(_ parts: ArraySlice<String>) throws(HostFileError) -> Int32 {
    let path = parts.joined(separator: "/")
    if let folder = try opened(path, O_RDONLY | O_DIRECTORY, operation: "opening") { return folder }
    let parent = try opened(
      parts.dropLast().joined(separator: "/"), LINUX_O_PATH | O_DIRECTORY, operation: "opening")
    guard let parent, let last = parts.last else { throw HostFileError("opening", path, code: ENOENT) }
    defer { close(parent) }
    guard mkdirat(parent, last, 0o755) == 0 || errno == EEXIST else {
      throw HostFileError("creating", path, code: errno)
    }
    guard let folder = try opened(path, O_RDONLY | O_DIRECTORY, operation: "opening") else {
      throw HostFileError("opening", path, code: ENOENT)
    }
    return folder
  }
}
