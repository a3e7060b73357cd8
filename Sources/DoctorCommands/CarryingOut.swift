import ArgumentParser
import ChangeExecution
import ChangePlanning
import HostFiles
import HostModel
import Reporting

/// How a plan of any command is shown, asked about, carried out and told of: the same for all.
struct CarryingOut {
  let common: CommonOptions
  let change: ChangeOptions
  let root: HostRoot
  /// Seconds for one driver to let go of a device, or to take it.
  var driverLimit = DriverTimeLimit.usual

  private var executor: ChangeExecutor {
    let isQuiet = common.quiet
    return ChangeExecutor(root, driverLimit: driverLimit * 1000) { line in if !isQuiet { complain(line) } }
  }

  /// Says why there is no plan, in the form that was asked for.
  func refuse(_ refusal: Refusal, _ intent: ChangeIntent) throws -> Never {
    if common.json { try writeToStandardOutput(ChangePlan.json(intent, refused: refusal).document) }
    let way = refusal.override.map { "\n\($0) overrides this" } ?? ""
    throw CommandError(.refused, "refused (\(refusal.reason)): \(refusal)\(way)")
  }

  /// Carries a plan out, once it was shown and somebody agreed. `purpose` goes on from "to".
  ///
  /// - Parameter words: lines that are said before the number of the change, each with its line end.
  func carryOut(_ plan: ChangePlan, to purpose: String, saying words: String = "") throws {
    guard try agreed(plan, to: purpose) else { return }
    let receipt = try apply(plan)
    let count = plan.needsReboot ? "It counts after a reboot; " : ""
    try tell(plan, words + "Done: change \(receipt.number). \(count)passthru-doctor undo takes it back.")
  }

  /// Carries out what was agreed to.
  func apply(_ plan: ChangePlan) throws(CommandError) -> Receipt {
    try done { executor throws(ChangeFailure) in try executor.apply(plan) }
  }

  /// Whether this root can be written to, by this user. `purpose` goes on from "to".
  func requireChangeable(to purpose: String) throws(CommandError) {
    guard root.directoryPath != nil else {
      throw CommandError(.usage, "a recorded host cannot be changed; --dry-run shows what would be done")
    }
    if root.isRunningHost { try requireRoot(to: purpose) }
  }

  /// The same for the way back.
  func carryOut(_ undo: UndoPlan) throws {
    guard !undo.plan.steps.isEmpty || change.dryRun else {
      // Nothing of it is there: only the journal does not know yet.
      if root.isRunningHost { try requireRoot(to: "undo a change") }
      try done { executor throws(ChangeFailure) in try executor.undo(undo) }
      return try tell(undo.plan, "Nothing had to be put back: the host is as it was before.")
    }
    guard try agreed(undo.plan, to: "undo a change") else { return }
    try done { executor throws(ChangeFailure) in try executor.undo(undo) }
    let numbers = undo.receipts.map { String($0.number) }.joined(separator: ", ")
    try tell(
      undo.plan,
      "Undone: change\(undo.receipts.count == 1 ? "" : "s") \(numbers)."
        + (undo.plan.needsReboot ? " It counts after a reboot." : ""))
  }

  /// Finishes what a power cut or a kill has left, before anything is planned: a plan must not build
  /// on a host in the middle. A dry run only says so.
  func finishUnfinished() throws {
    let unfinished: [Receipt]
    do throws(ChangeFailure) {
      unfinished = try executor.unfinished()
    } catch {
      guard change.dryRun else { throw CommandError(.failed, error.reason) }
      return complain("Whether a change was cut short before is not known: \(error.reason)")
    }
    for receipt in unfinished.reversed() {
      let change = "Change \(receipt.number) (\(receipt.command)) was cut short"
      if self.change.dryRun {
        complain(
          "\(change). It is put back first when this is carried out, and then the plan may be another one.")
        continue
      }
      if root.isRunningHost { try requireRoot(to: "finish a change that was cut short") }
      if executor.isComplete(receipt) {
        try done { executor throws(ChangeFailure) in try executor.complete(receipt) }
        complain("\(change) when it was complete already.")
        continue
      }
      let undo: UndoPlan
      do throws(Refusal) {
        undo = try executor.undoPlan(for: [receipt])
      } catch {
        throw CommandError(.refused, "\(change), and it cannot be put back as it is: \(error)")
      }
      guard try self.change.confirm("\(change). Put back first what it replaced?") else {
        throw CommandError(.failed, "nothing was changed")
      }
      try done { executor throws(ChangeFailure) in try executor.undo(undo) }
      complain("\(change); what it replaced is back in its place.")
    }
  }

  /// False when the plan was only to be shown, or has nothing to do.
  private func agreed(_ plan: ChangePlan, to purpose: String) throws -> Bool {
    if change.dryRun || plan.steps.isEmpty {
      try writeToStandardOutput(common.json ? plan.json.document : plan.text(common.style))
      return false
    }
    try requireChangeable(to: purpose)
    if !change.yes {
      complain(plan.text(common.style).text)
      guard try change.confirm("Do this?") else { throw CommandError(.failed, "nothing was changed") }
    }
    return true
  }

  @discardableResult
  private func done<Result>(_ work: (ChangeExecutor) throws(ChangeFailure) -> Result) throws(CommandError)
    -> Result
  {
    do throws(ChangeFailure) {
      return try work(executor)
    } catch {
      throw CommandError(.failed, "\(error.reason)\(error.isHostUnchanged ? "\nThe host is as it was." : "")")
    }
  }

  private func tell(_ plan: ChangePlan, _ words: String) throws {
    do throws(CommandError) {
      try writeToStandardOutput(common.json ? plan.json.document : Array((words + "\n").utf8))
    } catch {
      // The change is made all the same, and the status says so.
      complain("passthru-doctor: \(error)")
    }
    if plan.needsReboot { throw ExitCode(ExitStatus.rebootNeeded.rawValue) }
  }
}
