import ArgumentParser
import ChangeExecution
import ChangePlanning
import HostFiles
import HostModel
import HostSurvey
import Reporting

/// `undo [CHANGE...]`: the way back.
struct UndoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "undo",
    abstract: "Put back what a change replaced; without a number, what the last one did.",
    discussion: """
      Files come back with their bytes, owner, mode, labels and times. A file that somebody else changed \
      since is never overwritten, and a change that a later one built on is undone with that one or not at all.

      Exit status: 4 done, and it counts after a reboot; 0 there was nothing to put back; 5 refused, with the \
      reason; 1 it failed, and the host is as it was.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var change: ChangeOptions

  @Flag(help: "Undo every change that still stands.")
  var all = false

  @Argument(help: "Numbers of changes, as history lists them.")
  var numbers: [Int] = []

  func validate() throws {
    if all && !numbers.isEmpty { throw ValidationError("--all undoes every change; name none besides") }
  }

  func run() throws {
    let root = try common.openRoot()
    let way = CarryingOut(common: common, change: change, root: root)
    let journal = Journal(root)
    let receipts = try chosen(journal)
    let intent = ChangeIntent.undo(receipts.map(\.number))
    let standing = receipts.filter(journal.stands)
    let plan: UndoPlan
    do throws(Refusal) {
      plan = try ChangeExecutor(root) { _ in }.undoPlan(for: standing)
    } catch { try way.refuse(error, intent) }
    guard !standing.isEmpty else {
      let words = receipts.isEmpty ? "There is no change to undo." : "Nothing of it stands any more."
      return try writeToStandardOutput(common.json ? plan.plan.json.document : Array((words + "\n").utf8))
    }
    try requireFreeDevices(plan.plan, way)
    try way.carryOut(plan)
  }

  /// The way back of a device is a handover like any other, and so is a guest's way back to a device.
  private func requireFreeDevices(_ plan: ChangePlan, _ way: CarryingOut) throws {
    let (rebindings, functions) = (plan.steps.rebindings, plan.steps.functionsForGuests)
    guard !rebindings.isEmpty || !functions.isEmpty else { return }
    let ground = HandoverGround(surveyDevices(way.root), way.root)
    if !functions.isEmpty, let obstacle = ground.obstacles(toGiving: functions).first {
      try way.refuse(Refusal(obstacle), plan.intent)
    }
    let obstacles = ground.obstacles(to: rebindings)
    let report = HandoverReport(
      rebindings.contains(where: \.isToVFIO) ? .detach : .reattach, groups: [], rebindings: rebindings,
      obstacles: obstacles)
    if let refusal = report.refusal { try way.refuse(refusal, plan.intent) }
  }

  private func chosen(_ journal: Journal) throws(CommandError) -> [Receipt] {
    let entries = try journal.readableEntries()
    guard !numbers.isEmpty else {
      let standing = entries.compactMap(\.receipt).filter(journal.stands)
      // What cannot be read may stand on all others: without its number named nothing is guessed.
      if case .unreadable(let number, let reason)? = all ? entries.first(where: \.isUnreadable) : entries.last
      {
        throw CommandError(
          .refused, "change \(number) cannot be read: \(reason); name the changes that are to be undone")
      }
      return all ? standing : standing.suffix(1)
    }
    var receipts: [Receipt] = []
    for number in Set(numbers).sorted() {
      switch entries.first(where: { $0.number == number }) {
      case .change(let receipt)?: receipts.append(receipt)
      case .unreadable(_, let reason)?:
        throw CommandError(.refused, "change \(number) cannot be undone: \(reason)")
      case nil:
        throw CommandError(.usage, "there is no change \(number); passthru-doctor history lists them")
      }
    }
    return receipts
  }
}

extension Journal.Entry {
  fileprivate var isUnreadable: Bool { receipt == nil }
}
