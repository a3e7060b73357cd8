import Glibc
import TestHosts
import Testing

@testable import HostFiles

struct DirectoryFilesTests {
  let scratch: ScratchDirectory
  let root: HostRoot

  init() throws {
    scratch = try ScratchDirectory()
    scratch.file("etc/hostname", "inside\n")
    root = try HostRoot(directory: scratch.path)
  }

  @Test(arguments: ["/etc/hostname", "../../../etc/hostname", "/../etc/hostname", "/proc/../etc/./hostname"])
  func linksStayInside(target: String) throws {
    scratch.directory("proc")
    scratch.link("a/b", to: target)
    #expect(try root.line(at: "a/b") == "inside")
    #expect(try root.linkTarget(at: "a/b") == target)
  }

  @Test(arguments: ["../etc/hostname", "/etc/hostname", "etc/../../../etc/hostname"])
  func pathsStayInside(path: String) throws {
    #expect(try root.line(at: path) == "inside")
  }

  @Test func emptyPathIsTheRoot() throws {
    #expect(try root.names(in: "") == ["etc"])
    #expect(try root.kind(at: "") == .directory)
  }

  @Test func absenceIsNoError() throws {
    #expect(try root.bytes(at: "none") == nil)
    #expect(try root.bytes(at: "etc/hostname/below") == nil)
    #expect(try root.names(in: "etc/hostname") == nil)
    #expect(try root.linkTarget(at: "etc/hostname") == nil)
    #expect(try root.kind(at: "etc/none") == nil)
    #expect(try root.bytes(at: "etc/hostname\0") == nil)
    scratch.link("dangling", to: "/nowhere")
    #expect(try root.bytes(at: "dangling") == nil)
    #expect(try root.linkTarget(at: "dangling") == "/nowhere")
  }

  @Test func loopsAreErrors() {
    scratch.link("loop", to: "loop")
    #expect(errnoOf { () throws(HostFileError) in _ = try root.bytes(at: "loop") } == ELOOP)
    #expect(root.exists("loop") == false)
  }

  @Test func directoriesAndPipesAreNoFiles() throws {
    scratch.fifo("pipe")
    #expect(errnoOf { () throws(HostFileError) in _ = try root.bytes(at: "pipe") } == EINVAL)
    #expect(errnoOf { () throws(HostFileError) in _ = try root.bytes(at: "etc") } == EISDIR)
    #expect(try root.kind(at: "pipe") == .other)
    #expect(try root.names(in: "pipe") == nil)
  }

  @Test(.enabled(if: geteuid() == 0, "making a device node takes root"))
  func deviceNodesAreSeenButNotRead() throws {
    let made = mknod(scratch.path + "/null", S_IFCHR | 0o666, dev_t(0x103))
    try #require(made == 0)
    #expect(try root.kind(at: "null") == .characterDevice)
    #expect(errnoOf { () throws(HostFileError) in _ = try root.bytes(at: "null") } == EINVAL)
    #expect(try root.tryOpeningDevice(at: "null") == nil, "only the running host's devices are opened")
  }

  @Test func largeFilesAreRefusedButTheirBeginningReads() throws {
    scratch.file("big")
    try #require(truncate(scratch.path + "/big", HostRoot.sizeLimit + 1) == 0)
    #expect(errnoOf { () throws(HostFileError) in _ = try root.bytes(at: "big") } == EFBIG)
    #expect(try root.firstBytes(70_000, at: "big")?.count == 70_000)
    try #require(truncate(scratch.path + "/big", 100_000) == 0)
    #expect(try root.bytes(at: "big")?.count == 100_000)
    #expect(try root.firstBytes(0, at: "big") == [])
  }

  @Test func namesAreSortedByBytes() throws {
    for name in ["b", "a", "B", "10", "9", "ä"] { scratch.file("names/" + name) }
    #expect(try root.names(in: "names") == ["10", "9", "B", "a", "b", "ä"])
  }

  @Test func manyReadsLeaveNoDescriptorOpen() throws {
    scratch.link("loop", to: "loop")
    func openDescriptors() throws -> Int {
      try HostRoot(directory: "/").names(in: "proc/self/fd")?.count ?? 0
    }
    let opener = try walkingOpener(of: scratch.path)
    let before = try openDescriptors()
    for path in ["etc/hostname", "etc", "none", "loop", "etc/hostname/x", "../etc/./hostname"] {
      for _ in 0..<50 {
        _ = try? root.bytes(at: path)
        _ = try? root.names(in: path)
        _ = try? root.linkTarget(at: path)
        _ = try? root.kind(at: path)
        if case .success(let descriptor) = opener.openByWalking(path, O_RDONLY) { close(descriptor) }
      }
    }
    // Other tests run beside this one and hold a few of their own.
    #expect(try openDescriptors() < before + 60)
  }

  @Test func kernelFilesRead() throws {
    let host = try HostRoot(directory: "/")
    #expect(host.isRunningHost)
    #expect(try host.line(at: "proc/self/comm")?.isEmpty == false)
    #expect(try host.bytes(at: "/proc/version") == host.bytes(at: "proc/version"))
    #expect(try host.linkTarget(at: "proc/self/exe") != nil)
    #expect(try host.tryOpeningDevice(at: "dev/null") == true)
    #expect(try host.tryOpeningDevice(at: "etc/passwd") == false)
  }

  /// Magic links lead anywhere: below another root they are never followed.
  @Test func magicLinksAreNotFollowed() throws {
    let proc = try HostRoot(directory: "/proc")
    #expect(errnoOf { () throws(HostFileError) in _ = try proc.names(in: "self/root") } == ELOOP)
    #expect(try proc.line(at: "self/comm")?.isEmpty == false, "an ordinary link of proc is followed")
  }

  @Test func missingRootIsAnError() {
    #expect(
      errnoOf { () throws(HostFileError) in _ = try HostRoot(directory: scratch.path + "/none") } == ENOENT)
    let file = scratch.path + "/etc/hostname"
    #expect(errnoOf { () throws(HostFileError) in _ = try HostRoot(directory: file) } == ENOTDIR)
  }
}

/// errno of the error that `body` throws; nil when it throws none.
func errnoOf(_ body: () throws(HostFileError) -> Void) -> Int32? {
  do throws(HostFileError) {
    try body()
    return nil
  } catch {
    return error.code
  }
}
