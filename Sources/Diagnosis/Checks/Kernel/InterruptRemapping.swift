import HostModel

/// `iommu.interrupt-remapping`: VFIO gives a device away only if it cannot forge interrupts.
package enum InterruptRemapping: Check {
  package static let id = "iommu.interrupt-remapping"
  package static let stage = Stage.kernel
  package static let title = "interrupt remapping"

  package static let explanation = """
    A device raises an interrupt by writing to an address, and a device in a guest could write any \
    interrupt of the host. Interrupt remapping is the part of the IOMMU that allows each device its own \
    interrupts only.

    It is another switch than DMA remapping: a machine may have one without the other. Without it VFIO \
    refuses every device on x86, unless the module parameter allow_unsafe_interrupts gives the \
    protection up.

    "x2apic opt out" in the log is no loss of it: the firmware only asks for the older mode, in which \
    interrupts are remapped all the same.
    """

  package static let off = Cause(
    "off",
    meaning: "Interrupts of devices are not remapped, so that VFIO refuses to give devices away on x86.",
    cure:
      "Update the firmware; on Intel the kernel needs CONFIG_IRQ_REMAP. If you trust the guests, VFIO can be told "
      + "to do without: options vfio_iommu_type1 allow_unsafe_interrupts=1 in modprobe.d. A guest can then send "
      + "the host any interrupt.",
    mender: .person)

  package static let disabledByArgument = Cause(
    "disabled-by-argument",
    meaning:
      "A kernel argument switches interrupt remapping off (intremap=off, nointremap, noapic, or with AMD "
      + "amd_iommu=off), so that VFIO refuses to give devices away.",
    cure: "Remove the argument and restart.",
    mender: .person)

  package static let firmwareOptOut = Cause(
    "firmware-opt-out",
    meaning:
      "The firmware's table says that this machine cannot remap interrupts, or leaves out what the kernel "
      + "needs for it (the south bridge's IO-APIC), so that VFIO refuses to give devices away.",
    cure:
      "Update the firmware. With AMD, ivrs_ioapic[…]= on the command line can supply a missing entry for those "
      + "who know its values.",
    mender: .firmware)

  package static let unsafeInterruptsAllowed = Cause(
    "unsafe-interrupts-allowed",
    meaning:
      "vfio_iommu_type1's allow_unsafe_interrupts is set: VFIO gives devices away also where interrupts are "
      + "not remapped, and a guest could then send the host any interrupt.",
    cure:
      "Remove allow_unsafe_interrupts from modprobe.d and from the kernel command line, unless the hardware "
      + "leaves no choice and the guests are trusted.",
    mender: .person)

  package static let causes = [off, disabledByArgument, firmwareOptOut, unsafeInterruptsAllowed]

  package static func judge(_ evidence: HostEvidence) -> Verdict {
    let ground = IOMMUGround(evidence)
    switch InterruptRemappingState(ground) {
    case .on(let quote): return on(quote, ground)
    case .off(let quote): return off(quote, ground)
    case .undecided(let why):
      return .unknown("Whether interrupts are remapped cannot be told: \(why).")
    }
  }

  private static func on(_ quote: Quote, _ ground: IOMMUGround) -> Verdict {
    if let unsafe = allowance(ground) {
      return .warn(
        unsafeInterruptsAllowed, "Interrupts are remapped, and VFIO is told to do without if they are not.",
        evidence: [quote, unsafe], commands: removal(ground))
    }
    var quotes = [quote]
    if let optOut = ground.facts.first(.intelX2APICOptOut) {
      quotes.append(ground.quote(optOut, but: "the mode only; interrupts are remapped"))
    }
    return .pass("Interrupts of devices are remapped.", evidence: quotes)
  }

  private static func off(_ quote: Quote, _ ground: IOMMUGround) -> Verdict {
    if let unsafe = allowance(ground) {
      return .warn(
        unsafeInterruptsAllowed, "Interrupts are not remapped, and VFIO is told to do without.",
        evidence: [quote, unsafe])
    }
    let (cause, because, commands) = reason(ground)
    let quotes = [because, quote].compactMap { $0 }
    // Without an IOMMU nothing is lost by it: that is the thing to mend, and iommu.active says so.
    guard IOMMUActive.isOn(ground.evidence) else {
      return .warn(
        cause, "Interrupts are not remapped.", evidence: quotes, commands: commands,
        cureDetail: "The IOMMU itself is not known to be on: that comes first, and may bring this with it.",
        needsReboot: true)
    }
    return .fail(
      cause, "The IOMMU is on, but interrupts are not remapped: VFIO refuses to give devices away.",
      evidence: quotes,
      commands: commands, needsReboot: true)
  }

  private static func reason(_ ground: IOMMUGround) -> (Cause, Quote?, [RemedyCommand]) {
    if let argument = ground.interruptRemappingOffBy {
      return (
        disabledByArgument, ground.quote(argument),
        ArgumentChange.removing(argument.text).commands(on: ground.evidence)
      )
    }
    if let message = ground.facts.first(.amdParameterOff) {
      return (
        disabledByArgument, ground.quote(message),
        ArgumentChange.removing("amd_iommu=off").commands(on: ground.evidence)
      )
    }
    if let optOut = ground.interruptRemappingOptOut { return (firmwareOptOut, optOut, []) }
    return (off, nil, [])
  }

  /// Where allow_unsafe_interrupts is set: as the module has it, else as the arguments ask.
  private static func allowance(_ ground: IOMMUGround) -> Quote? {
    let observed = ground.evidence.allowUnsafeInterrupts
    if let value = observed.value { return value ? Quote(observed.source, "Y") : nil }
    guard ground.arguments?.allowUnsafeInterrupts == true else { return nil }
    return ground.arguments?.allowUnsafeInterruptsBy.map(ground.quote)
  }

  private static func removal(_ ground: IOMMUGround) -> [RemedyCommand] {
    guard let argument = ground.arguments?.allowUnsafeInterruptsBy else { return [] }
    return ArgumentChange.removing(argument.text).commands(on: ground.evidence)
  }
}

extension IOMMUGround {
  /// The argument that keeps interrupts from being remapped.
  var interruptRemappingOffBy: KernelParameter? {
    guard let arguments else { return nil }
    if let argument = arguments.interruptRemappingOffBy { return argument }
    return isAMD ? arguments.amdOffBy ?? arguments.iommuOffBy : nil
  }

  /// The firmware's part in it: as its table says, or as the kernel named it. The table of a virtual
  /// machine is its owner's setting, and no firmware's doing.
  var interruptRemappingOptOut: Quote? {
    guard evidence.isVirtualized != true else { return nil }
    return tableWithoutInterruptRemapping
      ?? facts.firmwareBugs.first { bug in ["IOAPIC", "IO-APIC"].contains { bug.text.contains($0) } }.map(
        quote)
  }

  /// A table that leaves the kernel no way to remap interrupts (dmar_ir_support; with AMD
  /// check_ioapic_information, unless ivrs_ioapic[N]= on the command line supplies what is missing).
  var tableWithoutInterruptRemapping: Quote? {
    if evidence.dmar.value?.table?.supportsInterruptRemapping == false {
      return Quote(evidence.dmar.source, "flags: no interrupt remapping")
    }
    let isSupplied =
      evidence.commandLine.value?.parameters.contains { $0.name.hasPrefix("ivrs_ioapic") } == true
    guard let table = evidence.ivrs.value?.table, !table.hasSouthbridgeIOAPIC, !isSupplied else { return nil }
    return Quote(evidence.ivrs.source, "no IO-APIC of the south bridge")
  }
}
