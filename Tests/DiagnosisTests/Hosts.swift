import Diagnosis
import HostModel
import Testing

/// Hosts as evidence: a healthy one, and small changes to it.
enum Hosts {
  static func address(_ text: String) throws -> PCIAddress { try #require(PCIAddress(text)) }

  /// An Intel host whose kernel has the IOMMU on by default: sysfs, table, arguments, log, interrupts.
  static func intel() throws -> HostEvidence {
    var host = HostEvidence(root: "/", isRunningHost: true)
    host.acpiTableNames = .found(["APIC", "DMAR", "FACP"], source: "sys/firmware/acpi/tables")
    host.commandLine = commandLine("quiet")
    host.kernelLog = log(
      "Linux version 6.1.0", "ACPI: DMAR 0x0000000000001000 0000A8 (v01 X)", "smpboot: CPU0: Intel(R)",
      "DMAR: Host address width 39", "DMAR-IR: Enabled IRQ remapping in x2apic mode",
      "iommu: Default domain type: Translated", "DMAR: dmar0: Using Queued invalidation",
      "DMAR: Intel(R) Virtualization Technology for Directed I/O",
      "PCI-DMA: Using software bounce buffering for IO (SWIOTLB)")
    host.iommuUnits = .found(["dmar0", "dmar1"], source: "sys/class/iommu")
    try host.setGroups([["0000:00:00.0"], ["0000:00:02.0"], ["0000:01:00.0", "0000:01:00.1"]])
    host.interruptChips = .found(
      InterruptChips(remapped: 20, plain: 0, sample: "IR-PCI-MSI-0000:00:1f.2"), source: "proc/interrupts")
    host.allowUnsafeInterrupts = .found(
      false, source: "sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts")
    return host
  }

  /// The same with neither units nor groups, and no word of the log.
  static func off(tables: [String], arguments: String = "quiet") -> HostEvidence {
    var host = HostEvidence(root: "/", isRunningHost: true)
    host.acpiTableNames = .found(["APIC", "FACP"] + tables, source: "sys/firmware/acpi/tables")
    host.commandLine = commandLine(arguments)
    host.iommuUnits = .found([], source: "sys/class/iommu")
    host.iommuGroups = .found([], source: "sys/kernel/iommu_groups")
    return host
  }

  static func commandLine(_ text: String) -> Observed<KernelCommandLine> {
    .found(KernelCommandLine(parsing: text.utf8), source: "proc/cmdline")
  }

  static func configuration(_ options: String...) -> Observed<KernelConfiguration> {
    let pairs = options.map { ($0, "y") }
    return .found(
      KernelConfiguration(options: Dictionary(pairs) { first, _ in first }), source: "boot/config-6.1.0")
  }

  static func log(_ lines: String...) -> Observed<KernelLog> {
    .found(
      KernelLog(parsing: Array(lines.joined(separator: "\n").utf8), origin: .ringBuffer), source: "dev/kmsg")
  }
}

extension HostEvidence {
  /// Groups numbered from 0, and the functions in them, ordinary endpoints of Intel's.
  mutating func setGroups(_ groups: [[String]]) throws {
    let members = try groups.map { try $0.map(Hosts.address) }
    iommuGroups = .found(
      members.enumerated().map { IOMMUGroup(id: $0.offset, members: $0.element, domainType: "DMA-FQ") },
      source: "sys/kernel/iommu_groups")
    pciDevices = .found(
      members.enumerated().flatMap { group in
        group.element.map {
          PCIDevice(address: $0, vendor: 0x8086, device: 0x1234, deviceClass: 0x020000, group: group.offset)
        }
      }, source: "sys/bus/pci/devices")
  }

  mutating func addDevice(_ address: String, vendor: UInt16, deviceClass: UInt32, group: Int? = nil) throws {
    let device = PCIDevice(
      address: try Hosts.address(address), vendor: vendor, device: 1, deviceClass: deviceClass, group: group)
    pciDevices = pciDevices.map { $0 + [device] }
  }
}
