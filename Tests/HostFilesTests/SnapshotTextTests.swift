import HostFiles
import HostModel
import Testing

struct SnapshotTextTests {
  static let everyKind = RecordedFiles([
    "proc/cmdline": .file(Array("quiet\n".utf8)),
    "proc/empty": .file([]),
    "etc/no line feed": .file(Array("a\nb".utf8)),
    "etc/only-line-feed": .file([0x0a]),
    "sys/table": .file([0, 1, 2, 0xff]),
    "sys/class/iommu": .directory,
    "lib": .link("usr/lib"),
    "odd %\nname": .link("/to somewhere"),
    "dev/kvm": .device(.characterDevice),
    "dev/sda": .device(.blockDevice),
    "dev/kmsg": .denied(1),
  ])

  @Test func everyKindOfEntrySurvives() throws {
    let text = SnapshotText.print(Self.everyKind)
    #expect(try SnapshotText.parse(text).entries == Self.everyKind.entries)
  }

  @Test func isReadableText() {
    let text = SnapshotText.print(RecordedFiles(["proc/cmdline": .file(Array("quiet\n".utf8))])).text
    #expect(text == "passthru-doctor snapshot 1\n== file proc/cmdline\n| quiet\n")
  }

  @Test(arguments: [
    ("", 1), ("something else\n", 1),
    ("passthru-doctor snapshot 1\nstray\n", 2),
    ("passthru-doctor snapshot 1\n== file\n", 2),
    ("passthru-doctor snapshot 1\n== socket dev/log\n", 2),
    ("passthru-doctor snapshot 1\n== link a b c\n", 2),
    ("passthru-doctor snapshot 1\n== file a%zz\n", 2),
    ("passthru-doctor snapshot 1\n== denied a b\n", 2),
    ("passthru-doctor snapshot 1\n== bytes a\n| 0\n", 3),
    ("passthru-doctor snapshot 1\n== bytes a\n| +1\n", 3),
    ("passthru-doctor snapshot 1\n== file a\n| x\n|-\n| y\n", 5),
  ])
  func whatIsBrokenIsNamedWithItsLine(text: String, line: Int) {
    #expect { try SnapshotText.parse(Array(text.utf8)) } throws: { ($0 as? SnapshotError)?.line == line }
  }

  @Test func noPathLeadsOut() throws {
    let files = try SnapshotText.parse(
      Array("passthru-doctor snapshot 1\n== file ../../etc/shadow\n| x\n".utf8))
    #expect(files.entries.keys.sorted() == ["etc/shadow"])
  }
}

struct IdentifierReplacementTests {
  @Test func identifiersGetStableStandIns() {
    var replacement = IdentifierReplacement()
    let first = replacement.replaced(Array("UUID=0fc63daf-8483-4772-8e79-3d69d8477de4 /".utf8)).text
    let second = replacement.replaced(Array("../by-uuid/0FC63DAF-8483-4772-8E79-3D69D8477DE4".utf8)).text
    #expect(first == "UUID=00000000-0000-4000-8000-000000000001 /")
    #expect(second == "../by-uuid/00000000-0000-4000-8000-000000000001")
    #expect(
      replacement.replaced(Array("link/ether 52:54:00:12:34:56 brd".utf8)).text
        == "link/ether 02:00:00:00:00:02 brd")
    #expect(
      replacement.replaced(Array("usb 1-1: SerialNumber: 4C530001 x".utf8)).text
        == "usb 1-1: SerialNumber: SERIAL3 x")
  }

  @Test(arguments: [
    "pci 0000:00:1f.2: Adding to iommu group 3", "DMAR: dmar0: reg_base_addr fed90000", "00:00:00:00:00:00",
    "pci:v00008086d00001533sv", "6.1.0-56-amd64",
  ])
  func whatIdentifiesNobodyStays(text: String) {
    var replacement = IdentifierReplacement()
    #expect(replacement.replaced(Array(text.utf8)).text == text)
  }
}
