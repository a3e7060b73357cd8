import ArgumentParser
import Diagnosis
import HostFiles
import HostModel
import HostSurvey
import Reporting
import VFIOAccess

/// `verify TARGET...`: opens groups as a virtual machine monitor does, and gives them back.
struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Open the group the way a virtual machine monitor does, and give it back.",
    discussion: """
      A page is mapped and unmapped, every device is asked for its regions and interrupts and reset \
      where it can be reset alone. A group that a guest is using is left alone. Exit status: 0 a guest \
      can have every group; 1 the kernel refuses one of them; 2 usage.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var target: TargetArguments

  @Option(
    help: ArgumentHelp(
      "The way in: container (/dev/vfio/vfio) or iommufd; without it the one that QEMU would take.",
      valueName: "way"))
  var through: VFIOTrial.Interface?

  func run() throws {
    let root = try common.openRunningHost(to: "open a group")
    let evidence = surveyDevices(root)
    let verifications = try target.select(on: evidence).groups.map { group in
      verify(group, on: evidence, root)
    }
    let output =
      common.json
      ? verificationJSON(verifications).document
      : Array(verifications.map { $0.text(style: common.style, verbosity: common.verbosity) }.joined().utf8)
    try writeToStandardOutput(output)
    if verifications.contains(where: { $0.verdict.status == .fail }) {
      throw ExitCode(ExitStatus.failed.rawValue)
    }
  }

  private func verify(_ group: IOMMUGroup, on evidence: HostEvidence, _ root: HostRoot) -> Verification {
    let trial = tryGroup(group, devices: evidence.pciDevices.value ?? [], on: root, through: through)
    // Only a refusal makes it worth looking into every process.
    let nodes = trial.refusal == nil ? [] : vfioNodes(of: group, root)
    let holders = nodes.isEmpty ? [] : surveyFileHolders(of: nodes, root).holders
    return Verification(
      group: group, trial: trial, verdict: judge(trial, of: group, on: evidence, heldBy: holders))
  }
}

extension VFIOTrial.Interface: ExpressibleByArgument {}

extension CommonOptions {
  /// The running host, for a command that asks the kernel to do something: below another root
  /// there is no kernel to ask.
  func openRunningHost(to purpose: String) throws(CommandError) -> HostRoot {
    let root = try openRoot()
    guard root.isRunningHost else {
      throw CommandError(.usage, "to \(purpose) takes a running kernel, and --root \(rootPath) has none")
    }
    return root
  }
}
