import ChangeExecution
import ChangePlanning
import HostFiles
import HostModel
import HostSurvey

/// Plans a boot for trial on a host: looks, plans, and has GRUB's own reader try what GRUB is to read.
struct TrialPlanning {
  let root: HostRoot

  func plan(_ intent: ChangeIntent) throws(Refusal) -> ChangePlan {
    let host = surveyBoot(root)
    guard let planner = planner(host) else {
      let reason = host.bootLoader.unreadableReason ?? "no reason"
      throw Refusal(
        reason: "unreadable", detail: "/\(host.bootLoader.source) could not be read: \(reason).")
    }
    guard case .tryArguments(let arguments) = intent else { return try planner.clearing() }
    let plan = try planner.plan(trying: arguments)
    try prove(plan)
    return plan
  }

  /// The plan of another change of the kernel's arguments, which may settle a trial.
  func settling(_ plan: ChangePlan) -> ChangePlan { planner(surveyBoot(root))?.settling(plan) ?? plan }

  private func planner(_ host: HostEvidence) -> TrialPlanner? {
    host.bootLoader.value.map { TrialPlanner($0, host.bootTrial.value, running: host.commandLine.value) }
  }

  private func prove(_ plan: ChangePlan) throws(Refusal) {
    let check = GrubScriptCheck(root)
    for case .replaceFile(let path, let before, let after) in plan.steps where path.hasSuffix("/custom.cfg") {
      if let before, let fault = check.fault(in: before, named: path) {
        throw Refusal(reason: "broken", detail: "\(fault) Mend it first.")
      }
      if let after, let fault = check.fault(in: after, named: path) {
        throw Refusal(reason: "not-tried", detail: "\(fault) Nothing was changed.")
      }
    }
  }
}
