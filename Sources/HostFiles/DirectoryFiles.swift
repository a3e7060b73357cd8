import CLinux
import Glibc
import HostModel

/// A directory of this system as root.
final class DirectoryFiles: HostFileReading {
  let directoryPath: String?
  private let descriptor: Int32
  /// Links of /proc (magic links) lead out of any root; below another root none is followed.
  private let resolve: UInt64

  init(_ path: String) throws(HostFileError) {
    let descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw HostFileError("opening the root", String(path.drop { $0 == "/" }), code: errno)
    }
    self.descriptor = descriptor
    directoryPath = path
    resolve = LINUX_RESOLVE_IN_ROOT | (path == "/" ? 0 : LINUX_RESOLVE_NO_MAGICLINKS)
  }

  deinit { close(descriptor) }

  func bytes(at path: String) throws(HostFileError) -> [UInt8]? {
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
    return try readToEnd(file, path: path, expecting: Int(status.st_size))
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
      errno = 0
      guard let entry = readdir(stream) else {
        guard errno == 0 else { throw HostFileError("listing", path, code: errno) }
        break
      }
      let name = withUnsafePointer(to: &entry.pointee.d_name) { field in
        field.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  func directory(at path: String) throws(HostFileError) -> HostDirectory? {
    let flags = LINUX_O_PATH | O_DIRECTORY
    guard let directory = try opened(path, flags, operation: "opening") else { return nil }
    return HostDirectory(descriptor: directory, path: path)
  }

  func linkTarget(at path: String) throws(HostFileError) -> String? {
    guard let link = try opened(path, LINUX_O_PATH | O_NOFOLLOW, operation: "reading the link") else {
      return nil
    }
    defer { close(link) }
    guard let target = readLink(link) else {
      // ENOENT and EINVAL: what stands there is no link.
      if errno == ENOENT || errno == EINVAL { return nil }
      throw HostFileError("reading the link", path, code: errno)
    }
    return target
  }

  func kind(at path: String) throws(HostFileError) -> HostFileKind? {
    guard let file = try opened(path, LINUX_O_PATH, operation: "looking at") else { return nil }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw HostFileError("looking at", path, code: errno) }
    return switch status.st_mode & S_IFMT {
    case S_IFREG: .file
    case S_IFDIR: .directory
    case S_IFCHR: .characterDevice
    case S_IFBLK: .blockDevice
    default: .other
    }
  }

  /// Nil when there is no such file; links are resolved inside the root.
  private func opened(_ path: String, _ flags: Int32, operation: String) throws(HostFileError) -> Int32? {
    let descriptor = openBeneath(path, flags | O_CLOEXEC)
    if descriptor >= 0 { return descriptor }
    // ENOTDIR: a component is a file, so there is nothing below it. ELOOP: with O_PATH|O_NOFOLLOW never.
    guard errno != ENOENT, errno != ENOTDIR else { return nil }
    throw HostFileError(operation, path, code: errno)
  }

  private func openBeneath(_ path: String, _ flags: Int32) -> Int32 {
    // An embedded NUL would cut the path short and open another file.
    guard !path.utf8.contains(0) else {
      errno = ENOENT
      return -1
    }
    while true {
      let opened = linux_openat2(descriptor, path, UInt64(UInt32(bitPattern: flags)), 0, resolve)
      if opened >= 0 || (errno != EINTR && errno != EAGAIN) {
        if opened < 0, errno == ENOSYS || errno == EPERM, Self.openat2IsMissing {
          return openByWalking(path, flags)
        }
        return opened
      }
    }
  }

  /// Whether the kernel (before 5.6) or a seccomp filter keeps openat2 away: asked once.
  private static let openat2IsMissing: Bool = {
    let probe = linux_openat2(AT_FDCWD, "/", UInt64(UInt32(bitPattern: LINUX_O_PATH | O_CLOEXEC)), 0, 0)
    guard probe < 0 else {
      close(probe)
      return false
    }
    return errno == ENOSYS || errno == EPERM
  }()

  /// openat2 with RESOLVE_IN_ROOT, by hand: every component is opened without following links,
  /// and links are resolved here, absolute ones and `..` inside the root.
  func openByWalking(_ path: String, _ flags: Int32) -> Int32 {
    var pending = path.split(separator: "/").reversed().map(String.init)
    // The directories walked into, the root first.
    var stack: [Int32] = [dup(descriptor)]
    defer { stack.forEach { close($0) } }
    var linksLeft = 40  // as the kernel: MAXSYMLINKS
    while let component = pending.popLast() {
      guard let here = stack.last else { break }
      if component == "." { continue }
      if component == ".." {
        if stack.count > 1, let left = stack.popLast() { close(left) }
        continue
      }
      let isLast = pending.isEmpty
      let next = openat(here, component, LINUX_O_PATH | O_NOFOLLOW | O_CLOEXEC)
      guard next >= 0 else { return -1 }
      var status = stat()
      guard fstat(next, &status) == 0 else {
        close(next)
        return -1
      }
      if status.st_mode & S_IFMT == S_IFLNK, !(isLast && flags & O_NOFOLLOW != 0) {
        defer { close(next) }
        linksLeft -= 1
        guard linksLeft > 0, let target = readLink(next) else {
          errno = ELOOP
          return -1
        }
        if target.hasPrefix("/") {
          while stack.count > 1, let left = stack.popLast() { close(left) }
        }
        pending += target.split(separator: "/").reversed().map(String.init)
        continue
      }
      if isLast {
        close(next)
        // Nothing is followed any more: the last component is no link, or is wanted as one.
        return openat(here, component, flags | O_NOFOLLOW | O_CLOEXEC)
      }
      stack.append(next)
    }
    return openat(stack.last ?? descriptor, ".", flags | O_CLOEXEC)
  }

  /// The target of a link that is open with O_PATH; nil with errno set.
  private func readLink(_ link: Int32) -> String? {
    var got = -1
    let target = [UInt8](unsafeUninitializedCapacity: Int(PATH_MAX)) { buffer, count in
      got = buffer.withMemoryRebound(to: CChar.self) { path in
        path.baseAddress.map { readlinkat(link, "", $0, path.count) } ?? -1
      }
      count = max(0, got)
    }
    return got >= 0 ? target.text : nil
  }
}
