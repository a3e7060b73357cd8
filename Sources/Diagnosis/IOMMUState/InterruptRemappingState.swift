import HostModel

/// Whether interrupts of devices go through the IOMMU, by proc/interrupts and then by the log.
///
/// It is independent of DMA remapping: on Intel, x2apic alone switches it on.
enum InterruptRemappingState {
  case on(Quote)
  case off(Quote)
  /// Why nothing follows, as a clause.
  case undecided(String)

  init(_ ground: IOMMUGround) {
    self =
      Self.byChips(ground) ?? Self.byMessage(ground) ?? Self.bySilence(ground)
      ?? Self.byTable(ground)
      ?? .undecided(Self.whyUndecided(ground))
  }

  /// Chips named IR-… exist only with interrupt remapping.
  private static func byChips(_ ground: IOMMUGround) -> InterruptRemappingState? {
    guard let chips = ground.evidence.interruptChips.value else { return nil }
    let source = ground.evidence.interruptChips.source
    if chips.remapped > 0 {
      return .on(Quote(source, chips.sample ?? "\(chips.remapped) lines through IR- chips"))
    }
    guard chips.plain > 0 else { return nil }
    return .off(Quote(source, chips.sample ?? "\(chips.plain) lines, none through an IR- chip"))
  }

  private static func byMessage(_ ground: IOMMUGround) -> InterruptRemappingState? {
    let facts = ground.facts
    if facts.isCrashKernel { return nil }
    let off: [KernelSignal] = [
      .interruptRemappingOff, .vfioWithoutInterruptRemapping, .xenInterruptRemappingOff,
    ]
    if let message = off.lazy.compactMap({ facts.first($0) }).first { return .off(ground.quote(message)) }
    let on: [KernelSignal] = [.intelInterruptRemappingOn, .amdInterruptRemappingOn, .xenInterruptRemappingOn]
    if let message = on.lazy.compactMap({ facts.first($0) }).first { return .on(ground.quote(message)) }
    // No IOMMU at all leaves nothing to remap interrupts with.
    let refused: [KernelSignal] = [.intelTableRefused, .amdParameterOff, .amdQuirk, .xenVirtualisationOff]
    return refused.lazy.compactMap { facts.first($0) }.first.map { .off(ground.quote($0)) }
  }

  /// A log that reaches beyond the place of the message and lacks it.
  private static func bySilence(_ ground: IOMMUGround) -> InterruptRemappingState? {
    guard let log = ground.log, !log.facts.isCrashKernel else { return nil }
    let facts = log.facts
    if let features = facts.first(.amdFeatures), facts.goesOnAfterAMDFeatures {
      return .off(ground.quote(features, but: "no \"Interrupt remapping enabled\" follows"))
    }
    guard !log.startIsLost, facts.has(.x86) else { return nil }
    if ground.isAMD, !ground.tables.isEmpty || facts.has(.amdStarted) {
      // AMD's is set up with the units.
      return facts.first(of: .iommuStepOver, .driversStarted).map {
        .off(ground.quote($0, but: "no word of interrupt remapping before it"))
      }
    }
    // Intel's is decided before the other processors start.
    return facts.first(of: .processorsUp, .iommuCore, .iommuStepOver).map {
      .off(ground.quote($0, but: "no word of interrupt remapping before it"))
    }
  }

  /// A table that the kernel refuses, or that leaves it no way to remap interrupts.
  private static func byTable(_ ground: IOMMUGround) -> InterruptRemappingState? {
    if let fault = IOMMUTableFault(ground.evidence), fault.isCertain { return .off(fault.quote) }
    return ground.tableWithoutInterruptRemapping.map { .off($0) }
  }

  private static func whyUndecided(_ ground: IOMMUGround) -> String {
    if let processors = ground.evidence.processors.value, case .other = processors.architecture {
      return "it is measured on x86 only"
    }
    guard let log = ground.log else {
      return ground.evidence.kernelLog.unreadableReason.map { "the kernel log could not be read (\($0))" }
        ?? "neither proc/interrupts nor a kernel log tells"
    }
    if log.facts.has(.arm), !log.facts.has(.x86) { return "it is measured on x86 only" }
    if log.facts.isCrashKernel { return "the log is that of a kernel started after a crash" }
    return log.startIsLost
      ? "the log does not reach back to the start of the boot" : "the log ends before the kernel speaks of it"
  }
}

extension IOMMUGround {
  func quote(_ message: KernelMessage, but note: String) -> Quote {
    Quote(evidence.kernelLog.source, "\(message.text) (\(note))")
  }
}
