import HostModel
import Testing

/// What leads the boot to its file systems is neither added, nor replaced, nor taken.
struct ArgumentsOfTheBootTests {
  private static let leading = [
    "root=/dev/sda1", "ROOT=/dev/sda1", "rd.luks.uuid=luks-1", "luks.name=1=root", "rd.lvm.lv=vg/root",
    "rootwait",
    "initrd=/x", "rd.md.uuid=1:2", "mount.usr=/dev/sdb",
  ]

  @Test(arguments: leading) func areLeftAlone(argument: String) {
    #expect(throws: GrubRefusal.self) { try ArgumentEdit(.removeArguments(["quiet", argument])) }
    #expect(throws: GrubRefusal.self) {
      try ArgumentEdit(.addArguments(["quiet", argument], replacing: true))
    }
    #expect(throws: GrubRefusal.self) { try BootArgument(adding: argument) }
  }

  @Test(arguments: [
    "intel_iommu=on", "rd.driver.pre=vfio-pci", "rd.passthru=0", "resume=/dev/sda2", "ro", "rdinit=/bin/sh",
  ])
  func othersAreNot(argument: String) throws {
    #expect(try ArgumentEdit(.removeArguments([argument])).removing.map(\.text) == [argument])
    #expect(try ArgumentEdit(.addArguments([argument], replacing: false)).adding.map(\.text) == [argument])
  }
}
