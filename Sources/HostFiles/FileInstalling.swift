import CLinux
import Glibc
import HostModel

extension HostRoot {
  /// Copies a large file next to another one and puts it in its place at once, with the old one's
  /// mode, or 0600 where there was none.
  package func installFile(_ source: String, at path: String) throws(HostFileError) {
    guard let files = backing as? DirectoryFiles else { throw HostFileError("replacing", path, code: EROFS) }
    let parts = path.split(separator: "/").map(String.init)
    guard let name = parts.last,
      let folder = try files.opened(
        parts.dropLast().joined(separator: "/"), O_RDONLY | O_DIRECTORY, operation: "opening"),
      let input = try openedFile(at: source)
    else { throw HostFileError("replacing", path, code: ENOENT) }
    defer {
      close(folder)
      close(input)
    }
    var old = stat()
    let mode: mode_t = fstatat(folder, name, &old, AT_SYMLINK_NOFOLLOW) == 0 ? old.st_mode & 0o777 : 0o600
    let new = ".\(name).new"
    unlinkat(folder, new, 0)
    let output = openat(folder, new, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
    guard output >= 0 else { throw HostFileError("creating", path, code: errno) }
    var failure = copyAll(from: input, to: output)
    if failure == 0, fsync(output) != 0 { failure = errno }
    if close(output) != 0, failure == 0 { failure = errno }
    if failure == 0, renameat(folder, new, folder, name) != 0 { failure = errno }
    if failure == 0, fsync(folder) != 0, errno != EINVAL { failure = errno }
    guard failure == 0 else {
      unlinkat(folder, new, 0)
      throw HostFileError("writing", path, code: failure)
    }
  }

  /// How large a regular file is; nil when there is none.
  package func size(of path: String) throws(HostFileError) -> UInt64? {
    guard let file = try openedFile(at: path) else { return nil }
    defer { close(file) }
    var facts = stat()
    guard fstat(file, &facts) == 0 else { throw HostFileError("measuring", path, code: errno) }
    return UInt64(max(0, facts.st_size))
  }
}

/// Returns errno, or 0.
private func copyAll(from input: Int32, to output: Int32) -> Int32 {
  var buffer = [UInt8](repeating: 0, count: 1 << 18)
  while true {
    let count = read(input, &buffer, buffer.count)
    if count == 0 { return 0 }
    if count < 0 {
      if errno == EINTR { continue }
      return errno
    }
    var written = 0
    while written < count {
      let more = buffer[written..<count].withUnsafeBytes { write(output, $0.baseAddress, $0.count) }
      if more >= 0 { written += more } else if errno != EINTR { return errno }
    }
  }
}
