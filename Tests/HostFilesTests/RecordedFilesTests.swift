import HostFiles
import Testing

struct RecordedFilesTests {
  @Test func absoluteLinksStayInside() throws {
    let root = HostRoot(
      recording: RecordedFiles([
        "etc/hostname": .file(Array("inside\n".utf8)),
        "lib/link": .link("/etc/../../etc/hostname"),
      ]), name: "test")
    #expect(try root.line(at: "lib/link") == "inside")
    #expect(try root.names(in: "etc") == ["hostname"])
    #expect(try root.linkTarget(at: "lib/link") == "/etc/../../etc/hostname")
  }
}
