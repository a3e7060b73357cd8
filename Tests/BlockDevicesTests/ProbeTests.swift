import BlockDevices
import Glibc
import HostModel
import Testing

struct ProbeTests {
  /// A swap area as mkswap writes it: version 1, last page 15, UUID, label; the magic ends the page.
  private static var swapArea: [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 65536)
    bytes[1024] = 1
    bytes[1028] = 15
    bytes.replaceSubrange(1036..<1052, with: [UInt8](repeating: 0xab, count: 16))
    bytes.replaceSubrange(1052..<1058, with: "scrap\0".utf8)
    bytes.replaceSubrange(4086..<4096, with: "SWAPSPACE2".utf8)
    return bytes
  }

  private func withFile<Result>(_ bytes: [UInt8], _ body: (String) throws -> Result) throws -> Result {
    var name = Array("/tmp/probe-test-XXXXXX".utf8CString)
    let file = mkstemp(&name)
    try #require(file >= 0)
    let path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer {
      close(file)
      unlink(path)
    }
    try #require(write(file, bytes, bytes.count) == bytes.count)
    return try body(path)
  }

  @Test func findsAnAreaInARegionOfAFile() throws {
    let image = [UInt8](repeating: 0, count: 32768) + Self.swapArea
    let content = try withFile(image) { try probeBlockDevice($0, offset: 32768, size: 65536) }
    #expect(content.type == "swap" && content.usage == "other" && content.label == "scrap")
    #expect(content.uuid == "abababab-abab-abab-abab-abababababab")
    #expect(content.partitionType == nil)
  }

  @Test func findsNothingOnWhatIsEmpty() throws {
    let content = try withFile([UInt8](repeating: 0, count: 65536)) { try probeBlockDevice($0) }
    #expect(content == BlockContent())
  }

  @Test func saysWhatCouldNotBeOpened() {
    #expect(throws: BlockProbeError(operation: "opening /nowhere/sda", code: ENOENT)) {
      try probeBlockDevice("/nowhere/sda")
    }
  }

  @Test func propertiesSurviveTheRoundTrip() {
    var content = BlockContent()
    content.type = "vfat"
    content.label = "two words"
    content.partitionType = "c12a7328-f81f-11d2-ba4b-00a0c93ec93b"
    #expect(BlockContent(properties: Array(content.properties.utf8)) == content)
    #expect(content.isEFISystemPartition)
    let udev = BlockContent(properties: Array("S:disk/x\nE:ID_FS_TYPE=ext4\nE:ID_FS_UUID=\nrubbish\n".utf8))
    #expect(udev.type == "ext4" && udev.uuid == nil)
  }
}
