import HostModel

/// `boot.trial`: how the boot went that `kargs try` has prepared.
package enum TrialBoot: Check {
  package static let id = "boot.trial"
  package static let stage = Stage.bootLoader
  package static let title = "arguments on trial"
  package static let explanation = """
    passthru-doctor kargs try boots the host once with further kernel arguments. The boot after that is \
    the usual one again, also when the kernel panics or somebody presses the reset button.

    This check tells how it went, as long as the trial's entry is there: kargs add keeps the arguments and \
    takes the entry away, kargs try --clear only takes it away.
    """

  package static let notBooted = Cause(
    "not-booted",
    meaning: "The next boot is to try arguments, and has not happened yet.",
    cure: "Restart the host, then look again; or clear the trial.", mender: .person)

  package static let notKept = Cause(
    "not-kept",
    meaning: "The host runs with arguments on trial. The next boot is without them.",
    cure: "Keep them, if the host runs well with them.", mender: .program)

  package static let fellBack = Cause(
    "fell-back",
    meaning:
      "Arguments were tried, and the host runs without them again: the trial was restarted, or it ended in a panic or a "
      + "reset. What tells which, is told.",
    cure:
      "If nobody restarted the host, it does not run with these arguments: clear the trial. Otherwise keep them, or "
      + "try again.",
    mender: .program)

  package static let notStarted = Cause(
    "not-started",
    meaning: "Arguments were to be tried, and the boot loader started another entry.",
    cure: "Try again, or clear the trial.", mender: .program)

  package static let causes = [notBooted, notKept, fellBack, notStarted]

  package static func judge(_ evidence: HostEvidence) -> Verdict {
    let ground: BootTrialEvidence
    switch evidence.bootTrial {
    case .found(let found, _): ground = found
    case .absent: return .skipped("This host does not boot through a grub.cfg, so nothing is on trial there.")
    case .unreadable(let source, let reason):
      return .unknown(
        "Whether arguments are on trial is not known: \(source.isEmpty ? "" : "/\(source): ")\(reason).")
    }
    guard let trial = ground.trial(running: evidence.commandLine.value) else {
      return .skipped("No kernel arguments are on trial.")
    }
    let words = trial.arguments.joined(separator: " ")
    let quotes = [
      Quote(ground.customPath, "id \(BootTrial.entryID): \(words)"),
      Quote(ground.environmentPath, ground.environment.map { choice(GrubEnvironment($0)) } ?? "not read"),
    ]
    let summary = trial.sentences.first ?? ""
    switch trial.outcome {
    case .waiting:
      return .warn(
        notBooted, summary, evidence: quotes, commands: [.shell(BootTrial.clearCommand)], needsReboot: true)
    case .running:
      return .warn(
        notKept, summary, evidence: quotes,
        commands: [.change(.addArguments(trial.arguments, replacing: false))])
    case .fellBack:
      return .warn(fellBack, summary, evidence: quotes, commands: [.shell(BootTrial.clearCommand)])
    case .notStarted:
      return .warn(notStarted, summary, evidence: quotes, commands: [.shell(BootTrial.clearCommand)])
    case nil: return .unknown(summary, evidence: quotes, commands: [.shell(BootTrial.clearCommand)])
    }
  }

  private static func choice(_ environment: GrubEnvironment) -> String {
    "next_entry=\(environment.nextEntry ?? "")"
      + (environment.values[BootTrial.startedVariable].map { ", \(BootTrial.startedVariable)=\($0)" } ?? "")
  }
}
