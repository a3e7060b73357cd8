import HostModel

/// Plans one boot with other arguments, and the way back from it.
package struct TrialPlanner: Sendable {
  let loader: BootLoaderEvidence
  let layout: BootLayout
  /// Nil: the host does not boot through a grub.cfg.
  let trial: BootTrialEvidence?
  let running: KernelCommandLine?

  package init(_ loader: BootLoaderEvidence, _ trial: BootTrialEvidence?, running: KernelCommandLine?) {
    self.loader = loader
    layout = BootLayout(loader)
    self.trial = trial
    self.running = running
  }

  /// How long the kernel waits after a panic before it restarts, in seconds.
  static let panicSeconds = 5

  /// An initramfs made by dracut restarts, too, when it finds no root file system (man dracut.cmdline).
  static let dracutArguments = ["rd.shell=0", "rd.emergency=reboot"]

  package func plan(trying texts: [String]) throws(Refusal) -> ChangePlan {
    let arguments = try Self.checked(texts) + (trial?.hasDracut == true ? Self.dracutArguments : [])
    let entry = trial.flatMap { trial in
      TrialEntry(config: trial.config, loaderEntries: loader.ownEntries(of: layout), running: running)
    }
    guard let trial, layout.refusal == nil, layout.loader == .grub else {
      let reason = layout.refusal?.reason ?? "This host boots through \(layout.loader.rawValue)."
      throw refusal(
        "no-trial", "A boot for trial is prepared through GRUB's grub.cfg only. \(reason)", entry?.source,
        arguments)
    }
    if let mountPoint = loader.unmountedMounts.first {
      throw Refusal(
        reason: "not-mounted", detail: "\(mountPoint) is in /etc/fstab and not mounted.",
        steps: ["mount \(mountPoint)"])
    }
    guard let entry else {
      throw refusal(
        "no-entry", "No entry of /\(trial.folder)/grub.cfg starts the running kernel.", nil, arguments)
    }
    if let obstacle = trial.obstacle(to: entry.source) {
      throw refusal(
        "no-fallback", "The host might not fall back by itself. \(obstacle)", entry.source, arguments)
    }
    guard let environment = trial.environment, let chosen = GrubEnvironment.choosingTrial(in: environment)
    else {
      throw refusal(
        "no-room", "/\(trial.environmentPath) has no room for the choice.", entry.source, arguments)
    }
    let missing = arguments.filter { !entry.arguments.contains($0) }
    guard texts.contains(where: missing.contains) else {
      throw Refusal(
        reason: "without-effect",
        detail: "The entry \"\(entry.source.title)\" has \(texts.joined(separator: " ")) already.")
    }
    let custom = TrialBlock.added(entry.adding(missing), trying: texts, to: trial.custom)
    return ChangePlan(
      intent: .tryArguments(texts),
      steps: [
        .replaceFile(path: trial.customPath, before: trial.custom, after: custom),
        .replaceFile(path: trial.environmentPath, before: environment, after: chosen),
      ], notes: notes(entry, texts), needsReboot: true)
  }

  /// Takes away what a trial has left: its entry in custom.cfg, its words in grubenv.
  package func clearing() throws(Refusal) -> ChangePlan {
    let steps = clearingSteps
    return ChangePlan(
      intent: .clearTrial, steps: steps, notes: steps.isEmpty ? ["There is no trial to clear."] : [],
      needsReboot: false)
  }

  package var clearingSteps: [Step] {
    guard let trial else { return [] }
    var steps: [Step] = []
    if let environment = trial.environment, GrubEnvironment(environment).hasTrial {
      steps.append(
        .replaceFile(
          path: trial.environmentPath, before: environment, after: GrubEnvironment.withoutTrial(environment)))
    }
    if let custom = trial.custom, TrialBlock.removed(from: custom) != custom {
      steps.append(
        .replaceFile(path: trial.customPath, before: custom, after: TrialBlock.removed(from: custom)))
    }
    return steps
  }

  /// A change of the kept arguments also clears a trial that it settles: one that is over, or that tried the same.
  package func settling(_ plan: ChangePlan) -> ChangePlan {
    guard !plan.steps.isEmpty, let old = trial?.trial(running: running) else { return plan }
    let isSettled: Bool
    switch plan.intent {
    case .addArguments(let arguments, _), .removeArguments(let arguments):
      isSettled = old.outcome != .waiting || old.arguments.allSatisfy(arguments.contains)
    default: isSettled = false
    }
    guard isSettled else { return plan }
    var plan = plan
    // What is made anew by a program stays last.
    let place =
      plan.steps.firstIndex { if case .replaceFile = $0 { false } else { true } } ?? plan.steps.count
    plan.steps.insert(contentsOf: clearingSteps.filter { !clearing($0, within: &plan) }, at: place)
    plan.notes.append("The trial of \(old.arguments.joined(separator: " ")) is settled, and its entry goes.")
    return plan
  }

  /// Where the plan itself writes grubenv (kernelopts), both changes are one. False: it does not.
  private func clearing(_ step: Step, within plan: inout ChangePlan) -> Bool {
    guard case .replaceFile(let path, _, _) = step, GrubEnvironment.isBlock(path) else { return false }
    for (index, other) in plan.steps.enumerated() {
      guard case .replaceFile(path, let before, let after?) = other else { continue }
      plan.steps[index] = .replaceFile(path: path, before: before, after: GrubEnvironment.withoutTrial(after))
      return true
    }
    return false
  }

  // MARK: Arguments

  /// What is added to the entry: what was asked for, and a restart after a panic.
  private static func checked(_ texts: [String]) throws(Refusal) -> [String] {
    var arguments: [String] = []
    do throws(GrubRefusal) {
      for text in texts { arguments.append(try BootArgument(adding: text).text) }
    } catch { throw Refusal(error) }
    guard let own = arguments.last(where: { $0.hasPrefix("panic=") }) else {
      return arguments + ["panic=\(panicSeconds)"]
    }
    guard let seconds = Int(own.dropFirst("panic=".utf8.count)), seconds != 0 else {
      throw Refusal(
        reason: "no-fallback",
        detail: "With \(own) a kernel that panics stays where it is, and the host does not fall back.")
    }
    return arguments
  }

  private func refusal(_ reason: String, _ detail: String, _ entry: GrubMenuEntry?, _ arguments: [String])
    -> Refusal
  {
    let recipe = MenuRecipe(loader, layout, trial: trial, entry: entry, arguments: arguments)
    return Refusal(reason: reason, detail: detail + " By hand, for one boot:", steps: recipe.steps)
  }

  private func notes(_ entry: TrialEntry, _ texts: [String]) -> [String] {
    var notes = [
      "The next boot takes a copy of \"\(entry.source.title)\" with \(texts.joined(separator: " ")), once. GRUB forgets "
        + "the choice before it starts it, and after a panic the kernel restarts by itself: the boot after is the usual "
        + "one. If it hangs without a panic, the reset button leads there, too."
    ]
    if trial?.config.contains("set timeout=-1") == true {
      notes.append("GRUB's menu waits for a key on this host (a timeout of -1): somebody has to press Enter.")
    }
    return notes
  }
}
