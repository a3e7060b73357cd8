/// One boot with other arguments: the entry that `kargs try` puts into custom.cfg, and how it went.
package struct BootTrial: Sendable, Equatable {
  /// The entry's id, and the value of `next_entry` that chooses it for one boot.
  package static let entryID = "passthru-doctor-trial"
  /// The variable in grubenv in which GRUB notes that it started the entry.
  package static let startedVariable = "passthru_doctor_trial"

  package enum Outcome: String, Sendable {
    /// The next boot tries it.
    case waiting
    /// This boot is the trial.
    case running
    /// GRUB started it, and the host runs its usual entry again.
    case fellBack = "fell-back"
    /// The choice is gone, and GRUB never started it.
    case notStarted = "not-started"
  }

  /// What is tried, as it was asked for.
  package var arguments: [String]
  /// The whole command line of the entry, as the kernel splits it; variables of GRUB's stay as they are.
  package var entryArguments: [String]
  /// Nil: the running command line, or grubenv, could not be read.
  package var outcome: Outcome?
  /// How it ended, where the host fell back; nil where nothing tells.
  package var end: TrialEnd?

  /// The trial that custom.cfg holds; nil when there is none.
  package init?(custom: [UInt8], environment: GrubEnvironment?, running: KernelCommandLine?) {
    guard let range = TrialBlock.range(in: custom) else { return nil }
    let block = Array(custom[range])
    arguments = TrialBlock.arguments(of: block)
    entryArguments = GrubConfig(block, path: "").entries.first?.arguments ?? []
    outcome = environment.flatMap { Self.outcome($0, entryArguments, running) }
  }

  private static func outcome(
    _ environment: GrubEnvironment, _ entry: [String], _ running: KernelCommandLine?
  ) -> Outcome? {
    if environment.nextEntry == entryID { return .waiting }
    guard environment.values[startedVariable] != nil else { return .notStarted }
    guard let running else { return nil }
    return isRunning(entry, on: running) ? .running : .fellBack
  }

  /// Whether every argument of an entry is on a command line; what GRUB puts in for a variable cannot be told.
  package static func isRunning(_ arguments: [String], on line: KernelCommandLine) -> Bool {
    let wanted = KernelCommandLine(parsing: arguments.joined(separator: " ").utf8).parameters
    return wanted.allSatisfy { parameter in
      parameter.text.hasPrefix("$")
        || line.parameters.contains { $0.name == parameter.name && $0.value == parameter.value }
    }
  }

  /// The command that keeps what was tried.
  package var keepCommand: String { "passthru-doctor kargs add " + arguments.joined(separator: " ") }
  /// The command that takes the trial's entry away again.
  package static let clearCommand = "passthru-doctor kargs try --clear"

  /// How it went and what can be done, full sentences.
  package var sentences: [String] {
    let words = arguments.joined(separator: " ")
    let clear = "Clear it: \(Self.clearCommand)"
    switch outcome {
    case .waiting: return ["The next boot tries \(words), once.", clear]
    case .running:
      return [
        "This boot is the trial of \(words). The next one is without, unless it is kept.",
        "Keep it: \(keepCommand)", clear,
      ]
    case .fellBack:
      return [
        "\(words) was tried, and the host is back on its usual entry. \(end?.sentence ?? TrialEnd.unknown)",
        "Keep it: \(keepCommand)", clear,
      ]
    case .notStarted:
      return [
        "\(words) was to be tried, and never was: somebody chose another entry, or took the choice back.",
        "Try again: passthru-doctor kargs try \(words)", clear,
      ]
    case nil: return ["\(words) was to be tried; how it went could not be read.", clear]
    }
  }
}
