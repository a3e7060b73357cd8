import Diagnosis
import HostModel
import Testing

struct IOMMUActiveTests {
  private func judge(_ host: HostEvidence) -> Verdict { IOMMUActive.judge(host) }

  private func expect(
    _ host: HostEvidence, _ status: Verdict.Status, _ cause: String?, commands: [RemedyCommand]? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let verdict = judge(host)
    #expect(verdict.status == status, "\(verdict.summary)", sourceLocation: sourceLocation)
    #expect(verdict.cause?.id == cause, "\(verdict.summary)", sourceLocation: sourceLocation)
    if let commands { #expect(verdict.commands == commands, sourceLocation: sourceLocation) }
    if status == .fail { #expect(!verdict.evidence.isEmpty, sourceLocation: sourceLocation) }
  }

  // MARK: Six states that are told apart badly elsewhere

  @Test func intelOnByDefaultWithoutArgument() throws {
    expect(try Hosts.intel(), .pass, nil)
  }

  @Test func argumentWithoutTable() {
    let host = Hosts.off(tables: [], arguments: "intel_iommu=on")
    expect(host, .fail, "no-table", commands: [])
    #expect(judge(host).cureDetail?.contains("intel_iommu=on") == true)
  }

  @Test func amdOnByDefault() throws {
    var host = try Hosts.intel()
    host.acpiTableNames = .found(["IVRS"], source: "sys/firmware/acpi/tables")
    host.iommuUnits = .found(["ivhd0"], source: "sys/class/iommu")
    host.kernelLog = .unreadable(source: "dev/kmsg", reason: "operation not permitted")
    try host.addDevice("0000:00:00.2", vendor: 0x1022, deviceClass: 0x080600)
    try host.addDevice("0000:40:00.0", vendor: 0x1022, deviceClass: 0x060000)
    expect(host, .pass, nil)
  }

  @Test func tableWithoutGroupsOrArgument() {
    expect(
      Hosts.off(tables: ["DMAR"]), .fail, "not-enabled-by-default",
      commands: ["passthru-doctor kargs add intel_iommu=on"])
  }

  @Test func amdSwitchedOff() {
    expect(
      Hosts.off(tables: ["IVRS"], arguments: "quiet amd_iommu=off"), .fail, "disabled-by-argument",
      commands: ["passthru-doctor kargs remove amd_iommu=off"])
  }

  @Test func processorFlagsDoNotMatter() throws {
    var host = try Hosts.intel()
    host.processors = .found(
      ProcessorInfo(parsing: Array("processor : 0\nvendor_id : GenuineIntel\nflags : fpu\n".utf8)),
      source: "proc/cpuinfo")
    expect(host, .pass, nil)
  }

  // MARK: Each cause

  @Test func argumentsThatSwitchOff() {
    for argument in ["intel_iommu=off", "iommu=off", "acpi=off"] {
      expect(Hosts.off(tables: ["DMAR"], arguments: argument), .fail, "disabled-by-argument")
    }
    // The other maker's switch, and one that a later argument takes back.
    expect(Hosts.off(tables: ["DMAR"], arguments: "amd_iommu=off"), .fail, "not-enabled-by-default")
    expect(Hosts.off(tables: ["DMAR"], arguments: "intel_iommu=off intel_iommu=on"), .fail, "no-groups")
  }

  @Test func removalAloneDoesNotEnable() {
    var host = Hosts.off(tables: ["DMAR"], arguments: "intel_iommu=off")
    host.kernelConfiguration = Hosts.configuration("INTEL_IOMMU")
    expect(
      host, .fail, "disabled-by-argument",
      commands: [
        "passthru-doctor kargs remove intel_iommu=off",
        "passthru-doctor kargs add intel_iommu=on",
      ])
  }

  @Test func configurationTells() {
    var host = Hosts.off(tables: ["DMAR"])
    host.kernelConfiguration = Hosts.configuration("SMP")
    expect(host, .fail, "not-in-kernel")
    host.kernelConfiguration = Hosts.configuration("INTEL_IOMMU")
    expect(host, .fail, "not-enabled-by-default")
    host.kernelConfiguration = Hosts.configuration("INTEL_IOMMU", "INTEL_IOMMU_DEFAULT_ON")
    expect(host, .fail, "no-groups")
    var amd = Hosts.off(tables: ["IVRS"])
    amd.kernelConfiguration = Hosts.configuration("SMP")
    expect(amd, .fail, "not-in-kernel")
    amd.kernelConfiguration = Hosts.configuration("AMD_IOMMU")
    expect(amd, .fail, "no-groups")
  }

  @Test func silenceOfTheDriverTells() {
    var host = Hosts.off(tables: ["DMAR"])
    host.kernelLog = Hosts.log("Linux version 6.1.0", "smpboot: CPU0: X", "PCI-DMA: Using software bounce")
    expect(host, .fail, "not-in-kernel")
    host.kernelLog = Hosts.log("smpboot: CPU0: X", "PCI-DMA: Using software bounce")
    expect(host, .fail, "not-enabled-by-default")
    // A kernel that remaps interrupts alone does not echo the argument.
    var asked = Hosts.off(tables: ["DMAR"], arguments: "intel_iommu=on")
    asked.kernelLog = Hosts.log(
      "Linux version 6", "smpboot: CPU0", "DMAR: Host address width 39", "PCI-DMA: Using x")
    expect(asked, .fail, "not-in-kernel")
  }

  @Test func firmwareBugs() {
    var host = Hosts.off(tables: ["DMAR"], arguments: "intel_iommu=on")
    host.kernelLog = Hosts.log("DMAR: [Firmware Bug]: Your BIOS is broken; DMAR reported at address 0!")
    expect(host, .fail, "firmware-bug")
    host.kernelLog = .notLookedAt
    host.dmar = .found(.damaged(reason: "its checksum is wrong"), source: "sys/firmware/acpi/tables/DMAR")
    expect(host, .fail, "firmware-bug")
    // The same first words, and no refusal.
    var working = Hosts.off(tables: ["DMAR"])
    working.kernelLog = Hosts.log("DMAR: [Firmware Bug]: Your BIOS is broken; bad RMRR [0x1-0x2]")
    expect(working, .fail, "not-enabled-by-default")
  }

  @Test func quirk() {
    var host = Hosts.off(tables: ["IVRS"])
    host.kernelLog = Hosts.log("AMD-Vi: Disable IOMMU on Stoney Ridge")
    expect(host, .fail, "quirk", commands: ["passthru-doctor kargs add amd_iommu=force_enable"])
  }

  @Test func driverWithoutGroups() {
    var host = Hosts.off(tables: ["DMAR"])
    host.iommuUnits = .found(["dmar0"], source: "sys/class/iommu")
    expect(host, .fail, "no-groups")
  }

  @Test func unsafeGroupsAreNone() throws {
    var host = Hosts.off(tables: [])
    host.iommuGroups = .found(
      [IOMMUGroup(id: 0, members: [try Hosts.address("01:00.0")], name: "vfio-noiommu")],
      source: "sys/kernel/iommu_groups")
    expect(host, .fail, "unsafe-noiommu")
  }

  @Test func xenOwnsIt() throws {
    var host = try Hosts.intel()
    host.xen = .found(.dom0, source: "sys/hypervisor/type")
    expect(host, .fail, "xen")
    var byLog = HostEvidence(root: "x", isRunningHost: false)
    byLog.kernelLog = Hosts.log(
      "Linux version 6", "Booting paravirtualized kernel on Xen", "systemd[1]: hello")
    expect(byLog, .fail, "xen")
  }

  @Test func guests() throws {
    var host = Hosts.off(tables: [])
    host.hypervisor = .found("kvm", source: "sys/class/dmi/id/sys_vendor")
    expect(host, .fail, "virtual-machine")
    // One with a virtual IOMMU that is not switched on is like a machine.
    var withTable = Hosts.off(tables: ["DMAR"])
    withTable.hypervisor = host.hypervisor
    expect(withTable, .fail, "not-enabled-by-default")
    var on = try Hosts.intel()
    on.hypervisor = host.hypervisor
    expect(on, .pass, nil)
    #expect(judge(on).summary.contains("virtual"))
  }

  @Test func graphicsLeftOut() throws {
    var host = try Hosts.intel()
    try host.setGroups([["0000:00:00.0"], ["0000:01:00.0"]])
    try host.addDevice("0000:00:02.0", vendor: 0x8086, deviceClass: 0x030000)
    host.kernelConfiguration = Hosts.configuration("INTEL_IOMMU", "INTEL_IOMMU_DEFAULT_ON_INTGPU_OFF")
    expect(host, .warn, "partly", commands: ["passthru-doctor kargs add intel_iommu=on"])
    host.commandLine = Hosts.commandLine("intel_iommu=on,igfx_off")
    expect(
      host, .warn, "partly",
      commands: [
        "passthru-doctor kargs remove intel_iommu=on,igfx_off",
        "passthru-doctor kargs add intel_iommu=on",
      ])
    try host.addDevice("0000:80:00.0", vendor: 0x8086, deviceClass: 0x020000)
    expect(host, .warn, "partly", commands: [])
  }

  // MARK: What cannot be told

  @Test func nothingSeenIsUnknown() {
    expect(HostEvidence(root: "/", isRunningHost: true), .unknown, nil)
  }

  @Test func containersHideGroups() throws {
    var host = Hosts.off(tables: ["DMAR"])
    host.container = .found(.inside("docker"), source: "run/.containerenv")
    expect(host, .unknown, nil)
    var on = try Hosts.intel()
    on.container = host.container
    expect(on, .pass, nil)
  }

  @Test func unreadableGroupsAreUnknown() {
    var host = Hosts.off(tables: ["DMAR"])
    host.iommuGroups = .unreadable(source: "sys/kernel/iommu_groups", reason: "permission denied")
    expect(host, .unknown, nil)
  }

  @Test func echoOfTheArgumentIsNoProof() {
    var host = HostEvidence(root: "x", isRunningHost: false)
    host.kernelLog = Hosts.log("DMAR: IOMMU enabled", "iommu: Default domain type: Translated")
    expect(host, .unknown, nil)
  }

  @Test func hangingIOMMU() {
    var host = HostEvidence(root: "x", isRunningHost: false)
    host.kernelLog = Hosts.log("[    2.000000] AMD-Vi: Completion-Wait loop timed out")
    expect(host, .fail, "no-groups")
    host.kernelLog = Hosts.log("[ 9000.000000] AMD-Vi: Completion-Wait loop timed out")
    expect(host, .pass, nil)
    host.kernelLog = Hosts.log("AMD-Vi: Completion-Wait loop timed out")
    expect(host, .unknown, nil)
  }

  @Test func tableAloneIsNoMeasurement() {
    var host = HostEvidence(root: "x", isRunningHost: false)
    host.acpiTableNames = .found(["DMAR"], source: "sys/firmware/acpi/tables")
    expect(host, .unknown, nil)
  }

  // MARK: Disagreement

  @Test func sysfsDecidesOverTheLog() throws {
    var on = try Hosts.intel()
    on.kernelLog = Hosts.log("DMAR: Parse DMAR table failure.")
    expect(on, .pass, nil)
    #expect(judge(on).evidence.contains { $0.quote.contains("disagrees") })
    var off = Hosts.off(tables: ["DMAR"])
    off.kernelLog = Hosts.log("DMAR: dmar0: Using Queued invalidation")
    expect(off, .fail, "not-enabled-by-default")
    #expect(judge(off).evidence.contains { $0.quote.contains("disagrees") })
  }

  @Test func everyCauseIsExplained() {
    #expect(Set(IOMMUActive.causes.map(\.id)).count == 11)
    #expect(IOMMUActive.causes.allSatisfy { !$0.meaning.isEmpty && !$0.cure.isEmpty })
  }
}
