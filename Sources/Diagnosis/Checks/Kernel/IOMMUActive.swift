import HostModel

/// `iommu.active`: the kernel has set up the IOMMU, and devices are in groups.
///
/// State decides (sysfs), then messages, then arguments; where they disagree, the disagreement
/// is shown.
package enum IOMMUActive: Check {
  package static let id = "iommu.active"
  package static let stage = Stage.kernel
  package static let title = "IOMMU in use"
  package static let isRequired = true

  package static let explanation = """
    The IOMMU stands between devices and memory: it gives a device the addresses of its guest, and \
    keeps it away from everything else. Intel calls it VT-d, AMD calls it AMD-Vi, ARM calls it SMMU. \
    Without it a device in a guest could read and write all of the host's memory, and VFIO refuses.

    It takes three things: hardware, a table by which the firmware describes it (DMAR, IVRS, IORT), and \
    a kernel that uses it. The proof is in sys/kernel/iommu_groups: groups exist only where the kernel \
    has set the IOMMU up. Neither the flag vmx, nor the table, nor "DMAR: IOMMU enabled" in the log is \
    a proof: the last only says that an argument was read.

    Kernels differ in what they do by themselves. AMD's IOMMU is on unless switched off; Intel's is on \
    in some distributions and waits for intel_iommu=on in others. amd_iommu=on is no argument at all.
    """

  /// The commands that enable an Intel IOMMU.
  static func enableIntel(on evidence: HostEvidence) -> [RemedyCommand] {
    ArgumentChange.adding("intel_iommu=on").commands(on: evidence)
  }

  package static func judge(_ evidence: HostEvidence) -> Verdict {
    let ground = IOMMUGround(evidence)
    let logged = evidence.kernelLog.value.map(LoggedIOMMUState.init)
    switch SysfsIOMMUState(evidence) {
    case .on(let groups): return on(groups, ground, logged)
    case .partly(let groups, let without): return partlyOn(groups, without, ground)
    case .unitsWithoutGroups: return unitsWithoutGroups(ground, logged)
    case .unsafeOnly: return unsafe(Quote(evidence.iommuGroups.source, "name: vfio-noiommu"))
    case .off: return off(ground, logged)
    case .unmeasured(let reason): return byLog(ground, logged, unmeasured: reason)
    }
  }
}

extension IOMMUActive {
  /// Whether there is an IOMMU in use, all or part of it.
  static func isOn(_ evidence: HostEvidence) -> Bool {
    if evidence.xen.value == .dom0 { return false }
    switch SysfsIOMMUState(evidence) {
    case .on, .partly: return true
    case .unitsWithoutGroups, .unsafeOnly, .off: return false
    case .unmeasured:
      if case .on = evidence.kernelLog.value.map(LoggedIOMMUState.init) { return true }
      return false
    }
  }
}

// MARK: By sysfs

extension IOMMUActive {
  private static func on(_ groups: Int, _ ground: IOMMUGround, _ logged: LoggedIOMMUState?) -> Verdict {
    if let xen = ownedByXen(ground) { return xen }
    var quotes = stateQuotes(groups, ground)
    switch logged {
    case .on(let message): quotes.append(ground.quote(message))
    case .off(let message), .silent(let message), .failed(let message, _):
      quotes.append(
        Quote(ground.evidence.kernelLog.source, "\(message.text) (the log disagrees; sysfs decides)"))
    default: break
    }
    let place = ground.hypervisor == nil ? "" : " This is a virtual machine: the IOMMU is a virtual one."
    return .pass("The IOMMU is on, with \(counted(groups, "group")).\(place)", evidence: quotes)
  }

  private static func stateQuotes(_ groups: Int, _ ground: IOMMUGround) -> [Quote] {
    let units = ground.evidence.iommuUnits
    var quotes: [Quote] = []
    if let names = units.value, !names.isEmpty {
      quotes.append(
        Quote(units.source, names.prefix(4).joined(separator: ", ") + (names.count > 4 ? ", …" : "")))
    }
    let types = Set(ground.evidence.iommuGroups.value?.compactMap(\.domainType) ?? []).sorted()
    let domains = types.isEmpty ? "" : ", domains of type \(types.joined(separator: ", "))"
    let source = ground.evidence.iommuGroups.value == nil ? ground.evidence.pciDevices.source : nil
    quotes.append(
      Quote(source ?? ground.evidence.iommuGroups.source, "\(counted(groups, "group"))\(domains)"))
    return quotes
  }

  private static func partlyOn(_ groups: Int, _ without: [PCIDevice], _ ground: IOMMUGround) -> Verdict {
    if let xen = ownedByXen(ground) { return xen }
    let names = without.prefix(4).map(\.address.description).joined(separator: ", ")
    var quotes = stateQuotes(groups, ground)
    quotes.append(
      Quote(ground.evidence.pciDevices.source, "without a group: \(names)\(without.count > 4 ? ", …" : "")"))
    guard without.allSatisfy(\.isIntelIntegratedGraphics) else {
      return .warn(
        partly, "The IOMMU is on, but \(counted(without.count, "device")) is or are in no group: \(names).",
        evidence: quotes)
    }
    return graphicsLeftOut(quotes, ground)
  }

  /// By argument, by a quirk for the chipset, or by the kernel's configuration.
  private static func graphicsLeftOut(_ quotes: [Quote], _ ground: IOMMUGround) -> Verdict {
    let summary = "The IOMMU is on; the integrated graphics are left out and cannot be given away."
    if let argument = ground.arguments?.intelGraphicsOffBy {
      return .warn(
        partly, summary, evidence: quotes + [ground.quote(argument)],
        commands: ArgumentChange.removing(argument.text).commands(on: ground.evidence)
          + enableIntel(on: ground.evidence),
        needsReboot: true
      )
    }
    if let message = ground.facts.first(.intelGraphicsQuirk) {
      return .warn(
        partly, summary, evidence: quotes + [ground.quote(message)],
        cureDetail:
          "The kernel does so on this chipset, whose graphics fail behind an IOMMU; no argument changes it.")
    }
    let option = "INTEL_IOMMU_DEFAULT_ON_INTGPU_OFF"
    let configuration = ground.evidence.kernelConfiguration
    let byDefault = configuration.value?[option].map { _ in Quote(configuration.source, "CONFIG_\(option)=y")
    }
    return .warn(
      partly, summary, evidence: quotes + [byDefault].compactMap { $0 },
      commands: ground.arguments?.intel == .on ? [] : enableIntel(on: ground.evidence), needsReboot: true)
  }

  private static func unitsWithoutGroups(_ ground: IOMMUGround, _ logged: LoggedIOMMUState?) -> Verdict {
    if let xen = ownedByXen(ground) { return xen }
    let names = ground.evidence.iommuUnits.value?.joined(separator: ", ") ?? ""
    var quotes = [Quote(ground.evidence.iommuUnits.source, names)]
    if case .failed(let message, _) = logged { quotes.append(ground.quote(message)) }
    return .fail(
      noGroups, "The IOMMU's driver is there, but no PCI device is in a group.", evidence: quotes)
  }

  private static func off(_ ground: IOMMUGround, _ logged: LoggedIOMMUState?) -> Verdict {
    var reason = WhyIOMMUIsOff(ground, log: logged)
    if case .on(let message) = logged {
      reason.evidence.append(
        Quote(ground.evidence.kernelLog.source, "\(message.text) (the log disagrees; sysfs decides)"))
    }
    if ground.evidence.iommuGroups.value != nil {
      reason.evidence.append(Quote(ground.evidence.iommuGroups.source, "no groups"))
    }
    return reason.verdict
  }

  private static func ownedByXen(_ ground: IOMMUGround) -> Verdict? {
    guard ground.evidence.xen.value == .dom0 else { return nil }
    return WhyIOMMUIsOff(ground, log: nil).verdict
  }

  private static func unsafe(_ quote: Quote) -> Verdict {
    .fail(
      unsafeNoIOMMU, "There is no IOMMU; the groups are made up by vfio's unsafe mode and protect nothing.",
      evidence: [quote])
  }
}

// MARK: By the log alone

extension IOMMUActive {
  private static func byLog(_ ground: IOMMUGround, _ logged: LoggedIOMMUState?, unmeasured: String) -> Verdict
  {
    if let xen = ownedByXen(ground) { return xen }
    let isRefused = IOMMUTableFault(ground.evidence)?.isCertain == true
    switch logged {
    case .on(let message): return onByLog(message, ground)
    case .off where ground.facts.groups.isUnsafeOnly:
      return unsafe(
        ground.facts.first(.noIOMMUGroup).map(ground.quote) ?? Quote(ground.evidence.kernelLog.source, ""))
    case .silent(let message):
      var reason = WhyIOMMUIsOff(ground, log: logged)
      reason.evidence.append(
        ground.quote(message, but: "the log goes on to this without a word of a working IOMMU"))
      return reason.verdict
    case .off, .failed: return WhyIOMMUIsOff(ground, log: logged).verdict
    case .undecided where isRefused, nil where isRefused:
      return WhyIOMMUIsOff(ground, log: logged).verdict
    case .undecided(let why): return unknown(unmeasured, why, ground)
    case nil: return unknown(unmeasured, missingLog(ground), ground)
    }
  }

  private static func onByLog(_ message: KernelMessage, _ ground: IOMMUGround) -> Verdict {
    guard !ground.facts.isXenLog else {
      return .pass(
        "Xen has the IOMMU on. It is Xen's: devices go to guests through Xen's own passthrough, not through VFIO.",
        evidence: [ground.quote(message)])
    }
    var quotes = [ground.quote(message)]
    if let left = ground.facts.first(of: .intelGraphicsOff, .intelGraphicsQuirk) {
      quotes.append(ground.quote(left))
    }
    return .pass("The IOMMU is on, by the kernel's messages.", evidence: quotes)
  }

  private static func missingLog(_ ground: IOMMUGround) -> String {
    let log = ground.evidence.kernelLog
    return log.unreadableReason.map { "the kernel log could not be read: \($0)" } ?? "there is no kernel log"
  }

  private static func unknown(_ state: String, _ why: String, _ ground: IOMMUGround) -> Verdict {
    var quotes: [Quote] = []
    if let echo = ground.facts.first(.intelParameterOn) {
      quotes.append(
        Quote(ground.evidence.kernelLog.source, "\(echo.text) (says only that intel_iommu=on was read)"))
    }
    return .unknown("Whether the IOMMU is on cannot be told: \(state), and \(why).", evidence: quotes)
  }

  private static func counted(_ number: Int, _ noun: String) -> String {
    "\(number) \(noun)\(number == 1 ? "" : "s")"
  }
}
