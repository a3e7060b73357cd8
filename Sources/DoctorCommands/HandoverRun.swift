import ArgumentParser
import ChangeExecution
import ChangePlanning
import Diagnosis
import HostFiles
import HostModel
import PCISurvey
import Reporting

/// How long a driver may take to let go of a device, or to take it.
struct DriverTimeLimit: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "How long a driver may take to let go of a device, or to take it, before it is given up.",
      valueName: "seconds"))
  var timeLimit = usual

  static let usual = 30

  func validate() throws {
    guard (1...3600).contains(timeLimit) else {
      throw ValidationError("--time-limit takes a number of seconds from 1 to 3600")
    }
  }
}

/// `detach` and `reattach` from what was planned on: shows it, asks, does it, and says what came of it.
struct HandoverRun {
  let way: CarryingOut
  /// The targets as they were named.
  let targets: [DeviceTarget]

  init(
    _ common: CommonOptions, _ change: ChangeOptions, _ limit: DriverTimeLimit, _ targets: TargetArguments,
    _ root: HostRoot
  ) {
    way = CarryingOut(common: common, change: change, root: root, driverLimit: limit.timeLimit)
    self.targets = targets.targets
  }

  func carryOut(_ report: HandoverReport) throws {
    let common = way.common
    let intent = ChangeIntent.handOver(targets.map(\.description), toVFIO: report.direction == .detach)
    let plan = ChangePlan(
      intent: intent, steps: report.rebindings.map(Step.rebind), notes: [], needsReboot: false)
    if let refusal = report.refusal {
      let json = ChangePlan.json(intent, refused: refusal)
      try writeToStandardOutput(common.json ? json.document : Array(report.text(style: common.style).utf8))
      throw ExitCode(ExitStatus.refused.rawValue)
    }
    if way.change.dryRun || plan.steps.isEmpty {
      return try writeToStandardOutput(
        common.json ? plan.json.document : Array(report.text(style: common.style).utf8))
    }
    if !common.quiet { complain(report.text(style: .plain).trimmingLineEnd) }
    guard try way.change.confirm("Do it?") else { return complain("Nothing was changed.") }
    let receipt = try way.apply(plan)
    let results = report.rebindings.map { ($0.device, surveyPCIDevice($0.device, way.root)?.binding) }
    let note = "Done: change \(receipt.number). passthru-doctor undo takes it back, and so does a reboot.\n"
    try writeToStandardOutput(
      common.json
        ? report.resultJSON(results).document : Array((report.resultText(results) + note).utf8))
  }
}

/// An owner's override, or the usage error that says what one looks like.
func readHandoverOverride(_ text: String) throws -> HandoverOverride {
  guard let override = HandoverOverride(text) else {
    throw ValidationError(
      "\"\(text)\" overrides nothing; give a device and a use, such as 0000:01:00.0=display")
  }
  return override
}

extension String {
  fileprivate var trimmingLineEnd: String { hasSuffix("\n") ? String(dropLast()) : self }
}
