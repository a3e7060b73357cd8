import HostModel

/// GRUB with boot loader entries (Fedora 30 on, RHEL 8 on). The entries of this system, grubenv and
/// etc/kernel/cmdline are changed directly: grub2-mkconfig would, depending on its version, change no
/// entry at all, or rewrite all of them, also those of other systems.
extension KernelArgumentsPlanner {
  func loaderEntrySteps(
    _ intent: ChangeIntent, _ edit: ArgumentEdit
  ) throws(GrubRefusal) -> (steps: [Step], notes: [String]) {
    let defaults = try defaultsEdit(intent)
    var notes = [defaults.reason]
    var steps = defaults.changes.map { Step.replaceFile(path: $0.path, before: $0.before, after: $0.after) }
    let own = evidence.ownEntries(of: layout)
    if own.contains(where: \.usesKernelOptions) { steps += try kernelOptionsSteps(edit) }
    let entrySteps = try entrySteps(edit)
    steps += entrySteps
    if !entrySteps.isEmpty { notes.append(entryNote(entrySteps.count)) }
    if layout.kind != .blsKernelOptions {
      let (line, lineNotes) = try commandLineSteps(edit, changesOthers: !steps.isEmpty)
      steps += line
      notes += lineNotes
    }
    guard !defaults.changes.isEmpty else { return (steps, notes) }
    var (regeneration, warnings) = try regeneration(
      evidence.menuEntries(of: layout), present: [], absent: [])
    regeneration.readsLoaderEntries = true
    regeneration.shielded = layout.entryFolders + ["etc/kernel"]
    if let environment = evidence.grubEnvironment { regeneration.shielded.append(environment.path) }
    steps.append(.regenerate(regeneration))
    return (steps, notes + warnings)
  }

  /// `options` of this system's entries; those of other systems stay, byte for byte.
  func entrySteps(_ edit: ArgumentEdit) throws(GrubRefusal) -> [Step] {
    var steps: [Step] = []
    for entry in evidence.ownEntries(of: layout) {
      steps += replacement(entry.path, entry.bytes, try entry.applying(edit))
    }
    return steps
  }

  private func kernelOptionsSteps(_ edit: ArgumentEdit) throws(GrubRefusal) -> [Step] {
    guard let environment = evidence.grubEnvironment, environment.isWhole,
      let value = evidence.grubVariables(of: layout)("kernelopts")
    else {
      throw GrubRefusal(
        .unsafe, path: evidence.grubEnvironment?.path,
        "The boot entries take $kernelopts from grubenv, and grubenv is missing or damaged. Make it anew with "
          + "grub2-editenv create; then run \(evidence.configMaker?.name ?? "grub2-mkconfig").")
    }
    let after = try edit.applied(to: Array(value.utf8), in: environment.path)
    if after == Array(value.utf8) { return [] }
    guard let block = GrubEnvironment.setting("kernelopts", to: after.text, in: environment.bytes) else {
      throw GrubRefusal(
        .unsafe, path: environment.path,
        "The arguments do not fit: grubenv has 1024 bytes. Shorten kernelopts with grub2-editenv.")
    }
    return replacement(environment.path, environment.bytes, block)
  }

  private func entryNote(_ count: Int) -> String {
    let foreign = evidence.entries(of: layout).filter(\.isForeign).count
    let others =
      foreign == 0
      ? ""
      : " \(foreign) \(foreign == 1 ? "entry of another system stays as it is" : "entries of other systems stay as they are")."
    return
      "The arguments go into \(count) boot loader \(count == 1 ? "entry" : "entries") of this system directly, so that "
      + "arguments of single entries stay.\(others)"
  }
}
