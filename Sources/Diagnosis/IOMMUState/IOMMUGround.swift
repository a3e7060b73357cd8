import HostModel

/// What the checks on the IOMMU stand on: tables, arguments, hypervisor, configuration, log, each
/// from its best source.
struct IOMMUGround {
  let evidence: HostEvidence
  let log: KernelLog?
  /// The tables of IOMMUs among ACPI's: DMAR (Intel), IVRS (AMD), IORT (ARM), VIOT (virtual), RIMT (RISC-V).
  let tables: Set<String>
  /// No other such table exists.
  let tablesAreComplete: Bool
  let tablesSource: String
  let commandLine: KernelCommandLine?
  let arguments: IOMMUArguments?
  let argumentsSource: String

  var facts: KernelLogFacts { log?.facts ?? KernelLogFacts() }

  init(_ evidence: HostEvidence) {
    self.evidence = evidence
    log = evidence.kernelLog.value
    (tables, tablesAreComplete, tablesSource) = Self.tables(evidence)
    if let line = evidence.commandLine.value {
      commandLine = line
      argumentsSource = evidence.commandLine.source
    } else {
      commandLine = evidence.kernelLog.value?.facts.commandLine.map { KernelCommandLine(parsing: $0.utf8) }
      argumentsSource = evidence.kernelLog.source
    }
    arguments = commandLine.map(IOMMUArguments.init)
  }

  private static let iommuTables: Set<String> = ["DMAR", "IVRS", "IORT", "VIOT", "RIMT"]

  private static func tables(_ evidence: HostEvidence) -> (Set<String>, Bool, String) {
    if let names = evidence.acpiTableNames.value {
      return (iommuTables.intersection(names), true, evidence.acpiTableNames.source)
    }
    var known: Set<String> = []
    if evidence.dmar.value != nil { known.insert("DMAR") }
    if evidence.ivrs.value != nil { known.insert("IVRS") }
    guard let log = evidence.kernelLog.value else { return (known, false, evidence.dmar.source) }
    known.formUnion(log.facts.acpiTables)
    // The kernel lists ACPI's tables at the very start; other machines may have a device tree instead.
    let isComplete =
      !log.startIsLost && log.facts.has(.x86) && (log.facts.has(.processorsUp) || log.facts.has(.iommuCore))
    return (known, isComplete, evidence.kernelLog.source)
  }

  // MARK: Platform

  /// Decided by table and messages before the processor's maker: Zhaoxin has Intel's kind of
  /// IOMMU, Hygon has AMD's.
  var isIntel: Bool {
    if tables.contains("DMAR") || facts.has(.intelTableRead) || facts.has(.intelTableRefused) { return true }
    return !isAMD && evidence.processors.value?.maker == .intelKind
  }

  var isAMD: Bool {
    if tables.contains("IVRS") || facts.has(.amdStarted) || facts.has(.amdSetUp) { return true }
    return !tables.contains("DMAR") && evidence.processors.value?.maker == .amdKind
  }

  /// Not an x86 machine.
  var isForeign: Bool {
    if case .other = evidence.processors.value?.architecture { true } else { facts.has(.arm) }
  }

  /// The hypervisor whose guest this host is; nil on bare hardware as far as the evidence tells.
  var hypervisor: Quote? {
    if let name = evidence.hypervisor.value { return Quote(evidence.hypervisor.source, name) }
    if evidence.processors.value?.hasHypervisorFlag == true {
      return Quote(evidence.processors.source, "flags: … hypervisor …")
    }
    if let name = facts.hypervisor { return Quote(evidence.kernelLog.source, name) }
    guard let machine = facts.machine, Self.virtualMachines.contains(where: machine.contains) else {
      return nil
    }
    return Quote(evidence.kernelLog.source, "DMI: \(machine)")
  }

  /// Names that only virtual machines give in their DMI strings.
  private static let virtualMachines = [
    "QEMU", "KVM Virtual Machine", "VMware", "VirtualBox", "Bochs", "HVM domU", "Virtual Machine", "crosvm",
    "Google Compute Engine", "OpenStack", "Parallels", "BHYVE", "cloud-hypervisor", "Firecracker",
  ]

  // MARK: Kernel

  /// Whether the kernel was built with the option; nil when its configuration is not known.
  func isBuiltWith(_ option: String) -> Bool? {
    evidence.kernelConfiguration.value.map { $0[option] != nil }
  }

  /// Whether Intel's IOMMU is on without an argument; nil when the configuration is not known.
  var isIntelOnByDefault: Bool? {
    evidence.kernelConfiguration.value.map {
      $0["INTEL_IOMMU_DEFAULT_ON"] != nil || $0["INTEL_IOMMU_DEFAULT_ON_INTGPU_OFF"] != nil
    }
  }

  /// The log begins at the start and goes beyond the set-up of the IOMMU, so that what it lacks was not said.
  var logCoversSetUp: Bool {
    guard let log, !log.startIsLost else { return false }
    return log.facts.has(.iommuStepOver) || log.facts.has(.driversStarted)
  }

  // MARK: Quotes

  func quote(_ message: KernelMessage) -> Quote { Quote(evidence.kernelLog.source, message.text) }

  func quote(_ parameter: KernelParameter) -> Quote { Quote(argumentsSource, "… \(parameter.text) …") }

  var quoteOfTables: Quote {
    let names = tables.isEmpty ? "no DMAR, IVRS, IORT or VIOT" : tables.sorted().joined(separator: ", ")
    return Quote(tablesSource, evidence.acpiTableNames.value == nil ? "ACPI: \(names)" : names)
  }

  /// The argument that decides, or that none does.
  var quoteOfIntelArgument: Quote? {
    guard let arguments else { return nil }
    return arguments.intelDecidedBy.map(quote) ?? Quote(argumentsSource, "no intel_iommu=")
  }
}
