import HostModel
import Testing

/// One message in every dress that a log gives it.
struct KernelLogShapesTests {
  private func log(_ text: String) -> KernelLog { KernelLog(parsing: Array(text.utf8), origin: .savedFile) }

  private static let text = "pci 0000:00:02.0: Adding to iommu group 0"

  @Test(arguments: [
    "[    1.250000] ", "<6>[    1.250000] ", "kern  :info  : [    1.250000] ", "[    1.250000] [    T0] ",
    "[    1.250000][    T1] ", "[    1.250000] [   C12] ", "> [    1.250000] ", "> > [    1.250000] ",
    "\t\t[    1.250000] ",
    "- [    1.250000] ", "* [    1.250000] ", "12:[    1.250000] ", "[    1.250000] host kernel: ",
    "[    1.250000] kernel: ", "Dec 26 11:48:16 some-host kernel: [    1.250000] ",
    "déc. 26 11:48:16 hôte kernel: [    1.250000] ", "12月 26 11:48:16 host kernel: [    1.250000] ",
    "2023-04-07T00:04:33,123456+02:00 host kernel: [    1.250000] ", "[    1.250000] [    1.250000] ",
    "[    1.250000 <    0.000012>] ", "[\u{a0} \u{a0} 1.250000] ",
  ])
  func stampedShapes(prefix: String) {
    #expect(log(prefix + Self.text).messages == [KernelMessage(seconds: 1.25, text: Self.text)])
  }

  @Test(arguments: [
    "", "<6>", "kern  :warn  : ", "[Fri Apr  7 00:04:33 2023] ", "[  +0.000078] ", "[Mar22 00:41] ",
    "Jan 09 10:03:12.035211 host kernel: ", "2023-04-07T00:04:33,123456+02:00 ",
    "1672531200.123456 host kernel: ",
    "Mon 2023-01-02 10:00:00 CET host kernel: ", "- ",
  ])
  func shapesWithoutSecondsSinceBoot(prefix: String) {
    #expect(log(prefix + Self.text).messages == [KernelMessage(text: Self.text)])
  }

  @Test(arguments: ["\r\n", "^M\n", "^M^M\n", " \n", "\n\n"])
  func lineEnds(end: String) {
    let first = "[    0.100000] first" + end
    #expect(log(first + "[    0.200000] second" + end).messages.map(\.text) == ["first", "second"])
  }

  @Test(arguments: [
    "Dec 26 11:48:16 host sshd[12]: DMAR: IOMMU enabled", "<30>[    5.000000] DMAR: IOMMU enabled",
    "daemon:info  : [    5.000000] DMAR: IOMMU enabled", "30,7,5000000,-;DMAR: IOMMU enabled",
  ])
  func whatOtherProgramsSaidIsLeftOut(line: String) {
    #expect(log(line).messages.isEmpty)
  }

  @Test func messagesThatLookLikePrefixes() {
    let texts = [
      "[drm] initialized", "[Firmware Bug]: AMD-Vi: No southbridge IOAPIC found",
      "nvme nvme0: pci function 0000:00:02.0",
      "iommu: Adding device 0000:00:01.0 to group 0", "(XEN) I/O virtualisation enabled", "--- end trace ---",
    ]
    for text in texts {
      #expect(log(text).messages.map(\.text) == [text])
      #expect(log("[    1.000000] " + text).messages.map(\.text) == [text])
    }
  }

  @Test func mailWrapsLines() {
    let wrapped = """
      [   39.143226] DMAR: [DMA Read] Request device [05:00.0] PASID ffffffff
      fault addr ffe00000 [fault reason 12] non-zero reserved fields in PTE
      [   39.169018] DMAR: DRHD: handling fault status reg 3
      """
    #expect(
      log(wrapped).messages.map(\.text) == [
        "DMAR: [DMA Read] Request device [05:00.0] PASID ffffffff fault addr ffe00000 [fault reason 12] "
          + "non-zero reserved fields in PTE",
        "DMAR: DRHD: handling fault status reg 3",
      ])
  }

  @Test func indentedLinesBelongToTheMessageBefore() {
    let record = """
      [    0.050130] DMAR: [Firmware Bug]: Your BIOS is broken; DMAR reported at address 0!
                     BIOS vendor: Somebody; Ver: 1; Product Version:
      [    0.103693] DMAR: Host address width 39
      """
    #expect(log(record).messages.count == 2)
    #expect(
      log(record).messages.first?.text.hasSuffix("BIOS vendor: Somebody; Ver: 1; Product Version:") == true)
  }

  @Test func unstampedLinesStayApart() {
    #expect(log("AMD-Vi: Found IOMMU\nshort\nAMD-Vi: more").messages.count == 3)
    #expect(log("[    1.000000] a\nDMAR: Host address width 39").messages.count == 2)
    #expect(
      log("[    1.000000] a\n\nprose of the mail that quotes it, as long as a line of mail is").messages.count
        == 2)
  }

  @Test func recordsOfTheKernelsBuffer() {
    let records = """
      6,339,5140900,-;NET: Registered protocol family 10
      4,340,5690716,-;udevd: two\\x0alines\\x09here
       SUBSYSTEM=pci
       DEVICE=+pci:0000:00:02.0
      6,341,5700000,c;Extended features
      6,342,5700001,+;  more
      """
    #expect(
      log(records).messages == [
        KernelMessage(seconds: 5.1409, text: "NET: Registered protocol family 10"),
        KernelMessage(seconds: 5.690716, text: "udevd: two lines here"),
        KernelMessage(seconds: 5.7, text: "Extended featuresmore"),
      ])
  }

  @Test func theLastOfSeveralBootsCounts() {
    let boots = """
      [    0.000000] Linux version 6.1.0
      [    0.500000] pci 0000:00:02.0: Adding to iommu group 0
      [    0.000000] Linux version 6.1.1
      [    0.500000] nothing
      """
    #expect(log(boots).messages.map(\.text) == ["Linux version 6.1.1", "nothing"])
    #expect(!log(boots).facts.groups.isNotEmpty)
  }

  @Test func startIsLostWithoutTheFirstLine() {
    #expect(log("[    1.000000] anything").startIsLost)
    #expect(!log("[    0.000000] Linux version 6.1.0").startIsLost)
    #expect(log("[    9.000000] user said Linux version 6.1.0").startIsLost)
    let told = KernelLog(parsing: Array("Linux version 6".utf8), origin: .ringBuffer, startIsLost: true)
    #expect(told.startIsLost)
  }

  @Test func junkIsNeitherATrapNorSlow() {
    #expect(log("").messages.isEmpty)
    #expect(
      KernelLog(parsing: [0, 0xff, 0x0a, 0x5b, 0x5d, 0x3c, 0x3e], origin: .savedFile).messages.count == 2)
    for junk in [
      "[", "<", ">", "[[[[", "1,2,", "6,1,1,-;\\x", "6,1,1,-;\\xzz", "<99999999999>", "-", "- ", "^M",
    ] {
      _ = log(junk).messages
      _ = log("[    1.000000] " + junk).messages
    }
    let pieces: [[UInt8]] = [
      Array("[firmware bug] dmar reported request device [ ".utf8), Array("a\n".utf8), [0x20], [0x3e], [0x5b],
      [0xc2, 0xa0],
    ]
    for piece in pieces {
      var bytes: [UInt8] = []
      while bytes.count < 1 << 20 { bytes += piece }
      #expect(KernelLog(parsing: bytes, origin: .savedFile).startIsLost)
    }
  }
}
