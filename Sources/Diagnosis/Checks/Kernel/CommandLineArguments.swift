import HostModel

/// `kernel.command-line`: arguments that contradict each other, do nothing, or are no arguments.
package enum CommandLineArguments: Check {
  package static let id = "kernel.command-line"
  package static let stage = Stage.kernel
  package static let title = "kernel arguments"

  package static let explanation = """
    The kernel gets arguments from the boot loader (proc/cmdline), and some of them decide about the \
    IOMMU and about which driver gets a device. The kernel does not complain: a name that it does not \
    know it hands on to other programs, a value that it does not know it passes over, and of two that \
    contradict each other it obeys one.

    This check finds arguments that do not do what they seem to. It judges the words only: whether the \
    IOMMU is on, iommu.active tells.
    """

  package static let conflict = Cause(
    "conflict",
    meaning: "Arguments contradict each other. The kernel obeys one of them, and it may not be the one that "
      + "was meant.",
    cure: "Keep the one that is meant and remove the other.",
    mender: .program)

  package static let ineffectiveArgument = Cause(
    "ineffective-argument",
    meaning: "An argument has no effect on this host. It does no harm, but whoever relies on it is mistaken.",
    cure: "Remove it, or write what was meant in its place.",
    mender: .program)

  package static let misspeltArgument = Cause(
    "misspelt-argument",
    meaning: "The kernel does not know this name, and passes the argument on without a word.",
    cure: "Write it as the kernel knows it.",
    mender: .program)

  package static let causes = [conflict, ineffectiveArgument, misspeltArgument]

  package static func judge(_ evidence: HostEvidence) -> Verdict {
    let ground = IOMMUGround(evidence)
    guard let line = ground.commandLine else {
      let reason = evidence.commandLine.unreadableReason ?? "\(evidence.commandLine.source) is not there"
      return .unknown("The kernel's arguments are not known: \(reason).")
    }
    let slips = slips(in: line, ground)
    guard let first = slips.first else {
      return .pass(
        "No kernel argument about passthrough is misspelt, idle, or contradicted by another.",
        evidence: relevant(line, ground))
    }
    let others = slips.count > 1 ? " (\(slips.count - 1) more below)" : ""
    return .warn(
      first.cause, first.sentence + others,
      evidence: slips.flatMap { $0.parameters.map(ground.quote) }.withoutRepetitions(atMost: 12),
      commands: slips.flatMap(\.commands).withoutRepetitions(atMost: 12),
      cureDetail: slips.count > 1
        ? slips.dropFirst().map(\.sentence).withoutRepetitions(atMost: 8).joined(separator: " ") : nil,
      needsReboot: true)
  }

  private static func relevant(_ line: KernelCommandLine, _ ground: IOMMUGround) -> [Quote] {
    line.parameters.filter { PassthroughParameter.describing($0) != nil }.prefix(12).map(ground.quote)
  }
}

/// One thing that is wrong on the command line.
private struct ArgumentSlip {
  let cause: Cause
  /// A full sentence.
  let sentence: String
  let parameters: [KernelParameter]
  let commands: [String]
}

// MARK: - Slips, the gravest first

extension CommandLineArguments {
  private static func slips(in line: KernelCommandLine, _ ground: IOMMUGround) -> [ArgumentSlip] {
    let conflicts = line.conflicts.map {
      ArgumentSlip(
        cause: conflict,
        sentence: "\($0.parameters.map(\.text).joined(separator: " and ")) contradict each other: "
          + lowerFirst($0.outcome),
        parameters: $0.parameters, commands: [])
    }
    let strangers = strangers(in: line, ground)
    let idle = (IOMMUArguments(line).ineffective + line.unusableDeviceIDs + line.unusableVideoOptions)
      .filter { idle in !strangers.contains { $0.parameter == idle.parameter } }
    let ineffective = strangers + idle + behindTheEnd(of: line)
    return conflicts + line.misspelt.map(slip) + ineffective.map(slip)
  }

  private static func lowerFirst(_ sentence: String) -> String {
    sentence.hasPrefix("The ") || sentence.hasPrefix("Only ")
      ? sentence.prefix(1).lowercased() + sentence.dropFirst() : sentence
  }

  private static func slip(_ misspelt: MisspeltArgument) -> ArgumentSlip {
    let value = misspelt.parameter.value.map { "=\($0)" } ?? ""
    let meant = misspelt.meant.contains("=") ? misspelt.meant : misspelt.meant + value
    return ArgumentSlip(
      cause: misspeltArgument,
      sentence: "The kernel knows no \(misspelt.parameter.name); \(meant) was probably meant.",
      parameters: [misspelt.parameter],
      commands: [
        "passthru-doctor kargs remove \(shellWord(misspelt.parameter.text))",
        "passthru-doctor kargs add \(shellWord(meant))",
      ])
  }

  private static func slip(_ ineffective: IneffectiveArgument) -> ArgumentSlip {
    var commands: [String] = []
    // Of a list, only one piece is idle: the rest has to stay.
    if ineffective.parameter.value == ineffective.option || ineffective.option.isEmpty {
      commands.append("passthru-doctor kargs remove \(shellWord(ineffective.parameter.text))")
    }
    if let meant = ineffective.meant { commands.append("passthru-doctor kargs add \(shellWord(meant))") }
    return ArgumentSlip(
      cause: ineffectiveArgument,
      sentence: "\(ineffective.parameter.text) does not do what it seems to. \(ineffective.reason)",
      parameters: [ineffective.parameter], commands: commands)
  }

  /// Arguments about hardware that this host does not have.
  private static func strangers(in line: KernelCommandLine, _ ground: IOMMUGround) -> [IneffectiveArgument] {
    line.parameters.compactMap { parameter in
      let reason: String? =
        switch parameter.canonicalName {
        case "intel_iommu" where ground.isAMD: "This host has AMD's kind of IOMMU, which is on by itself."
        case "amd_iommu" where ground.isIntel: "This host has Intel's kind of IOMMU."
        case "pcie_acs_override" where isUnpatched(ground):
          "Only patched kernels know it, and this one is not patched."
        case "iommu" where ground.isForeign:
          "Only x86 kernels know iommu=; elsewhere it is iommu.passthrough=."
        default: nil
        }
      return reason.map {
        IneffectiveArgument(
          parameter: parameter, option: parameter.value ?? "", reason: $0,
          meant: ground.isForeign && parameter.value == "pt" ? "iommu.passthrough=1" : nil)
      }
    }
  }

  /// Whether the kernel comes from a distribution that does not carry the ACS override patch, and has
  /// not said that it works.
  private static func isUnpatched(_ ground: IOMMUGround) -> Bool {
    guard let release = ground.evidence.kernelRelease.value,
      ground.log?.firstMessage(containing: "PCIe ACS overrides enabled") == nil
    else { return false }
    let mainline = ["-generic", "-amd64", ".fc", ".el", "-default", "-arch"]
    let patched = ["pve", "zen", "liquorix", "xanmod", "cachyos", "acs", "lqx", "clear", "unraid"]
    return mainline.contains(where: release.contains)
      && !patched.contains(where: release.lowercased().contains)
  }

  private static func behindTheEnd(of line: KernelCommandLine) -> [IneffectiveArgument] {
    line.initArguments.filter { PassthroughParameter.describing($0) != nil }.map {
      IneffectiveArgument(
        parameter: $0, option: $0.value ?? "",
        reason: "It stands behind --, where arguments are the first program's and no longer the kernel's.")
    }
  }
}

extension Array where Element: Equatable {
  /// The first `limit` different elements.
  fileprivate func withoutRepetitions(atMost limit: Int) -> [Element] {
    var distinct: [Element] = []
    for element in self where distinct.count < limit && !distinct.contains(element) {
      distinct.append(element)
    }
    return distinct
  }
}
