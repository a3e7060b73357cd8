import ArgumentParser
import ChangePlanning
import HostFiles
import HostModel
import HostSurvey

/// A change from its intent to its end, as the commands that mean one change make it.
func makeChange(_ intent: ChangeIntent, _ common: CommonOptions, _ options: ChangeOptions) throws {
  let root = try common.openRoot()
  let way = CarryingOut(common: common, change: options, root: root)
  try way.finishUnfinished()
  let plan: ChangePlan
  do throws(Refusal) { plan = try planChange(intent, on: root) } catch { try way.refuse(error, intent) }
  try way.carryOut(plan, to: "change this host")
}

/// The plan for an intent on a host as it is now, by the planner of its kind.
///
/// - Parameter mayRefresh: whether a package manager may fetch new lists of packages.
func planChange(
  _ intent: ChangeIntent, on root: HostRoot, mayRefresh: Bool = false
) throws(Refusal) -> ChangePlan {
  switch intent {
  case .addArguments, .removeArguments:
    TrialPlanning(root: root).settling(try KernelArgumentsPlanning(root: root).plan(intent))
  case .tryArguments, .clearTrial: try TrialPlanning(root: root).plan(intent)
  case .bind, .unbind: withEntryWithoutBinding(try BindingPlanning(root: root).plan(intent), on: root)
  case .install, .enable: try SoftwarePlanning(root: root, mayRefresh: mayRefresh).plan(intent)
  case .attach, .detach, .undo, .handOver, .loadModules:
    throw Refusal(
      reason: "no-plan",
      detail: "Guests, this boot's drivers and the way back are planned by their own commands.")
  }
}

private func withEntryWithoutBinding(_ plan: ChangePlan, on root: HostRoot) -> ChangePlan {
  guard let loader = surveyBoot(root).bootLoader.value else { return plan }
  return EntryWithoutBinding(loader, hasScript: root.exists(EntryWithoutBinding.scriptPath)).adding(to: plan)
}
