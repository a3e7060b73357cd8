import HostModel
import Testing

struct ArgumentSlipsTests {
  private func parse(_ text: String) -> KernelCommandLine { KernelCommandLine(parsing: Array(text.utf8)) }

  @Test(arguments: [
    ("iommu_intel=on", "intel_iommu"), ("intel_iomm=on", "intel_iommu"), ("intel_iommuu=on", "intel_iommu"),
    ("Intel_IOMMU=on", "intel_iommu"), ("intel_immou=on", "intel_iommu"),
    ("vfio-pci.id=10de:1b80", "vfio-pci.ids"),
    ("vfio.pci_ids=x", "vfio-pci.ids"), ("pci_acs_override=downstream", "pcie_acs_override"),
    ("iommu_pt", "iommu=pt"), ("iommu_passthrough=1", "iommu.passthrough"), ("intremp=off", "intremap"),
    ("modules_blacklist=nouveau", "module_blacklist"), ("rd.pasthru=0", "rd.passthru"),
  ])
  func namesThatAreNone(text: String, meant: String) {
    #expect(parse(text).misspelt.map(\.meant) == [meant])
  }

  @Test(arguments: [
    "intel-iommu=on", "vfio_pci.ids=1:2", "vfio_iommu_type1.allow_unsafe_interrupts=1",
    "vfio-iommu-type1.allow-unsafe-interrupts=1", "vfio.enable_unsafe_noiommu_mode=1",
    "vfio_pci.disable_vga=1", "intel_pstate=passive",
    "amd_pstate=active",
    "nointremap", "initcall_debug", "hugepages=2", "hugepagesz=1G", "i915.enable_psr=0", "rd.driver.post=x",
    "rd.luks.uuid=x", "modprobe.blacklist=x", "iommu=pt", "kvm.ignore_msrs=1", "iommu.forcedac=1",
    "intel_idle.max_cstate=1",
  ])
  func namesThatAreRight(text: String) {
    #expect(parse(text).misspelt.isEmpty)
  }

  @Test(arguments: [
    ("intel_iommu=on intel_iommu=off", "intel_iommu=off"), ("intel_iommu=on,off", "intel_iommu=on,off"),
    ("iommu=off intel_iommu=on", "iommu=off wins"),
    ("amd_iommu=off amd_iommu=force_enable", "amd_iommu=off wins"),
    ("iommu=pt iommu.passthrough=0", "iommu.passthrough=0"),
    ("vfio-pci.ids=1:2 vfio_pci.ids=3:4", "vfio_pci.ids=3:4"),
    ("intremap=off intremap=on", "intremap=on"),
  ])
  func contradictions(text: String, outcome: String) throws {
    let conflicts = parse(text).conflicts
    #expect(conflicts.count == 1)
    #expect(try #require(conflicts.first).outcome.contains(outcome))
  }

  @Test(arguments: [
    "intel_iommu=on intel_iommu=on", "intel_iommu=on intel_iommu=igfx_off", "iommu=pt iommu.passthrough=1",
    "amd_iommu=on amd_iommu=pt", "console=tty0 console=ttyS0", "intel_iommu=off iommu=off",
  ])
  func repetitionIsNoContradiction(text: String) {
    #expect(parse(text).conflicts.isEmpty)
  }

  @Test(arguments: [
    ("10de:1b80", []), ("10de:1b80,10de:10f0", []), ("0x10de:0x1b80", []), ("10de:1b80:1043:8591", []),
    ("GPU_ID1,GPU_ID2", ["GPU_ID1", "GPU_ID2"]), ("10de", ["10de"]), ("01:00.0", ["01:00.0"]),
    ("10de:1b80,0000:01:00.1", ["0000:01:00.1"]), ("10de:", ["10de:"]), (":1b80", [":1b80"]),
  ])
  func deviceIDs(value: String, unusable: [String]) {
    #expect(parse("vfio-pci.ids=\(value)").unusableDeviceIDs.map(\.option) == unusable)
  }

  @Test func oneVideoArgumentNamesOneDriver() {
    #expect(parse("video=vesafb:off,efifb:off").unusableVideoOptions.map(\.option) == ["efifb:off"])
    #expect(parse("video=efifb:off video=vesafb:off video=DP-1:e").unusableVideoOptions.isEmpty)
  }

  @Test func aHugeLineTakesLinearTime() {
    let line = parse(String(repeating: "intel_iomm=on,pt iommu=off vfio-pci.ids=zz,zz ", count: 5_000))
    #expect(line.misspelt.count == 5_000)
    #expect(line.conflicts.isEmpty)
    #expect(IOMMUArguments(line).ineffective.isEmpty)
    #expect(line.unusableDeviceIDs.count == 10_000)
  }
}
