import HostModel

/// `bind` gives GRUB's menu an entry without early binding for each kernel, where it has none yet:
/// etc/grub.d/42_passthru writes them when grub-mkconfig runs.
package struct EntryWithoutBinding: Sendable {
  package static let scriptPath = "etc/grub.d/42_passthru"

  let loader: BootLoaderEvidence
  let layout: BootLayout
  /// Whether the script is there.
  let hasScript: Bool

  package init(_ loader: BootLoaderEvidence, hasScript: Bool) {
    self.loader = loader
    layout = BootLayout(loader)
    self.hasScript = hasScript
  }

  /// The plan of `bind`, with the menu made anew at its end.
  package func adding(to plan: ChangePlan) -> ChangePlan {
    guard hasScript, case .bind = plan.intent, !plan.steps.isEmpty else { return plan }
    let entries = loader.entries(of: layout)
    guard !entries.contains(where: { !$0.isForeign && $0.arguments.contains("rd.passthru=0") }) else {
      return plan
    }
    var plan = plan
    guard layout.refusal == nil, layout.isClassic, loader.unmountedMounts.isEmpty,
      let maker = loader.configMaker,
      let path = layout.configPath
    else {
      if layout.loader == .grub {
        plan.notes.append(
          "The boot menu gets entries without early binding when its configuration is next made anew.")
      }
      return plan
    }
    plan.notes.append("The boot menu gets an entry without early binding for each kernel, at its end.")
    plan.steps.append(
      .regenerate(
        GrubRegeneration(
          program: maker.path, options: [], configPath: path, entriesBefore: entries, present: [], absent: [])
      ))
    return plan
  }
}
