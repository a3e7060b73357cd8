import HostModel
import TestHosts
import Testing

@testable import Diagnosis

/// One thing broken on a host with healthy firmware gives one finding, and it is the right one.
struct FirmwareTests {
  static let checks: [any Check.Type] = [
    CPUVirtualization.self, FirmwareIOMMUTable.self, ReservedMemory.self, CommandLineArguments.self,
  ]

  static let healthyDMAR = TableBuilder.dmar(
    drhd(base: 0xfed9_0000, scope([2, 0])), drhd(base: 0xfed9_1000, includesAll: true),
    rmrr(0x8c58_7000, 0x8c5a_6fff, scope([0x14, 0])), rmrr(0x8d80_0000, 0x8fff_ffff, scope([2, 0])))

  /// An Intel host; `change` breaks one thing.
  private func complaints(_ change: (inout HostEvidence) -> Void) -> [String] {
    DiagnosisTests.complaints(Self.checks) { host in
      host.processors = .found(Self.processor("GenuineIntel", "fpu vmx"), source: "proc/cpuinfo")
      host.acpiTableNames = .found(["APIC", "DMAR", "FACP"], source: "sys/firmware/acpi/tables")
      host.dmar = Self.dmar(Self.healthyDMAR)
      host.ivrs = .absent(source: "sys/firmware/acpi/tables/IVRS")
      host.commandLine = Self.line("ro quiet intel_iommu=on iommu=pt")
      host.pciDevices = .found(
        [("00:02.0", 0x030000), ("00:14.0", 0x0c0330), ("00:1c.0", 0x060400), ("01:00.0", 0x020000)]
          .compactMap {
            Self.device($0.0, $0.1)
          }, source: "sys/bus/pci/devices")
      change(&host)
    }
  }

  private func onAMD(_ table: TableBuilder, _ host: inout HostEvidence) {
    host.processors = .found(Self.processor("AuthenticAMD", "fpu svm"), source: "proc/cpuinfo")
    host.acpiTableNames = .found(["APIC", "IVRS"], source: "sys/firmware/acpi/tables")
    host.dmar = .absent(source: "sys/firmware/acpi/tables/DMAR")
    host.ivrs = .found(IVRSReading(parsing: table.bytes), source: "sys/firmware/acpi/tables/IVRS")
    host.commandLine = Self.line("ro quiet")
  }

  private static let healthyIVHD = ivhd(special(1, handle: 32, device: 0xa0))

  private static func processor(_ vendor: String, _ flags: String) -> ProcessorInfo {
    ProcessorInfo(
      parsing: Array("processor\t: 0\nvendor_id\t: \(vendor)\nflags\t\t: \(flags)\nbugs\t:\n".utf8))
  }

  private static func dmar(_ table: TableBuilder) -> Observed<DMARReading> {
    .found(DMARReading(parsing: table.bytes), source: "sys/firmware/acpi/tables/DMAR")
  }

  private static func line(_ text: String) -> Observed<KernelCommandLine> {
    .found(KernelCommandLine(parsing: Array(text.utf8)), source: "proc/cmdline")
  }

  private static func device(_ address: String, _ deviceClass: UInt32, below parent: String? = nil)
    -> PCIDevice?
  {
    guard let address = PCIAddress(address) else { return nil }
    var device = PCIDevice(address: address, vendor: 0x8086, device: 1, deviceClass: deviceClass)
    device.parent = parent.flatMap { PCIAddress($0) }
    return device
  }

  @Test func aHealthyHostHasNoComplaints() {
    #expect(complaints { _ in } == [])
    #expect(complaints { onAMD(.ivrs(Self.healthyIVHD), &$0) } == [])
  }

  @Test func everyCauseHasWords() {
    for check in Self.checks {
      #expect(!check.explanation.isEmpty)
      for cause in check.causes { #expect(cause.meaning.hasSuffix(".") && cause.cure.hasSuffix(".")) }
    }
  }

  @Test func whatWasNotLookedAtIsUnknown() {
    let nothing = HostEvidence(root: "/", isRunningHost: true)
    for check in Self.checks { #expect(check.judge(nothing).status == .unknown, "\(check.id)") }
  }

  // MARK: firmware.iommu-table

  @Test func noTable() {
    let found = complaints {
      $0.acpiTableNames = .found(["APIC", "FACP"], source: "sys/firmware/acpi/tables")
      $0.dmar = .absent(source: "sys/firmware/acpi/tables/DMAR")
    }
    #expect(found == ["firmware.iommu-table: fail no-table", "firmware.reserved-memory: skipped"])
  }

  @Test func aUnitAtAddressZero() {
    let found = complaints {
      $0.dmar = Self.dmar(.dmar(drhd(base: 0x1000), drhd(base: 0, includesAll: true)))
    }
    #expect(found == ["firmware.iommu-table: fail firmware-bug"])
  }

  @Test func aDamagedTable() {
    let found = complaints {
      $0.dmar = .found(.damaged(reason: "it ends early"), source: "sys/firmware/acpi/tables/DMAR")
    }
    #expect(found == ["firmware.iommu-table: fail firmware-bug", "firmware.reserved-memory: unknown"])
  }

  @Test func aWrongChecksumMattersToAMDOnly() {
    var intel = Self.healthyDMAR.bytes
    intel[9] ^= 1
    #expect(
      complaints { $0.dmar = .found(DMARReading(parsing: intel), source: "DMAR") }
        == ["firmware.iommu-table: warn firmware-bug"])
    var amd = TableBuilder.ivrs(Self.healthyIVHD).bytes
    amd[9] ^= 1
    #expect(
      complaints {
        onAMD(.ivrs(), &$0)
        $0.ivrs = .found(IVRSReading(parsing: amd), source: "IVRS")
      } == ["firmware.iommu-table: fail firmware-bug"])
  }

  @Test func noSouthbridgeIOAPIC() {
    #expect(complaints { onAMD(.ivrs(ivhd()), &$0) } == ["firmware.iommu-table: warn firmware-bug"])
  }

  @Test func tablesThatProveNothing() {
    let found = complaints {
      $0.acpiTableNames = .found(["IORT", "APIC"], source: "sys/firmware/acpi/tables")
      $0.dmar = .absent(source: "sys/firmware/acpi/tables/DMAR")
    }
    #expect(found.first == "firmware.iommu-table: unknown")
    let withUnits = complaints {
      $0.acpiTableNames = .found(["IORT", "APIC"], source: "sys/firmware/acpi/tables")
      $0.dmar = .absent(source: "sys/firmware/acpi/tables/DMAR")
      $0.iommuUnits = .found(["smmu3.0x09050000"], source: "sys/class/iommu")
    }
    #expect(withUnits == ["firmware.reserved-memory: skipped"])
  }

  @Test func hiddenTables() {
    let found = complaints {
      $0.acpiTableNames = .found([], source: "sys/firmware/acpi/tables")
      $0.dmar = .absent(source: "sys/firmware/acpi/tables/DMAR")
      $0.commandLine = Self.line("acpi=off")
    }
    #expect(found.first == "firmware.iommu-table: unknown")
    let dom0 = complaints {
      $0.acpiTableNames = .found(["APIC", "XMAR"], source: "sys/firmware/acpi/tables")
      $0.dmar = .absent(source: "sys/firmware/acpi/tables/DMAR")
      $0.xen = .found(.dom0, source: "proc/xen/capabilities")
    }
    #expect(dom0.first == "firmware.iommu-table: unknown")
  }

  // MARK: firmware.reserved-memory

  @Test func oneDeviceIsTied() {
    let table = TableBuilder.dmar(drhd(base: 0x1000), rmrr(0x1000, 0x1fff, scope([0, 0], bus: 1)))
    #expect(complaints { $0.dmar = Self.dmar(table) } == ["firmware.reserved-memory: warn some-devices"])
  }

  @Test func devicesBehindABridgeAreTiedToo() {
    let table = TableBuilder.dmar(
      drhd(base: 0x1000), rmrr(0x1000, 0x1fff, scope([0x1c, 0], kind: 2)),
      rmrr(0x1000, 0x1fff, scope([0x1c, 0, 0, 1])))
    var host = HostEvidence(root: "/", isRunningHost: false)
    host.dmar = Self.dmar(table)
    host.pciDevices = .found(
      [
        Self.device("00:1c.0", 0x060400), Self.device("01:00.0", 0x020000, below: "00:1c.0"),
        Self.device("01:00.1", 0x020000, below: "00:1c.0"),
        Self.device("02:00.0", 0x020000, below: "00:1d.0"),
      ].compactMap(\.self), source: "sys/bus/pci/devices")
    let verdict = ReservedMemory.judge(host)
    #expect(verdict.cause?.id == "some-devices")
    #expect(verdict.summary.contains("0000:01:00.0, 0000:01:00.1 to memory"))
  }

  @Test func missingDevicesAreNotTied() {
    let table = TableBuilder.dmar(drhd(base: 0x1000), rmrr(0x1000, 0x1fff, scope([0, 0], bus: 9)))
    #expect(complaints { $0.dmar = Self.dmar(table) } == [])
  }

  @Test(arguments: [("6.12.1-generic-x", "fail"), ("6.1.0-18-amd64", "warn")])
  func everyDeviceIsTied(release: String, status: String) {
    let found = complaints {
      onAMD(.ivrs(Self.healthyIVHD, ivmd(type: 0x20)), &$0)
      $0.kernelRelease = .found(release, source: "proc/sys/kernel/osrelease")
    }
    #expect(found == ["firmware.reserved-memory: \(status) every-device"])
  }

  @Test func theKernelsOwnReadingComesFirst() {
    let table = TableBuilder.dmar(drhd(base: 0x1000), rmrr(0x1000, 0x1fff, scope([0, 0], bus: 1)))
    let found = complaints {
      $0.dmar = Self.dmar(table)
      $0.iommuGroups = .found(
        [
          IOMMUGroup(
            id: 0, members: [PCIAddress("01:00.0")].compactMap(\.self),
            reservedRegions: [ReservedRegion(first: 0, last: 9, kind: "direct-relaxable")])
        ], source: "sys/kernel/iommu_groups")
    }
    #expect(found == [])
  }

  // MARK: kernel.command-line

  @Test(arguments: [
    ("intel_iommu=on intel_iommu=off", "conflict"), ("iommu=off intel_iommu=on", "conflict"),
    ("amd_iommu=on", "ineffective-argument"), ("intel_iommu=on,pt", "ineffective-argument"),
    ("iommu=on", "ineffective-argument"), ("vfio-pci.ids=GPU_ID1", "ineffective-argument"),
    ("iommu_intel=on", "misspelt-argument"), ("quiet -- intel_iommu=on", "ineffective-argument"),
    ("pcie_acs_override=downstream", "ineffective-argument"),
    ("iommu_intel=on amd_iommu=off", "misspelt-argument"),
  ])
  func aSlipInTheArguments(text: String, cause: String) {
    #expect(complaints { $0.commandLine = Self.line(text) } == ["kernel.command-line: warn \(cause)"])
  }

  @Test func onlyAWholeIdleArgumentIsRemoved() {
    var host = HostEvidence(root: "/", isRunningHost: false)
    host.osRelease = .found(OSRelease(id: "fedora"), source: "etc/os-release")
    host.commandLine = Self.line("intel_iommu=on,pt")
    #expect(CommandLineArguments.judge(host).commands == ["passthru-doctor kargs add iommu=pt"])
    host.commandLine = Self.line("amd_iommu=pt")
    #expect(
      CommandLineArguments.judge(host).commands
        == [
          "passthru-doctor kargs remove amd_iommu=pt",
          "passthru-doctor kargs add iommu=pt",
        ])
  }

  @Test func amdArgumentsAreRightOnAMD() {
    let found = complaints {
      onAMD(.ivrs(Self.healthyIVHD), &$0)
      $0.commandLine = Self.line("amd_iommu=force_enable,fullflush iommu=pt")
    }
    #expect(found == [])
  }

  @Test func aPatchedKernelKnowsTheOverride() {
    let found = complaints {
      $0.kernelRelease = .found("6.8.12-9-pve", source: "proc/sys/kernel/osrelease")
      $0.commandLine = Self.line("pcie_acs_override=downstream")
    }
    #expect(found == [])
  }
}

/// What a table alone proves about the checks of the stage kernel.
struct TableOnlyTests {
  private func host(_ table: TableBuilder) -> HostEvidence {
    var host = HostEvidence(root: "/", isRunningHost: false)
    if table.signature == "DMAR" {
      host.dmar = .found(DMARReading(parsing: table.bytes), source: "sys/firmware/acpi/tables/DMAR")
    } else {
      host.ivrs = .found(IVRSReading(parsing: table.bytes), source: "sys/firmware/acpi/tables/IVRS")
    }
    return host
  }

  @Test func aRefusedTableMeansNoIOMMU() {
    let broken = host(.dmar(drhd(base: 0)))
    #expect(IOMMUActive.judge(broken).cause?.id == "firmware-bug")
    #expect(InterruptRemapping.judge(broken).cause?.id == "off")
  }

  @Test func aGoodTableProvesNothing() {
    for good in [host(.dmar(drhd(base: 0x1000))), host(.ivrs(ivhd(special(1, handle: 1, device: 0xa0))))] {
      #expect(IOMMUActive.judge(good).status == .unknown)
      #expect(InterruptRemapping.judge(good).status == .unknown)
    }
  }

  @Test func aTableMayRuleOutInterruptRemapping() {
    for table in [TableBuilder.dmar(flags: 0, drhd(base: 0x1000)), .ivrs(ivhd())] {
      #expect(InterruptRemapping.judge(host(table)).cause?.id == "firmware-opt-out")
      #expect(IOMMUActive.judge(host(table)).status == .unknown)
    }
  }

  @Test func aDamagedCopyProvesNothingOfTheIOMMU() {
    var damaged = HostEvidence(root: "/", isRunningHost: false)
    damaged.dmar = .found(.damaged(reason: "it ends early"), source: "sys/firmware/acpi/tables/DMAR")
    #expect(IOMMUActive.judge(damaged).status == .unknown)
  }
}
