import HostModel

/// The reason why an IOMMU that is not on is not on: a cause of `iommu.active`, and what shows it.
struct WhyIOMMUIsOff {
  var cause: Cause
  var summary: String
  var evidence: [Quote]
  var commands: [RemedyCommand] = []
  var cureDetail: String?
  var needsReboot = true

  var verdict: Verdict {
    .fail(
      cause, summary, evidence: evidence, commands: commands, cureDetail: cureDetail, needsReboot: needsReboot
    )
  }

  /// From the outside in: who owns the machine, what stopped the set-up, what there is to set up,
  /// what was asked for, what the kernel can.
  init(_ ground: IOMMUGround, log state: LoggedIOMMUState?) {
    self =
      Self.xen(ground) ?? Self.failure(ground, state) ?? Self.argument(ground) ?? Self.noTable(ground)
      ?? Self.kernel(ground) ?? Self.intelDefault(ground) ?? Self.unexplained(ground)
  }

  private init(
    _ cause: Cause, _ summary: String, _ evidence: [Quote?], commands: [RemedyCommand] = [],
    cureDetail: String? = nil,
    needsReboot: Bool = true
  ) {
    self.cause = cause
    self.summary = summary
    self.evidence = evidence.compactMap { $0 }
    self.commands = commands
    self.cureDetail = cureDetail
    self.needsReboot = needsReboot
  }
}

// MARK: Who owns it, and what stopped it

extension WhyIOMMUIsOff {
  private static func xen(_ ground: IOMMUGround) -> WhyIOMMUIsOff? {
    let quote: Quote
    if ground.evidence.xen.value == .dom0 {
      quote = Quote(ground.evidence.xen.source, "dom0")
    } else if let message = ground.facts.xenParavirtual, ground.evidence.xen.value != XenRole.none {
      quote = ground.quote(message)
    } else {
      return nil
    }
    return WhyIOMMUIsOff(
      IOMMUActive.xen, "This system runs on Xen, and the IOMMU is Xen's: VFIO cannot be used.", [quote],
      needsReboot: false)
  }

  private static func failure(_ ground: IOMMUGround, _ state: LoggedIOMMUState?) -> WhyIOMMUIsOff? {
    if let fault = IOMMUTableFault(ground.evidence) {
      return WhyIOMMUIsOff(IOMMUActive.firmwareBug, fault.summary, [fault.quote])
    }
    guard case .failed(let message, let failure) = state else { return nil }
    var quotes = [ground.quote(message)]
    if case .firmware = failure, let bug = ground.facts.firmwareBugs.first, bug != message {
      quotes.insert(ground.quote(bug), at: 0)
    }
    switch failure {
    case .firmware:
      return WhyIOMMUIsOff(
        IOMMUActive.firmwareBug, "The kernel refused the firmware's description of the IOMMU.", quotes)
    case .quirk:
      return WhyIOMMUIsOff(
        IOMMUActive.quirk, "The kernel leaves the IOMMU of this machine off, knowing that it would fail.",
        quotes,
        commands: message.text.lowercased().contains("stoney")
          ? ArgumentChange.adding("amd_iommu=force_enable").commands(on: ground.evidence) : [])
    case .driver:
      return WhyIOMMUIsOff(
        IOMMUActive.noGroups, "The kernel began to set up the IOMMU and failed.", quotes)
    }
  }
}

// MARK: What there is to set up, and what was asked for

extension WhyIOMMUIsOff {
  /// An argument that switches this machine's IOMMU off. intel_iommu=off does nothing to AMD's, nor
  /// the other way round; iommu=off and acpi=off stop both.
  private static func argument(_ ground: IOMMUGround) -> WhyIOMMUIsOff? {
    guard let arguments = ground.arguments else { return byMessageOnly(ground) }
    let parameter: KernelParameter?
    if arguments.acpiOff {
      parameter = arguments.acpiOffBy
    } else if ground.tablesAreComplete, ground.tables.isDisjoint(with: ["DMAR", "IVRS"]) {
      return nil
    } else if arguments.iommuOff {
      parameter = arguments.iommuOffBy
    } else if ground.isIntel || !ground.isAMD, arguments.intel == .off {
      parameter = arguments.intelDecidedBy
    } else {
      parameter = ground.isAMD || !ground.isIntel ? arguments.amdOffBy : nil
    }
    guard let parameter else { return byMessageOnly(ground) }
    return disabled(by: parameter, ground)
  }

  private static func disabled(by parameter: KernelParameter, _ ground: IOMMUGround) -> WhyIOMMUIsOff {
    var commands = ArgumentChange.removing(parameter.text).commands(on: ground.evidence)
    if ground.isIntel, ground.isIntelOnByDefault == false {
      commands += IOMMUActive.enableIntel(on: ground.evidence)
    }
    return WhyIOMMUIsOff(
      IOMMUActive.disabledByArgument, "The kernel argument \(parameter.text) switches the IOMMU off.",
      [ground.quote(parameter)], commands: commands)
  }

  /// The log says that an argument did it, but not which arguments there were.
  private static func byMessageOnly(_ ground: IOMMUGround) -> WhyIOMMUIsOff? {
    if let message = ground.facts.first(.amdParameterOff) {
      return WhyIOMMUIsOff(
        IOMMUActive.disabledByArgument, "A kernel argument switches the AMD IOMMU off.",
        [ground.quote(message)],
        commands: ArgumentChange.removing("amd_iommu=off").commands(on: ground.evidence))
    }
    return ground.facts.first(.intelParameterOff).map {
      WhyIOMMUIsOff(
        IOMMUActive.disabledByArgument, "A kernel argument switches the Intel IOMMU off.", [ground.quote($0)],
        commands: ArgumentChange.removing("intel_iommu=off").commands(on: ground.evidence))
    }
  }

  private static func noTable(_ ground: IOMMUGround) -> WhyIOMMUIsOff? {
    // IORT also describes interrupt routing; alone it is no sign of an IOMMU.
    guard ground.tables.subtracting(["IORT"]).isEmpty else { return nil }
    if let message = ground.facts.first(.hyperVNoIOMMU) {
      return WhyIOMMUIsOff(
        IOMMUActive.virtualMachine, "The hypervisor offers this virtual machine no IOMMU.",
        [ground.quote(message)],
        needsReboot: false)
    }
    if let hypervisor = ground.hypervisor {
      return WhyIOMMUIsOff(
        IOMMUActive.virtualMachine, "This is a virtual machine without an IOMMU of its own.",
        [hypervisor, ground.quoteOfTables], needsReboot: false)
    }
    guard ground.tablesAreComplete, ground.tables.isEmpty else { return nil }
    let useless = ground.arguments?.intel == .on ? ground.arguments?.intelDecidedBy : nil
    let advice = FirmwareSwitch.iommu.advice(
      for: ground.evidence.machine.value, maker: ground.evidence.processors.value?.maker)
    return WhyIOMMUIsOff(
      IOMMUActive.noTable,
      "The firmware describes no IOMMU: it is switched off there, or the machine has none.",
      [ground.quoteOfTables, useless.map(ground.quote)],
      cureDetail: advice + (useless.map { " \($0.text) on the command line has nothing to enable." } ?? ""))
  }
}

// MARK: What the kernel can, and does by itself

extension WhyIOMMUIsOff {
  private static func kernel(_ ground: IOMMUGround) -> WhyIOMMUIsOff? {
    let (option, maker, isMute): (String, String, Bool)
    if ground.isIntel {
      // A kernel with the driver reads the table whether or not it may use it.
      (option, maker, isMute) = (
        "INTEL_IOMMU", "Intel's", !ground.facts.has(.intelTableRead) || isDeafToArgument(ground)
      )
    } else if ground.isAMD {
      (option, maker, isMute) = (
        "AMD_IOMMU", "AMD's", !ground.facts.has(.amdStarted) && !ground.facts.has(.amdSetUp)
      )
    } else {
      return nil
    }
    if ground.isBuiltWith(option) == false {
      return WhyIOMMUIsOff(
        IOMMUActive.notInKernel, "This kernel is built without the driver for \(maker) IOMMU.",
        [Quote(ground.evidence.kernelConfiguration.source, "CONFIG_\(option) is not set")])
    }
    guard ground.isBuiltWith(option) == nil, isMute, ground.logCoversSetUp, !ground.tables.isEmpty else {
      return nil
    }
    return WhyIOMMUIsOff(
      IOMMUActive.notInKernel,
      "The table of \(maker) IOMMU is there, and this kernel never speaks of it: it is built without the driver.",
      [
        ground.quoteOfTables,
        Quote(ground.evidence.kernelLog.source, "no message of the driver (CONFIG_\(option))"),
      ])
  }

  /// intel_iommu=on stands there, and its echo is missing: a kernel with interrupt remapping alone.
  private static func isDeafToArgument(_ ground: IOMMUGround) -> Bool {
    ground.arguments?.intel == .on && !ground.facts.has(.intelParameterOn)
  }

  private static func intelDefault(_ ground: IOMMUGround) -> WhyIOMMUIsOff? {
    guard ground.isIntel, ground.tables.contains("DMAR") || ground.facts.has(.intelTableRead),
      wasNotAskedFor(ground), ground.isIntelOnByDefault != true
    else { return nil }
    let configuration = ground.evidence.kernelConfiguration
    return WhyIOMMUIsOff(
      IOMMUActive.notEnabledByDefault,
      "The machine has an Intel IOMMU, and this kernel leaves it off unless told otherwise.",
      [
        ground.quoteOfTables, ground.quoteOfIntelArgument,
        configuration.value == nil
          ? nil : Quote(configuration.source, "CONFIG_INTEL_IOMMU_DEFAULT_ON is not set"),
      ],
      commands: IOMMUActive.enableIntel(on: ground.evidence))
  }

  /// By the arguments, or by a log that reaches beyond the place where their echo would stand.
  private static func wasNotAskedFor(_ ground: IOMMUGround) -> Bool {
    if let arguments = ground.arguments { return arguments.intel == nil }
    return ground.logCoversSetUp && !ground.facts.has(.intelParameterOn)
  }

  private static func unexplained(_ ground: IOMMUGround) -> WhyIOMMUIsOff {
    var quotes = [Quote(ground.evidence.iommuGroups.source, "no group with a PCI device")]
    if ground.evidence.iommuGroups.value == nil { quotes = [] }
    if !ground.tables.isEmpty { quotes.append(ground.quoteOfTables) }
    if let argument = ground.arguments?.intelDecidedBy, ground.isIntel {
      quotes.append(ground.quote(argument))
    }
    return WhyIOMMUIsOff(
      IOMMUActive.noGroups, "The kernel has made no IOMMU groups, and nothing here tells why.", quotes,
      commands: ground.log == nil ? ["dmesg | grep -iE 'dmar|amd-vi|iommu|smmu'"] : [])
  }
}
