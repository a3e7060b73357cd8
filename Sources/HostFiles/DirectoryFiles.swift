import CLinux
import Glibc
import HostModel

/// A directory of this system as root.
final class DirectoryFiles: HostFileReading {
  let directoryPath: String?
  private let opener: BeneathOpener

  init(_ path: String) throws(HostFileError) {
    let descriptor = Glibc.open(path, LINUX_O_PATH | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw HostFileError("opening the root", String(path.drop { $0 == "/" }), code: errno)
    }
    directoryPath = path
    opener = BeneathOpener(owning: descriptor, isSystemRoot: path == "/")
  }

  func bytes(at path: String, upTo limit: Int?) throws(HostFileError) -> [UInt8]? {
    // Opening a device node can do things (a watchdog starts), and a foreign tree may hold any node
    // in the place of a file: look first. On the running host only root can have put one there.
    if !opener.isSystemRoot {
      guard let kind = try kind(at: path) else { return nil }
      guard kind == .file else {
        throw HostFileError("reading", path, code: kind == .directory ? EISDIR : EINVAL)
      }
    }
    // O_NONBLOCK: a FIFO in the place of a file must not hang the report. O_NOCTTY: nor a terminal.
    guard let file = try opened(path, O_RDONLY | O_NONBLOCK | O_NOCTTY, operation: "reading") else {
      return nil
    }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw HostFileError("reading", path, code: errno) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw HostFileError("reading", path, code: status.st_mode & S_IFMT == S_IFDIR ? EISDIR : EINVAL)
    }
    return try readToEnd(file, path: path, upTo: limit, size: Int(status.st_size))
  }

  func names(in path: String) throws(HostFileError) -> [String]? {
    guard let directory = try opened(path, O_RDONLY | O_DIRECTORY, operation: "listing") else { return nil }
    guard let stream = fdopendir(directory) else {
      let code = errno
      close(directory)
      throw HostFileError("listing", path, code: code)
    }
    defer { closedir(stream) }
    var names: [String] = []
    while true {
      // readdir tells an error from the end only by errno.
      errno = 0
      guard let entry = readdir(stream) else {
        let code = errno
        guard code == 0 else { throw HostFileError("listing", path, code: code) }
        break
      }
      let name = withUnsafePointer(to: &entry.pointee.d_name) { field in
        field.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  func directory(at path: String) throws(HostFileError) -> HostDirectory? {
    let flags = LINUX_O_PATH | O_DIRECTORY
    guard let directory = try opened(path, flags, operation: "opening") else { return nil }
    return HostDirectory(descriptor: directory, looksFirst: !opener.isSystemRoot, path: path)
  }

  func linkTarget(at path: String) throws(HostFileError) -> String? {
    guard let link = try opened(path, LINUX_O_PATH | O_NOFOLLOW, operation: "reading the link") else {
      return nil
    }
    defer { close(link) }
    switch readLink(link) {
    case .success(let target): return target
    // readlinkat(2) with an empty path gives ENOENT where the descriptor is no link.
    case .failure(let failure) where failure.code == ENOENT || failure.code == EINVAL: return nil
    case .failure(let failure): throw HostFileError("reading the link", path, code: failure.code)
    }
  }

  func kind(at path: String) throws(HostFileError) -> HostFileKind? {
    try status(at: path).map { status in
      switch status.st_mode & S_IFMT {
      case S_IFREG: .file
      case S_IFDIR: .directory
      case S_IFCHR: .characterDevice
      case S_IFBLK: .blockDevice
      default: .other
      }
    }
  }

  func owningGroup(at path: String) throws(HostFileError) -> UInt32? {
    try status(at: path)?.st_gid
  }

  func tryOpeningDevice(at path: String) throws(HostFileError) -> Bool {
    guard try kind(at: path) == .characterDevice else { return false }
    guard let device = try opened(path, O_RDWR | O_NONBLOCK | O_NOCTTY, operation: "opening") else {
      return false
    }
    close(device)
    return true
  }

  private func status(at path: String) throws(HostFileError) -> stat? {
    guard let file = try opened(path, LINUX_O_PATH, operation: "looking at") else { return nil }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw HostFileError("looking at", path, code: errno) }
    return status
  }

  /// Nil when there is no such file; links are resolved inside the root.
  func opened(_ path: String, _ flags: Int32, operation: String) throws(HostFileError) -> Int32? {
    switch opener.open(path, flags) {
    case .success(let descriptor): return descriptor
    // ENOTDIR: a component is a file, so there is nothing below it.
    case .failure(let failure) where failure.code == ENOENT || failure.code == ENOTDIR: return nil
    case .failure(let failure): throw HostFileError(operation, path, code: failure.code)
    }
  }
}
