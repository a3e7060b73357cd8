import HostModel

/// Whether kernel lockdown stands in the way of drivers that passthrough may need.
package enum KernelLockdown: Check {
  package static let id = "kernel.lockdown"
  package static let stage = Stage.kernel
  package static let title = "Kernel lockdown"
  package static let explanation = """
    Lockdown keeps even root from changing the running kernel. Many kernels switch it on by \
    themselves when the firmware's Secure Boot is on. It has two degrees: "integrity" refuses \
    whatever could alter the kernel, such as modules without a valid signature; "confidentiality" \
    also refuses whatever could read its secrets.

    VFIO, which hands devices to guests, works under both: its modules come with the kernel and are \
    signed with it. What does not work is what people often add to it: modules built by hand or by \
    DKMS without a key of the owner's (vendor-reset, out-of-tree graphics drivers), ACPI tables \
    replaced at boot, and access to device memory from programs.
    """
  package static let causes = [confidentiality, unsignedModules]
  private static let confidentiality = Cause(
    "confidentiality",
    meaning: "In this degree the kernel also refuses to let programs read its memory, so that tracing and "
      + "debugging a device that fails in a guest will not work, and neither do unsigned modules. Handing devices to "
      + "guests with the kernel's own VFIO modules still works.",
    cure: "Nothing needs mending for passthrough itself. To get the milder degree, remove "
      + "lockdown=confidentiality from the kernel's arguments.",
    mender: .person)
  private static let unsignedModules = Cause(
    "unsigned-modules",
    meaning:
      "A locked-down kernel loads no module without a signature that it trusts, so these will not load, "
      + "and without VFIO no device can be handed to a guest.",
    cure:
      "Install the distribution's signed kernel; or sign the modules with a key of your own and enrol it with "
      + "mokutil --import; or switch Secure Boot off in the firmware, which ends the lockdown.",
    mender: .person)

  package static func judge(_ evidence: HostEvidence) -> Verdict {
    switch evidence.lockdown {
    case .found(.none, let source):
      return .pass("The kernel is not locked down.", evidence: [Quote(source, "[none]")])
    case .found(let mode, let source):
      return judge(mode, Quote(source, "[\(mode.rawValue)]"), evidence)
    case .absent(let source):
      return .pass("This kernel has no lockdown.", evidence: [Quote(source, "not there")])
    case .unreadable(let source, let reason):
      return .unknown(
        "Whether the kernel is locked down could not be measured: \(reason).",
        evidence: [Quote(source, reason)])
    }
  }

  private static func judge(_ mode: LockdownMode, _ quote: Quote, _ evidence: HostEvidence) -> Verdict {
    let quotes = [quote] + secureBootQuotes(evidence)
    let refused = (evidence.vfioModules.value ?? []).filter {
      $0.isPresent && !$0.isLoaded && !$0.isBuiltIn && $0.isSigned == false
    }
    guard refused.isEmpty else {
      let names = refused.map(\.name).joined(separator: ", ")
      return .fail(
        unsignedModules,
        "The kernel is locked down (\(mode.rawValue)), and these modules are not signed: \(names).",
        evidence: quotes + [Quote(evidence.vfioModules.source, "no signature: \(names)")])
    }
    guard mode == .confidentiality else {
      return .pass(
        "The kernel is locked down (integrity); its own VFIO modules still load.", evidence: quotes)
    }
    return .warn(
      confidentiality, "The kernel is locked down (confidentiality).", evidence: quotes,
      commands: argumentCommands(evidence), needsReboot: true)
  }

  private static func secureBootQuotes(_ evidence: HostEvidence) -> [Quote] {
    guard case .found(let isOn, let source) = evidence.secureBoot else { return [] }
    return [Quote(source, "Secure Boot is \(isOn ? "on" : "off")")]
  }

  private static func argumentCommands(_ evidence: HostEvidence) -> [RemedyCommand] {
    guard let parameter = evidence.commandLine.value?.last("lockdown") else { return [] }
    return ArgumentChange.removing(parameter.text).commands(on: evidence)
  }
}
