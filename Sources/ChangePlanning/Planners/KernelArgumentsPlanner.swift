import HostModel

/// Plans changes of the kernel command line.
package struct KernelArgumentsPlanner: Sendable {
  package let evidence: BootLoaderEvidence
  package let layout: BootLayout
  /// What the host's shell says of the files as they are; nil when it was not asked.
  package let sourced: SourcedValues?

  package init(_ evidence: BootLoaderEvidence, sourced: SourcedValues?) {
    self.evidence = evidence
    layout = BootLayout(evidence)
    self.sourced = sourced
  }

  package func plan(_ intent: ChangeIntent) throws(Refusal) -> ChangePlan {
    let (files, maker, configPath) = try ground(for: intent)
    let edit: GrubDefaultsEdit
    do throws(GrubRefusal) {
      switch intent {
      case .addArguments(let arguments, let replacing):
        edit = try GrubDefaultsEdit.adding(arguments, to: files, sourced: sourced, replacing: replacing)
      case .removeArguments(let arguments):
        edit = try GrubDefaultsEdit.removing(arguments, from: files)
      default:
        return ChangePlan(intent: intent, steps: [], notes: [], needsReboot: false)
      }
    } catch { throw Refusal(error) }
    let entries = evidence.entries(of: layout)
    let wanted = Self.wanted(intent)
    var steps = edit.changes.map { Step.replaceFile(path: $0.path, before: $0.before, after: $0.after) }
    let isInEffect = Self.fulfils(entries, present: wanted.present, absent: [])
    // An argument may stay in an entry by another assignment; that is said, and no fault.
    let absent = edit.reason.contains("Still there") ? [] : wanted.absent
    if !steps.isEmpty || !isInEffect {
      steps.append(
        .regenerate(
          GrubRegeneration(
            program: maker.path, options: [], configPath: configPath, entriesBefore: entries,
            present: wanted.present, absent: steps.isEmpty ? [] : absent)))
    }
    return ChangePlan(
      intent: intent, steps: steps, notes: notes(edit, intent, stepCount: steps.count),
      needsReboot: !steps.isEmpty)
  }

  private static func wanted(_ intent: ChangeIntent) -> (present: [String], absent: [String]) {
    switch intent {
    case .addArguments(let arguments, _): (arguments, [])
    case .removeArguments(let arguments): ([], arguments)
    default: ([], [])
    }
  }

  private static func fulfils(_ entries: [BootEntry], present: [String], absent: [String]) -> Bool {
    entries.allSatisfy { entry in
      entry.isForeign
        || present.allSatisfy(entry.arguments.contains)
          && !absent.contains(where: entry.arguments.contains)
    }
  }

  /// The files to edit and the program to run, or why this host is left alone.
  private func ground(
    for intent: ChangeIntent
  ) throws(Refusal) -> (GrubDefaultsFiles, BootLoaderEvidence.ConfigMaker, String) {
    if let refusal = layout.refusal {
      let arguments = (Self.wanted(intent).present + Self.wanted(intent).absent).joined(separator: " ")
      throw Refusal(
        reason: layout.kind.rawValue, detail: refusal.reason,
        steps: refusal.steps.map { Self.replace("ARGS", by: arguments, in: $0) })
    }
    guard layout.isClassic else { throw byHand(intent) }
    guard let files = evidence.defaultsFiles(dialect: .dash), let maker = evidence.configMaker,
      let path = layout.configPath
    else {
      throw Refusal(
        reason: "unknown", detail: "It could not be found out where this host keeps its arguments.")
    }
    if let mountPoint = evidence.unmountedESPs.first {
      throw Refusal(
        reason: "not-mounted", detail: "\(mountPoint) is in /etc/fstab and not mounted.",
        steps: ["mount \(mountPoint)"])
    }
    return (files, maker, path)
  }

  /// Layouts with entries of the Boot Loader Specification: the exact way by hand.
  private func byHand(_ intent: ChangeIntent) -> Refusal {
    let (present, absent) = Self.wanted(intent)
    let option = present.isEmpty ? "--remove-args" : "--args"
    let arguments = (present + absent).joined(separator: " ")
    return Refusal(
      reason: "managed-elsewhere",
      detail: "This host boots entries of the Boot Loader Specification, which grubby keeps.",
      steps: ["grubby --update-kernel=ALL \(option)=\"\(arguments)\""])
  }

  private static func replace(_ word: String, by other: String, in text: String) -> String {
    var parts: [Substring] = []
    var rest = text[...]
    while let start = rest.indices.first(where: { rest[$0...].hasPrefix(word) }) {
      parts.append(rest[..<start])
      rest = rest[start...].dropFirst(word.count)
    }
    parts.append(rest)
    return parts.joined(separator: other)
  }

  private func notes(_ edit: GrubDefaultsEdit, _ intent: ChangeIntent, stepCount: Int) -> [String] {
    var notes = [edit.reason]
    if edit.changes.isEmpty, stepCount > 0 {
      notes.append("The boot entries do not have it yet, so grub.cfg is made anew.")
    }
    if case .addArguments(let arguments, _) = intent, arguments.contains("iommu=pt") {
      notes.append(
        "iommu=pt lets the host's own devices pass the IOMMU untranslated: faster, and without protection "
          + "from them. Devices of guests stay isolated either way.")
    }
    return notes
  }
}
