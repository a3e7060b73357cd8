import CLinux
import Glibc
import HostModel

/// A file that lines are added to as things happen, so that what was written stays when the
/// program does not.
package final class LogFile: Sendable {
  private let file: Int32

  /// Makes the directory, which must have its parent, and the file in it anew, below the root.
  package init(creating name: String, in directory: String, of root: HostRoot) throws(HostFileError) {
    let path = directory + "/" + name
    guard let files = root.backing as? DirectoryFiles else {
      throw HostFileError("creating", path, code: EROFS)
    }
    let parts = directory.split(separator: "/")
    let above = parts.dropLast().joined(separator: "/")
    guard let parent = try files.opened(above, LINUX_O_PATH | O_DIRECTORY, operation: "opening") else {
      throw HostFileError("creating", path, code: ENOENT)
    }
    defer { close(parent) }
    let last = parts.last.map(String.init) ?? "."
    if mkdirat(parent, last, 0o755) != 0 {
      let code = errno
      guard code == EEXIST else { throw HostFileError("creating", directory, code: code) }
    }
    let folder = openat(parent, last, LINUX_O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard folder >= 0 else { throw HostFileError("opening", directory, code: errno) }
    defer { close(folder) }
    file = openat(folder, name, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw HostFileError("creating", path, code: errno) }
  }

  /// Opens a log of the kernel's (dev/kmsg), which takes a line with each write.
  package init(opening path: String, of root: HostRoot) throws(HostFileError) {
    guard let files = root.backing as? DirectoryFiles,
      let file = try files.opened(path, O_WRONLY | O_NONBLOCK | O_NOCTTY, operation: "opening")
    else { throw HostFileError("opening", path, code: ENOENT) }
    self.file = file
  }

  deinit { close(file) }

  /// Adds a line. A log that cannot be written is no reason to stop.
  package func add(_ line: String) {
    var text = line + "\n"
    text.withUTF8 { _ = write(file, $0.baseAddress, $0.count) }
  }
}
