import Glibc
import HostModel

extension HostRoot {
  /// Writes to an attribute of the kernel's in one piece; never makes a file. A recorded host
  /// answers EROFS. The kernel's refusal comes back as the error's code.
  package func writeAttribute(_ path: String, _ value: String) throws(HostFileError) {
    guard let files = backing as? DirectoryFiles else { throw HostFileError("writing", path, code: EROFS) }
    let flags = O_WRONLY | O_NONBLOCK | O_NOCTTY
    guard let file = try files.opened(path, flags, operation: "writing") else {
      throw HostFileError("writing", path, code: ENOENT)
    }
    defer { close(file) }
    var text = value
    let code: Int32 = text.withUTF8 { bytes in
      while true {
        let count = write(file, bytes.baseAddress, bytes.count)
        if count == bytes.count { return 0 }
        if count >= 0 { return EIO }
        let code = errno
        if code != EINTR { return code }
      }
    }
    guard code == 0 else { throw HostFileError("writing", path, code: code) }
  }
}
