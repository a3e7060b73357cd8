import ChangeExecution
import ChangePlanning
import HostFiles
import HostModel

/// Plans what the host's own package manager and systemd are asked for.
struct SoftwarePlanning {
  let root: HostRoot
  /// Whether the package manager may fetch new lists of packages when the old ones do not do.
  var mayRefresh = false

  func plan(_ intent: ChangeIntent) throws(Refusal) -> ChangePlan {
    switch intent {
    case .install(let asked): try installation(asked, intent)
    case .enable(let unit):
      ChangePlan(intent: intent, steps: [.enable(unit: unit)], notes: [], needsReboot: false)
    default: ChangePlan(intent: intent, steps: [], notes: [], needsReboot: false)
    }
  }

  private func installation(_ asked: PackageInstallation, _ intent: ChangeIntent) throws(Refusal)
    -> ChangePlan
  {
    guard root.directoryPath != nil else {
      throw Refusal(
        reason: "recorded-host", detail: "Which packages this brings, only the host's package manager tells.",
        steps: [asked.command])
    }
    let preview: PackagePreview
    do throws(ChangeFailure) {
      preview = try PackageInstaller(root, asked.manager, progress: complain)
        .preview(asked.names, refreshing: mayRefresh)
    } catch {
      throw Refusal(
        reason: "not-installable", detail: error.reason,
        steps: [asked.manager.refreshCommand?.joined(separator: " "), asked.command].compactMap(\.self))
    }
    guard preview.removes.isEmpty else {
      throw Refusal(
        reason: "would-remove",
        detail: "Installing these would remove \(preview.removes.joined(separator: ", ")).",
        steps: [asked.command])
    }
    let upgrades =
      preview.upgrades.isEmpty
      ? []
      : ["It upgrades \(preview.upgrades.joined(separator: ", ")), which undo leaves at the new version."]
    let step = Step.install(SoftwareInstallation(asked, brings: preview.installs))
    return ChangePlan(
      intent: intent, steps: preview.installs.isEmpty ? [] : [step], notes: upgrades, needsReboot: false)
  }
}
