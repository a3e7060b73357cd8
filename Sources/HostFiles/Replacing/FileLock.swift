import Glibc
import HostModel

/// A lock on a file, held until the value goes away, also by a kill. A program that was started with
/// `descriptor` keeps it as long as that runs.
package final class FileLock {
  /// Open, closed on exec.
  package let descriptor: Int32

  /// - Parameter holder: what the next one is told who has it, one line.
  /// - Throws: with EWOULDBLOCK, and the holder's line as the reason, when somebody else has it.
  package init(at path: String, of root: HostRoot, holder: String) throws(HostFileError) {
    let parts = path.split(separator: "/").map(String.init)
    guard let files = root.backing as? DirectoryFiles, let name = parts.last,
      let folder = try files.opened(
        parts.dropLast().joined(separator: "/"), O_RDONLY | O_DIRECTORY, operation: "opening")
    else { throw HostFileError("locking", path, code: ENOENT) }
    defer { close(folder) }
    let file = openat(folder, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw HostFileError("locking", path, code: errno) }
    let code = Self.lock(file)
    guard code == 0 else {
      defer { close(file) }
      guard code == EWOULDBLOCK else { throw HostFileError("locking", path, code: code) }
      let line = (try? readToEnd(file, path: path, upTo: 400))?.trimmed.text ?? ""
      throw HostFileError("locking", path, because: line, code: code)
    }
    descriptor = file
    // Only words for others: a full disk is no reason to stop here.
    if ftruncate(file, 0) == 0 {
      var text = holder + "\n"
      text.withUTF8 { _ = pwrite(file, $0.baseAddress, $0.count, 0) }
    }
  }

  deinit { close(descriptor) }

  /// Zero, or the error's number. Somebody who is on the way out gets a second: a program that was killed, or
  /// one that a thread of ours has just begun to start and that has the descriptor still.
  private static func lock(_ file: Int32) -> Int32 {
    for attempt in 1...20 {
      if flock(file, LOCK_EX | LOCK_NB) == 0 { return 0 }
      guard errno == EWOULDBLOCK || errno == EINTR, attempt < 20 else { break }
      usleep(50_000)
    }
    return errno
  }
}
