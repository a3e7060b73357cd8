import HostModel
import Testing

struct IOMMUArgumentsTests {
  private func read(_ text: String) -> IOMMUArguments {
    IOMMUArguments(KernelCommandLine(parsing: Array(text.utf8)))
  }

  @Test(
    arguments: [
      ("", nil), ("intel_iommu=on", .on), ("intel-iommu=on", .on), ("intel_iommu=off", .off),
      ("intel_iommu=on intel_iommu=off", .off), ("intel_iommu=off,on", .on), ("intel_iommu=igfx_off", nil),
      ("intel_iommu=on intel_iommu=pt", .on), ("intel_iommu=sm_on", nil), ("intel_iommu", nil),
      ("intel_iommu=On", nil),
    ] as [(String, IOMMUArguments.Switch?)])
  func lastSwitchDecidesForIntel(text: String, expected: IOMMUArguments.Switch?) {
    #expect(read(text).intel == expected)
  }

  @Test func namesTheDecidingArgument() {
    let arguments = read("intel_iommu=on,igfx_off intel_iommu=off")
    #expect(arguments.intelDecidedBy?.text == "intel_iommu=off")
    #expect(arguments.intelGraphicsOffBy?.text == "intel_iommu=on,igfx_off")
  }

  @Test func offStaysOffForAMDAndForAll() {
    let arguments = read("iommu=off iommu=pt amd_iommu=off amd_iommu=force_enable")
    #expect(arguments.iommuOff)
    #expect(arguments.amdOff)
    #expect(arguments.amdForceEnable)
    #expect(arguments.defaultPassthrough == true)
  }

  @Test(arguments: [
    ("intremap=off", true), ("intremap=off intremap=on", false), ("nointremap", true),
    ("intremap=nosid,off", true), ("intremap=no_x2apic_optout", false), ("noapic", true), ("", false),
  ])
  func interruptRemapping(text: String, isOff: Bool) {
    #expect(read(text).interruptRemappingOff == isOff)
    #expect((read(text).interruptRemappingOffBy != nil) == isOff)
  }

  @Test(
    arguments: [
      ("iommu=pt", true), ("iommu=nopt", false), ("iommu=pt iommu.passthrough=0", false),
      ("iommu.passthrough=1", true), ("iommu.passthrough=on", true), ("iommu.passthrough=maybe", nil),
      ("iommu.passthrough", nil), ("", nil),
    ] as [(String, Bool?)])
  func defaultDomain(text: String, expected: Bool?) {
    #expect(read(text).defaultPassthrough == expected)
  }

  @Test(
    arguments: [
      ("vfio_iommu_type1.allow_unsafe_interrupts=1", true),
      ("vfio-iommu-type1.allow-unsafe-interrupts", true),
      ("vfio_iommu_type1.allow_unsafe_interrupts=Y vfio_iommu_type1.allow_unsafe_interrupts=0", false),
      ("vfio_iommu_type1.allow_unsafe_interrupts=", nil),
    ] as [(String, Bool?)])
  func unsafeInterrupts(text: String, expected: Bool?) {
    #expect(read(text).allowUnsafeInterrupts == expected)
  }

  @Test(arguments: [
    ("amd_iommu=on", ["on"]), ("amd_iommu=on,pt", ["on", "pt"]), ("intel_iommu=on,pt", ["pt"]),
    ("iommu=on", ["on"]), ("iommu=1", ["1"]), ("iommu=soft", []), ("amd_iommu=pgtbl_v2,fullflush", []),
    ("intel_iommu", [""]), ("intremap=posted_msi", []), ("iommu.passthrough=maybe", ["maybe"]),
  ])
  func valuesWithoutEffect(text: String, options: [String]) {
    #expect(read(text).ineffective.map(\.option) == options)
  }
}
