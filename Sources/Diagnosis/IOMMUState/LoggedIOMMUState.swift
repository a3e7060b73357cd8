import HostModel

/// What the kernel log alone proves of the IOMMU.
///
/// "On" takes a line that only a working IOMMU prints. "Off" takes silence of a log that
/// begins at the kernel's first line and goes beyond the step at which it would speak.
enum LoggedIOMMUState {
  case on(KernelMessage)
  /// Not on, and the message says so.
  case off(KernelMessage)
  /// Not on: a whole log reaches this message, beyond the set-up, without a word of an IOMMU.
  case silent(upTo: KernelMessage)
  /// Setting it up was tried and failed, or was refused.
  case failed(KernelMessage, Failure)
  /// Why nothing follows, as a clause.
  case undecided(String)

  /// How setting up ended.
  enum Failure {
    /// The firmware's description is unusable.
    case firmware
    /// The kernel leaves the IOMMU of this very machine off.
    case quirk
    /// The driver gave up, crashed, or waits for ever.
    case driver
  }

  init(_ log: KernelLog) {
    let facts = log.facts
    self =
      Self.xenLog(facts) ?? Self.proven(facts) ?? Self.refuted(facts)
      ?? Self.silent(facts, startIsLost: log.startIsLost)
  }

  /// Xen's own log (xl dmesg) speaks of Xen's IOMMU.
  private static func xenLog(_ facts: KernelLogFacts) -> LoggedIOMMUState? {
    guard facts.isXenLog else { return nil }
    if let message = facts.first(.xenVirtualisationOn) { return .on(message) }
    return facts.first(.xenVirtualisationOff).map {
      .failed($0, facts.firmwareBugs.isEmpty ? .driver : .firmware)
    }
  }

  /// In order of weight: groups; an end of the initialisation, good or bad; a step of it that only
  /// a usable unit reaches; a device that translation stopped.
  private static func proven(_ facts: KernelLogFacts) -> LoggedIOMMUState? {
    if facts.groups.isNotEmpty, let message = facts.groups.proof { return .on(message) }
    if let message = facts.crash { return .failed(message, .driver) }
    if let message = facts.first(.intelDone) { return .on(message) }
    if let message = facts.first(of: .intelTableRefused) { return .failed(message, .firmware) }
    if let message = facts.first(of: .intelInitFailed, .amdInitFailed) { return .failed(message, .driver) }
    if let message = facts.first(.amdQuirk) { return .failed(message, .quirk) }
    if let message = facts.first(of: .intelUnitSetUp, .amdSetUp, .armSMMU, .powerIOMMU) {
      return .on(message)
    }
    if let message = facts.first(.virtioIOMMU), !facts.has(.virtioIOMMURemoved) { return .on(message) }
    if let fault = facts.faults.first(where: { $0.kind == .memory }) { return .on(fault.message) }
    // VFIO says this of a device that it has attached to an IOMMU already (vfio_iommu_type1.c).
    if let message = facts.refusals.first ?? facts.first(.vfioWithoutInterruptRemapping) {
      return .on(message)
    }
    return hanging(facts)
  }

  /// An IOMMU that does not finish its commands: while it is set up, it will not be of use; later, it
  /// is in use, and a device behind it is dead.
  private static func hanging(_ facts: KernelLogFacts) -> LoggedIOMMUState? {
    guard let fault = facts.faults.first(where: { $0.kind == .command }), let seconds = fault.message.seconds
    else { return nil }
    return seconds > bootTime ? .on(fault.message) : .failed(fault.message, .driver)
  }

  /// Seconds within which even a large server has its built-in drivers set up.
  private static let bootTime = 60.0

  private static func refuted(_ facts: KernelLogFacts) -> LoggedIOMMUState? {
    if facts.isCrashKernel {
      return .undecided("the log is that of a kernel started after a crash, which is no usual state")
    }
    if let message = facts.first(of: .amdParameterOff, .intelParameterOff, .hyperVNoIOMMU) {
      return .off(message)
    }
    if facts.groups.isUnsafeOnly, let message = facts.first(.noIOMMUGroup) { return .off(message) }
    return facts.xenParavirtual.map { .off($0) }
  }

  private static func silent(_ facts: KernelLogFacts, startIsLost: Bool) -> LoggedIOMMUState {
    if facts.groups.proof != nil { return .undecided("the log shows groups that were taken down again") }
    guard !startIsLost else {
      return .undecided(
        "the log does not begin at the kernel's first line, so that its silence proves nothing")
    }
    if facts.has(.x86) {
      if let message = facts.first(of: .iommuStepOver, .driversStarted) { return .silent(upTo: message) }
      // ACPI's tables were listed long before the subsystem started; without one there is nothing to set up.
      if facts.acpiTables.isEmpty, let message = facts.first(.iommuCore) { return .silent(upTo: message) }
    } else if let message = facts.first(.driversStarted) {
      return .silent(upTo: message)
    }
    return .undecided("the log ends before the point at which the kernel would speak of the IOMMU")
  }
}
