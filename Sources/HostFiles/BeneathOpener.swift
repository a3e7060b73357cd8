import CLinux
import Glibc
import HostModel

/// errno of a system call, taken before anything else can change it.
struct SystemFailure: Error {
  let code: Int32
}

/// Opens paths below one directory, so that no link and no `..` leads out of it.
///
/// Below the system's own root there is nothing to leave, and a plain openat(2) is right: it also
/// follows the magic links of /proc, which openat2(2) refuses below any root.
final class BeneathOpener: Sendable {
  let isSystemRoot: Bool
  private let root: Int32

  init(owning root: Int32, isSystemRoot: Bool) {
    self.root = root
    self.isSystemRoot = isSystemRoot
  }

  deinit { close(root) }

  func open(_ path: String, _ flags: Int32) -> Result<Int32, SystemFailure> {
    // An embedded NUL would cut the path short and open another file.
    guard !path.utf8.contains(0) else { return .failure(SystemFailure(code: ENOENT)) }
    // The root itself is the empty path, and an absolute path would leave it in openat(2).
    let relative = String(path.drop { $0 == "/" })
    let inside = relative.isEmpty ? "." : relative
    let flags = flags | O_CLOEXEC
    if isSystemRoot { return Self.retrying { openat(root, inside, flags) } }
    let result = openWithKernel(inside, flags)
    if case .failure(let failure) = result, failure.code == ENOSYS || failure.code == EPERM,
      Self.openat2IsMissing
    {
      return openByWalking(inside, flags)
    }
    return result
  }

  /// openat2(2), Linux 5.6.
  func openWithKernel(_ path: String, _ flags: Int32) -> Result<Int32, SystemFailure> {
    Self.retrying {
      linux_openat2(
        root, path, UInt64(UInt32(bitPattern: flags | O_CLOEXEC)), 0,
        LINUX_RESOLVE_IN_ROOT | LINUX_RESOLVE_NO_MAGICLINKS)
    }
  }

  /// Tries again on EINTR, and on EAGAIN: openat2(2) gives it when a rename elsewhere made the way
  /// of a `..` uncertain. Not for ever: a lease on a file gives EAGAIN too, and that one stays.
  private static func retrying(_ open: () -> Int32) -> Result<Int32, SystemFailure> {
    var code: Int32 = 0
    for _ in 0..<64 {
      let descriptor = open()
      if descriptor >= 0 { return .success(descriptor) }
      code = errno
      guard code == EINTR || code == EAGAIN else { break }
    }
    return .failure(SystemFailure(code: code))
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
  func openByWalking(_ path: String, _ flags: Int32) -> Result<Int32, SystemFailure> {
    var pending = Self.components(of: path)
    guard !pending.isEmpty || path.hasPrefix("/") else { return .failure(SystemFailure(code: ENOENT)) }
    // The directories walked into below the root.
    var stack: [Int32] = []
    defer { stack.forEach { close($0) } }
    var linksFollowed = 0
    while let component = pending.popLast() {
      if component == "." { continue }
      if component == ".." {
        if let left = stack.popLast() { close(left) }
        continue
      }
      let here = stack.last ?? root
      let isLast = pending.isEmpty
      let next = openat(here, component, LINUX_O_PATH | O_NOFOLLOW | O_CLOEXEC)
      guard next >= 0 else { return .failure(SystemFailure(code: errno)) }
      var status = stat()
      guard fstat(next, &status) == 0 else {
        let code = errno
        close(next)
        return .failure(SystemFailure(code: code))
      }
      let kind = status.st_mode & S_IFMT
      if kind == S_IFLNK, !(isLast && flags & O_NOFOLLOW != 0) {
        defer { close(next) }
        linksFollowed += 1
        guard linksFollowed <= 40 else { return .failure(SystemFailure(code: ELOOP)) }  // MAXSYMLINKS
        switch readLink(next) {
        case .failure(let failure): return .failure(failure)
        case .success(let target):
          if target.hasPrefix("/") {
            stack.forEach { close($0) }
            stack = []
          }
          pending += Self.components(of: target)
        }
        continue
      }
      if isLast {
        close(next)
        // Nothing is followed any more: the last component is no link, or is wanted as one.
        return Self.retrying { openat(here, component, flags | O_NOFOLLOW | O_CLOEXEC) }
      }
      stack.append(next)
      guard kind == S_IFDIR else { return .failure(SystemFailure(code: ENOTDIR)) }
    }
    let last = stack.last ?? root
    return Self.retrying { openat(last, ".", flags | O_CLOEXEC) }
  }

  /// Last first. A slash at the end asks for a directory, as `.` does.
  private static func components(of path: String) -> [String] {
    let components = path.split(separator: "/").reversed().map(String.init)
    return path.hasSuffix("/") && !components.isEmpty ? ["."] + components : components
  }
}

/// The target of a link that is open with O_PATH.
func readLink(_ link: Int32) -> Result<String, SystemFailure> {
  withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) { buffer in
    guard let base = buffer.baseAddress else { return .failure(SystemFailure(code: ENOMEM)) }
    let got = readlinkat(link, "", base, buffer.count)
    guard got >= 0 else { return .failure(SystemFailure(code: errno)) }
    let target = UnsafeRawBufferPointer(start: base, count: got)
    return .success(String(decoding: target, as: UTF8.self))
  }
}
