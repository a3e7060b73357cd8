import CLinux
import Glibc
import HostModel

/// One directory of the host, held open: for sysfs, whose facts are many small files side by side.
///
/// Names are written by this program, never taken from links, and the last component is never
/// followed where it is a symbolic link: nothing outside can be reached through it.
///
/// Names go to the kernel by `withCString`: the compiler's own bridging makes an array of each, which
/// is felt in thousands.
package final class HostDirectory: Sendable {
  /// An attribute that is larger is refused. The kernel gives one page (fs/sysfs/file.c); PCI
  /// configuration space is as large (4096 bytes).
  package static let attributeLimit = 4096

  private enum Backing {
    /// `looksFirst`: a device node may stand in the place of an attribute, as in any foreign tree, and
    /// opening one can do things (a watchdog starts).
    case open(Int32, looksFirst: Bool)
    /// What is no directory of the system (a recorded host) is asked by path.
    case named(any HostFileReading)
  }

  /// Below the root, without a leading slash.
  package let path: String
  private let backing: Backing

  init(descriptor: Int32, looksFirst: Bool, path: String) {
    backing = .open(descriptor, looksFirst: looksFirst)
    self.path = path
  }

  init(of files: any HostFileReading, path: String) {
    backing = .named(files)
    self.path = path
  }

  deinit {
    if case .open(let descriptor, _) = backing { close(descriptor) }
  }

  /// A directory below it, reached through directories alone: the way may come from anywhere. Nil
  /// when there is none, when a link is on the way, and where the kernel (before 5.6) cannot promise
  /// that none is.
  package func directory(_ way: String) -> HostDirectory? {
    let path = path + "/" + way
    switch backing {
    case .named(let files): return (try? files.directory(at: path)) ?? nil
    case .open(let directory, let looksFirst):
      let flags = UInt64(UInt32(bitPattern: LINUX_O_PATH | O_DIRECTORY | O_CLOEXEC))
      let found = way.withCString {
        linux_openat2(directory, $0, flags, 0, LINUX_RESOLVE_BENEATH | LINUX_RESOLVE_NO_SYMLINKS)
      }
      return found < 0 ? nil : HostDirectory(descriptor: found, looksFirst: looksFirst, path: path)
    }
  }

  /// The bytes of a small file in it, or in a directory in it; nil when there is none.
  package func attribute(_ name: String) throws(HostFileError) -> [UInt8]? {
    switch backing {
    case .named(let files):
      guard let bytes = try files.bytes(at: path + "/" + name) else { return nil }
      guard bytes.count <= Self.attributeLimit else { throw error("reading", name, EFBIG) }
      return bytes
    case .open(let directory, let looksFirst):
      let file = name.withCString { name in
        if looksFirst {
          var status = stat()
          guard fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return Int32(-1) }
          guard status.st_mode & S_IFMT == S_IFREG else {
            errno = EINVAL
            return -1
          }
        }
        // O_NONBLOCK: a FIFO in the place of an attribute must not hang the survey.
        return openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
      }
      guard file >= 0 else {
        if errno == ENOENT || errno == ENOTDIR { return nil }
        throw error("reading", name, errno)
      }
      defer { close(file) }
      return try contents(of: file, name)
    }
  }

  /// Most attributes are a few bytes: the first piece is small enough for malloc's quick lists.
  private static let firstPiece = 960

  private func contents(of file: Int32, _ name: String) throws(HostFileError) -> [UInt8] {
    var bytes = try piece(of: file, Self.firstPiece, name)
    // The kernel answers with the whole attribute in one piece: a short one is the last.
    guard bytes.count == Self.firstPiece else { return bytes }
    while bytes.count <= Self.attributeLimit {
      let more = try piece(of: file, Self.attributeLimit, name)
      if more.isEmpty { return bytes }
      bytes += more
    }
    throw error("reading", name, EFBIG)
  }

  private func piece(of file: Int32, _ size: Int, _ name: String) throws(HostFileError) -> [UInt8] {
    var code: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      var got = read(file, buffer.baseAddress, buffer.count)
      while got < 0, errno == EINTR { got = read(file, buffer.baseAddress, buffer.count) }
      if got < 0 { code = errno }
      count = max(0, got)
    }
    guard code == 0 else { throw error("reading", name, code) }
    return bytes
  }

  /// Where the symbolic link of that name points to; nil when there is no such link.
  package func linkTarget(_ name: String) throws(HostFileError) -> [UInt8]? {
    switch backing {
    case .named(let files):
      return try files.linkTarget(at: path + "/" + name).map { Array($0.utf8) }
    case .open(let directory, _):
      var code: Int32 = 0
      let target = [UInt8](unsafeUninitializedCapacity: Self.firstPiece) { buffer, count in
        let got = buffer.withMemoryRebound(to: CChar.self) { text in
          name.withCString { name in
            text.baseAddress.map { readlinkat(directory, name, $0, text.count) } ?? -1
          }
        }
        if got < 0 { code = errno }
        count = max(0, got)
      }
      // EINVAL: something stands there that is no link.
      if code == ENOENT || code == EINVAL || code == ENOTDIR { return nil }
      if target.count == Self.firstPiece { code = ENAMETOOLONG }
      guard code == 0 else { throw error("reading the link", name, code) }
      return target
    }
  }

  private func error(_ operation: String, _ name: String, _ code: Int32) -> HostFileError {
    HostFileError(operation, path + "/" + name, code: code)
  }
}
