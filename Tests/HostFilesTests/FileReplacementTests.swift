import CLinux
import Glibc
import HostFiles
import HostModel
import TestHosts
import Testing

/// A replaced file is the old one in everything but its bytes; what cannot be replaced is known before.
struct FileReplacementTests {
  private let scratch: ScratchDirectory
  private let root: HostRoot

  init() throws {
    scratch = try ScratchDirectory()
    scratch.file("etc/one", "one\n")
    root = try HostRoot(directory: scratch.path)
  }

  private func place(_ name: String) -> String { scratch.path + "/" + name }

  private func setAttribute(_ path: String, _ name: String, _ value: [UInt8]) -> Bool {
    let file = open(place(path), O_RDONLY)
    defer { close(file) }
    return value.withUnsafeBytes { linux_set_attribute(file, name, $0.baseAddress, $0.count) } == 0
  }

  /// Version 2; user::rw-, user:1000:rw-, group::r--, mask::rw-, other::r-- (acl(5), linux/posix_acl_xattr.h).
  private static let accessList: [UInt8] =
    [2, 0, 0, 0] + [1, 0, 6, 0, 255, 255, 255, 255] + [2, 0, 6, 0, 0xe8, 3, 0, 0] + [
      4, 0, 4, 0, 255, 255, 255, 255,
    ]
    + [16, 0, 6, 0, 255, 255, 255, 255] + [32, 0, 4, 0, 255, 255, 255, 255]

  @Test(.enabled(if: geteuid() == 0))
  func keepsOwnerModeAttributesAndAccessList() throws {
    chown(place("etc/one"), 12, 34)
    #expect(setAttribute("etc/one", "system.posix_acl_access", Self.accessList))
    #expect(setAttribute("etc/one", "user.note", Array("by hand".utf8)))
    #expect(setAttribute("etc/one", "security.test", [1, 2, 3]))
    chmod(place("etc/one"), 0o4664)
    let before = try #require(try root.metadata(at: "etc/one"))
    try root.exchange("etc/one", with: Array("two\n".utf8), metadata: before, keepingTimes: true)
    #expect(try root.metadata(at: "etc/one") == before)
    #expect(before.attributes.count == 3 && before.mode == 0o4664)
  }

  /// A new file gets the directory's default list; in the place of one without it has none, too.
  @Test(.enabled(if: geteuid() == 0))
  func takesNoAccessListFromItsDirectory() throws {
    let before = try #require(try root.metadata(at: "etc/one"))
    #expect(setAttribute("etc", "system.posix_acl_default", Self.accessList))
    try root.exchange("etc/one", with: [1], metadata: before, keepingTimes: true)
    #expect(try root.metadata(at: "etc/one") == before)
    #expect(before.attributes.isEmpty)
  }

  @Test func followsLinksBelowTheRootAndLeavesThem() throws {
    scratch.link("etc/link", to: "/etc/two/../second")
    scratch.link("etc/second", to: "../etc/one")
    scratch.directory("etc/two")
    try root.exchange("etc/link", with: Array("new\n".utf8), metadata: nil)
    #expect(try root.linkTarget(at: "etc/link") == "/etc/two/../second")
    #expect(try root.bytes(at: "etc/one")?.text == "new\n")
    #expect(try root.linkTarget(at: "etc/one") == nil)
  }

  @Test func aLinkThatLeavesTheRootDoesNot() throws {
    scratch.link("etc/out", to: "../../../../../../tmp/passthru-doctor-outside")
    scratch.directory("tmp")
    try root.exchange("etc/out", with: [1], metadata: nil)
    #expect(access("/tmp/passthru-doctor-outside", F_OK) != 0)
    #expect(try root.bytes(at: "tmp/passthru-doctor-outside") == [1])
  }

  @Test func comesBackAsTheVerySameFile() throws {
    var before = stat()
    stat(place("etc/one"), &before)
    let replaced = try root.replace("etc/one", with: .bytes([1]), metadata: nil)
    let created = try root.replace("etc/new", with: .bytes([2]), metadata: nil)
    let removed = try root.replace("etc/one", with: .nothing, metadata: nil)
    try removed.giveBack()
    #expect(try root.bytes(at: "etc/one") == [1])
    try created.giveBack()
    _ = replaced
    #expect(try root.names(in: "etc") == ["one"])
  }

  @Test func giveBackAfterReplacing() throws {
    var before = stat()
    var after = stat()
    stat(place("etc/one"), &before)
    let replaced = try root.replace("etc/one", with: .copy(of: "etc/one"), metadata: nil)
    try replaced.giveBack()
    stat(place("etc/one"), &after)
    #expect(before.st_ino == after.st_ino && before.st_mtim.tv_nsec == after.st_mtim.tv_nsec)
    #expect(try root.names(in: "etc") == ["one"])
  }

  @Test func saysWhatHasOtherNames() throws {
    link(place("etc/one"), place("etc/other"))
    #expect(try root.obstacle(toReplacing: "etc/one")?.contains("hard links") == true)
    #expect(try root.obstacle(toReplacing: "etc/missing") == nil)
    scratch.directory("etc/directory")
    #expect(try root.obstacle(toReplacing: "etc/directory") == "is no regular file")
  }

  @Test(.enabled(if: geteuid() == 0))
  func saysWhatIsImmutable() throws {
    // FS_IOC_SETFLAGS (linux/fs.h): _IOW('f', 2, long); FS_IMMUTABLE_FL 0x10, FS_APPEND_FL 0x20.
    func setFlags(_ path: String, _ flags: Int) -> Bool {
      let file = open(place(path), O_RDONLY)
      defer { close(file) }
      var flags = flags
      return ioctl(file, 0x4008_6602, &flags) == 0
    }
    guard setFlags("etc/one", 0x10) else { return }  // A file system without such flags.
    defer {
      _ = setFlags("etc/one", 0)
      _ = setFlags("etc", 0)
    }
    #expect(try root.obstacle(toReplacing: "etc/one")?.contains("chattr -i") == true)
    _ = setFlags("etc/one", 0)
    _ = setFlags("etc", 0x20)
    #expect(try root.obstacle(toReplacing: "etc/one")?.contains("the directory /etc") == true)
  }
}
