import CLinux
import Glibc
import TestHosts
import Testing

@testable import HostFiles

/// The kernel's resolution below a root, and the one by hand for kernels that have none, must agree.
struct BeneathOpenerTests {
  static let paths = [
    "file", "file/", "file/.", "file/..", "file/x", "dir", "dir/", "dir/.", "dir/..", "dir/file", "dir//file",
    "./dir/./file", "..", "../..", "../file", "dir/../../file", ".", "/", "/file", "/dir/file", "none",
    "none/x",
    "none/..", "abs", "abs/", "rel", "up", "chain", "linkdir", "linkdir/", "linkdir/file", "linkdir/..",
    "linkdir/../file", "absdir/file", "absdir/../file", "dangling", "dangling/x", "loop", "loop/x", "pipe",
    "deep/l40", "deep/l41", "deep/l39", "closed/file", "closed", "file/../file", "up/..", "selfdir/file",
  ]
  static let flagSets: [Int32] = [
    O_RDONLY | O_NONBLOCK, O_RDONLY | O_DIRECTORY, LINUX_O_PATH, LINUX_O_PATH | O_NOFOLLOW,
    LINUX_O_PATH | O_DIRECTORY, O_RDONLY | O_NOFOLLOW | O_NONBLOCK,
  ]

  static func makeTree() throws -> ScratchDirectory {
    let tree = try ScratchDirectory()
    tree.file("file", "outer")
    tree.file("dir/file", "inner")
    tree.link("abs", to: "/file")
    tree.link("rel", to: "dir/../file")
    tree.link("up", to: "../../../../dir")
    tree.link("chain", to: "/abs")
    tree.link("linkdir", to: "dir")
    tree.link("absdir", to: "/dir/")
    tree.link("selfdir", to: "/./dir//.")
    tree.link("dangling", to: "/nowhere/at/all")
    tree.link("loop", to: "/loop")
    tree.fifo("pipe")
    tree.link("deep/l1", to: "/file")
    for depth in 2...41 { tree.link("deep/l\(depth)", to: "l\(depth - 1)") }
    tree.file("closed/file")
    chmod(tree.path + "/closed", 0)
    return tree
  }

  /// Which file an open gave, or which error.
  static func outcome(_ result: Result<Int32, SystemFailure>) -> String {
    switch result {
    case .failure(let failure): return "error \(failure.code)"
    case .success(let descriptor):
      defer { close(descriptor) }
      var status = stat()
      fstat(descriptor, &status)
      return "file \(status.st_dev):\(status.st_ino) flags \(fcntl(descriptor, F_GETFD))"
    }
  }

  static func differences(in tree: String) throws -> [String] {
    let opener = try walkingOpener(of: tree)
    var differences: [String] = []
    for path in paths {
      for flags in flagSets {
        let kernel = outcome(opener.openWithKernel(path, flags))
        let walk = outcome(opener.openByWalking(path, flags))
        if kernel != walk { differences.append("\(path) flags \(flags): kernel \(kernel), walk \(walk)") }
      }
    }
    return differences
  }

  static let hasOpenat2: Bool = {
    let probe = linux_openat2(AT_FDCWD, "/", UInt64(LINUX_O_PATH), 0, 0)
    if probe >= 0 { close(probe) }
    return probe >= 0
  }()

  @Test(.enabled(if: hasOpenat2, "the kernel has no openat2 to compare with"))
  func walkResolvesAsTheKernelDoes() throws {
    let tree = try Self.makeTree()
    #expect(try Self.differences(in: tree.path) == [])
  }

  @Test(.enabled(if: hasOpenat2 && geteuid() == 0, "only root can become somebody else"))
  func walkResolvesAsTheKernelDoesForOrdinaryUsers() async throws {
    let tree = try Self.makeTree()
    await #expect(processExitsWith: .success) { [path = tree.path as String] in
      guard setgid(65534) == 0, setuid(65534) == 0 else { exit(2) }
      let differences = try BeneathOpenerTests.differences(in: path)
      differences.forEach { print($0) }
      let refused = try walkingOpener(of: path).openByWalking("closed/file", O_RDONLY)
      guard case .failure(let failure) = refused, failure.code == EACCES else { exit(3) }
      exit(differences.isEmpty ? 0 : 1)
    }
  }

  @Test func nothingOutsideIsReached() throws {
    let tree = try Self.makeTree()
    tree.link("escape", to: "/etc/passwd")
    tree.link("climb", to: "../../../../../etc/passwd")
    let opener = try walkingOpener(of: tree.path)
    for path in ["escape", "climb", "../etc/passwd", "dir/../../etc/passwd", "/etc/passwd"] {
      #expect(Self.outcome(opener.openByWalking(path, O_RDONLY)) == "error \(ENOENT)")
    }
  }
}

/// An opener whose root is not the system's.
func walkingOpener(of path: String) throws -> BeneathOpener {
  let root = open(path, LINUX_O_PATH | O_DIRECTORY | O_CLOEXEC)
  guard root >= 0 else { throw ScratchError(code: errno) }
  return BeneathOpener(owning: root, isSystemRoot: false)
}
