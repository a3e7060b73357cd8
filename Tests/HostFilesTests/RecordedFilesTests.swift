import Glibc
import HostFiles
import Testing

struct RecordedFilesTests {
  let root = HostRoot(
    recording: RecordedFiles([
      "etc/hostname": .file(Array("inside\n".utf8)),
      "lib/link": .link("/etc/../../etc/hostname"),
      "loop": .link("loop"),
      "sys/empty": .directory,
      "dev/kvm": .device(.characterDevice),
      "dev/kmsg": .denied(EPERM),
      "closed": .denied(EACCES),
    ]), name: "test")

  @Test func absoluteLinksStayInside() throws {
    #expect(try root.line(at: "lib/link") == "inside")
    #expect(try root.names(in: "etc") == ["hostname"])
    #expect(try root.linkTarget(at: "lib/link") == "/etc/../../etc/hostname")
  }

  @Test func answersAsADirectoryWould() throws {
    #expect(try root.names(in: "") == ["closed", "dev", "etc", "lib", "loop", "sys"])
    #expect(try root.names(in: "sys/empty") == [])
    #expect(try root.kind(at: "dev/kvm") == .characterDevice)
    #expect(try root.bytes(at: "etc/hostname/below") == nil)
    #expect(try root.bytes(at: "etc/hostname/../hostname") == nil)
    #expect(try root.firstBytes(3, at: "etc/hostname") == Array("ins".utf8))
    #expect(errnoOf { () throws(HostFileError) in _ = try root.bytes(at: "loop") } == ELOOP)
    #expect(errnoOf { () throws(HostFileError) in _ = try root.bytes(at: "etc") } == EISDIR)
    #expect(errnoOf { () throws(HostFileError) in _ = try root.bytes(at: "dev/kvm") } == EINVAL)
    #expect(errnoOf { () throws(HostFileError) in _ = try root.bytes(at: "dev/kmsg") } == EPERM)
    #expect(errnoOf { () throws(HostFileError) in _ = try root.bytes(at: "closed/file") } == EACCES)
  }
}
