import HostModel

/// `cpu.virtualization`: KVM needs the processor's own virtualization.
package enum CPUVirtualization: Check {
  package static let id = "cpu.virtualization"
  package static let stage = Stage.processor
  package static let title = "hardware virtualization"
  package static let isRequired = true

  package static let explanation = """
    KVM runs guests on the processor itself. For that the processor must have hardware \
    virtualization: Intel calls it VT-x (the flag vmx in proc/cpuinfo), AMD calls it AMD-V or SVM \
    (the flag svm). Zhaoxin and VIA have Intel's kind, Hygon has AMD's.

    Without it a guest can only be emulated, and no device can be handed to an emulated guest.

    It is not the IOMMU: vmx says nothing of VT-d, and firmware has a switch for each of the two.
    """

  package static let noFlag = Cause(
    "no-flag",
    meaning: "The processor does not offer hardware virtualization. Either it has none, or the firmware has "
      + "switched it off: newer kernels (5.6 with Intel, 6.7 with AMD) then take the flag away themselves.",
    cure: "Look for the switch in the firmware's set-up and turn it on. If there is none, look the processor "
      + "up at its maker's: one without VT-x or AMD-V takes other hardware.",
    mender: .firmware)

  package static let disabledByFirmware = Cause(
    "disabled-by-firmware",
    meaning: "The processor has hardware virtualization, and the firmware has switched it off and locked the "
      + "switch, so that no kernel can turn it on.",
    cure: "Turn it on in the firmware's set-up, then switch the machine off and on again; a warm restart may "
      + "leave the lock as it was.",
    mender: .firmware)

  package static let hiddenByHypervisor = Cause(
    "hidden-by-hypervisor",
    meaning: "This is a virtual machine, and its hypervisor does not offer hardware virtualization to it.",
    cure: "Switch nested virtualization on for this machine where it is managed: with libvirt, the processor "
      + "mode host-passthrough (and kvm_intel.nested=1 or kvm_amd.nested=1 on its host); with VMware, \"Expose "
      + "hardware assisted virtualization\"; with Hyper-V, ExposeVirtualizationExtensions; with VirtualBox, "
      + "\"Enable Nested VT-x/AMD-V\". Many clouds offer it on some machine types only.",
    mender: .person)

  package static let unsupportedArchitecture = Cause(
    "unsupported-architecture",
    meaning: "This is no x86 processor. Other architectures have virtualization of their own, which has "
      + "neither of the flags vmx and svm and which this program does not judge.",
    cure:
      "Nothing is wrong with the host for that reason. Whether KVM works there, dev/kvm and the kernel log "
      + "tell (on ARM: \"kvm [1]: VHE mode initialized\" or \"Hyp mode initialized\").",
    mender: .otherHardware)

  package static let causes = [noFlag, disabledByFirmware, hiddenByHypervisor, unsupportedArchitecture]

  package static func judge(_ evidence: HostEvidence) -> Verdict {
    if let message = evidence.kernelLog.value?.facts.first(.virtualizationOffByFirmware) {
      return locked(message.text, evidence)
    }
    guard let processors = evidence.processors.value else { return unmeasured(evidence.processors) }
    switch processors.architecture {
    case .unknown:
      return .unknown("The processor's description cannot be made sense of, so that its flags are not known.")
    case .other(let name):
      return .fail(
        unsupportedArchitecture, "This processor is \(name), not x86.",
        evidence: [Quote(evidence.processors.source, "no line \"flags\"; the form of \(name)")])
    case .x86: return judgeFlags(of: processors, evidence)
    }
  }
}

// MARK: - By the kernel log

extension CPUVirtualization {
  private static func locked(_ message: String, _ evidence: HostEvidence) -> Verdict {
    let quote = Quote(evidence.kernelLog.source, message)
    if evidence.isVirtualMachine {
      return .fail(
        hiddenByHypervisor, "This virtual machine's firmware keeps hardware virtualization switched off.",
        evidence: [quote])
    }
    let maker: ProcessorMaker = message.lowercased().contains("svm") ? .amdKind : .intelKind
    return .fail(
      disabledByFirmware, "The firmware has switched hardware virtualization off.", evidence: [quote],
      cureDetail: FirmwareSwitch.processorVirtualization.advice(
        for: evidence.machine.value, maker: evidence.processors.value?.maker ?? maker),
      needsReboot: true)
  }
}

// MARK: - By the processor's flags

extension CPUVirtualization {
  private static func unmeasured(_ processors: Observed<ProcessorInfo>) -> Verdict {
    switch processors {
    case .unreadable(let source, let reason) where !source.isEmpty:
      .unknown("The processor's flags could not be read: \(reason).", evidence: [Quote(source, reason)])
    case .absent(let source):
      .unknown("The processor's flags could not be read: \(source) is not there.")
    default: .unknown("The processor's flags are not known.")
    }
  }

  private static func judgeFlags(of processors: ProcessorInfo, _ evidence: HostEvidence) -> Verdict {
    for (flag, name) in [("vmx", "Intel VT-x"), ("svm", "AMD-V")] where processors.anyHas(flag) {
      return processors.allHave(flag)
        ? offered(name, flag: flag, by: processors, evidence)
        : offeredBySome(name, flag: flag, of: processors, evidence)
    }
    if processors.flagSets.isEmpty {
      return .unknown("The processor's description has no line \"flags\", though it looks like an x86's.")
    }
    if processors.mayHaveLost("vmx") || processors.mayHaveLost("svm") {
      return .unknown(
        "The list of the processor's flags is damaged, and what it lost may be the flag looked for.")
    }
    return evidence.isVirtualMachine ? hidden(evidence) : missing(from: processors, evidence)
  }

  private static func offered(
    _ name: String, flag: String, by processors: ProcessorInfo, _ evidence: HostEvidence
  ) -> Verdict {
    let place = evidence.isVirtualMachine ? " It is a virtual machine's: guests of it would be nested." : ""
    let share = processors.count == 1 ? "The processor has" : "All \(processors.count) processors have"
    return .pass(
      "\(share) \(name).\(place)", evidence: [Quote(evidence.processors.source, "flags: … \(flag) …")])
  }

  private static func offeredBySome(
    _ name: String, flag: String, of processors: ProcessorInfo, _ evidence: HostEvidence
  ) -> Verdict {
    let having = processors.countHaving(flag)
    let quote = Quote(evidence.processors.source, "\(flag) on \(having) of \(processors.count) processors")
    if processors.mayHaveLost(flag) {
      return .unknown(
        "The list of some processors' flags is damaged, so that \(name) is not certain.", evidence: [quote])
    }
    return .fail(
      noFlag, "Only \(having) of \(processors.count) processors have \(name), and KVM needs it on all.",
      evidence: [quote],
      cureDetail: "Processors of one machine differ in this only when the firmware set them up unequally: "
        + "update the firmware, or load its defaults and switch virtualization on again.",
      needsReboot: true)
  }

  private static func hidden(_ evidence: HostEvidence) -> Verdict {
    let source = evidence.processors.source
    var quotes = [Quote(source, "flags: neither vmx nor svm")]
    if evidence.processors.value?.hasHypervisorFlag == true {
      quotes.append(Quote(source, "flags: … hypervisor …"))
    }
    if let name = evidence.hypervisor.value { quotes.append(Quote(evidence.hypervisor.source, name)) }
    return .fail(
      hiddenByHypervisor, "This virtual machine is not offered hardware virtualization.", evidence: quotes,
      cureDetail: evidence.xen.value == .dom0
        ? "This is Xen's control domain: Xen keeps hardware virtualization to itself, and KVM cannot run beside it."
        : nil,
      needsReboot: true)
  }

  private static func missing(from processors: ProcessorInfo, _ evidence: HostEvidence) -> Verdict {
    .fail(
      noFlag, "The processor offers neither VT-x nor AMD-V; the firmware may have switched it off.",
      evidence: [Quote(evidence.processors.source, "flags: neither vmx nor svm")],
      cureDetail: [
        FirmwareSwitch.processorVirtualization.advice(for: evidence.machine.value, maker: processors.maker),
        kernelWithoutKVM(processors, evidence),
      ].compactMap(\.self).joined(separator: " "),
      needsReboot: true)
  }

  /// A kernel built without KVM for Intel locks VT-x off itself where the firmware left it open
  /// (arch/x86/kernel/cpu/feat_ctl.c, init_ia32_feat_ctl).
  private static func kernelWithoutKVM(_ processors: ProcessorInfo, _ evidence: HostEvidence) -> String? {
    guard processors.maker == .intelKind, let configuration = evidence.kernelConfiguration.value,
      configuration["KVM_INTEL"] == nil
    else { return nil }
    return "This kernel is built without KVM for Intel processors, and such a kernel can hide VT-x itself."
  }
}
