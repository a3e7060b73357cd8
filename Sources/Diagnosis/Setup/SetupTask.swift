import HostModel

/// What is left to do about one finding before a guest can have a device.
package struct SetupTask: Sendable {
  /// Who does it.
  package enum Doer: Sendable, Equatable {
    /// This program, by these changes in this order.
    case program([ChangeIntent])
    /// It is done, and counts from the next boot on.
    case reboot
    /// A person: in the firmware, at the hardware, or at the host's configuration.
    case person
  }

  package let finding: Finding
  package let doer: Doer
}

extension Report {
  /// What stands between this host and its first guest, in the order of the stages.
  ///
  /// What fails belongs to it, and two warnings: what guests need though VFIO does not (libvirt), and
  /// arguments on trial that the host runs with. Others cost safety or comfort: their owner decides.
  package var setupTasks: [SetupTask] { findings.compactMap(\.setupTask) }
}

extension Finding {
  fileprivate var setupTask: SetupTask? {
    let intents = verdict.commands.compactMap { command -> ChangeIntent? in
      if case .change(let intent) = command { intent } else { nil }
    }
    switch verdict.status {
    case .fail where intents.count == verdict.commands.count && !intents.isEmpty:
      return SetupTask(finding: self, doer: .program(intents))
    case .fail:
      let waits = verdict.needsReboot && check.stage == .binding
      return SetupTask(finding: self, doer: waits ? .reboot : .person)
    case .warn where (check.stage == .virtualization || check.id == TrialBoot.id) && !intents.isEmpty:
      return SetupTask(finding: self, doer: .program(intents))
    case .unknown where check.isRequired:
      return SetupTask(finding: self, doer: .person)
    case .pass, .warn, .unknown, .skipped:
      return nil
    }
  }
}

extension Report {
  /// Whether arguments were tried and the host fell back to the boot without them.
  package var trialFellBack: Bool {
    findings.contains { $0.check.id == TrialBoot.id && $0.verdict.cause?.id == TrialBoot.fellBack.id }
  }
}

extension [ChangeIntent] {
  /// Arguments for one boot, in place of those for every boot.
  package var onTrial: [ChangeIntent] {
    map { if case .addArguments(let arguments, _) = $0 { .tryArguments(arguments) } else { $0 } }
  }

  /// The same with all packages asked for at once: one preview, one question, one undo.
  package var withPackagesTogether: [ChangeIntent] {
    var result: [ChangeIntent] = []
    for intent in self {
      let place = result.firstIndex { if case .install = $0 { true } else { false } }
      if case .install(let more) = intent, let place, case .install(var packages) = result[place] {
        packages.names += more.names.filter { !packages.names.contains($0) }
        result[place] = .install(packages)
      } else if !result.contains(intent) {
        result.append(intent)
      }
    }
    return result
  }
}
