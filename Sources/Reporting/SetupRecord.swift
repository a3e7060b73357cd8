import ChangePlanning
import Diagnosis
import HostModel

/// What `setup` found and did, stage by stage.
package struct SetupRecord: Sendable {
  private struct StageRecord: Sendable {
    let stage: Stage
    let findings: [Finding]
    var changes: [JSON] = []
  }

  private var stages: [StageRecord] = []
  private var news: [JSON] = []
  private var outcome = Report.Outcome.undecided
  private var left: [SetupTask] = []
  private var isDryRun = false
  /// Something was changed in this run.
  package private(set) var hasChanges = false
  /// Something that was wanted is refused.
  package private(set) var isRefused = false
  /// Something was changed, now or earlier, that only a boot brings.
  package private(set) var needsReboot = false

  package init() {}

  /// The stage that the walk is at.
  package var stage: Stage { stages.last?.stage ?? .processor }

  /// What this boot made of changes that were made before it.
  package mutating func news(of changes: [EarlierChange], on evidence: HostEvidence) -> String {
    let outcomes = changes.compactMap { change in change.outcome(on: evidence).map { (change, $0) } }
    news = outcomes.map { change, outcome in
      .object([
        ("change", .number(change.number)), ("command", .string(change.command)),
        ("outcome", .string(outcome)),
      ])
    }
    guard !outcomes.isEmpty else { return "" }
    let lines = outcomes.map { "  change \($0.number) (\($0.command)): \($1)" }
    return "What this boot brought of the changes before it:\n" + printable(lines.joined(separator: "\n"))
      + "\n\n"
  }

  package mutating func enter(_ stage: Stage, _ report: Report) {
    stages.append(StageRecord(stage: stage, findings: report.findings.filter { $0.check.stage == stage }))
  }

  // MARK: Changes

  package mutating func plan(_ plan: ChangePlan) {
    needsReboot = needsReboot || plan.needsReboot
    add("planned", plan.intent, plan.json)
  }

  package mutating func done(_ plan: ChangePlan, _ number: Int) {
    needsReboot = needsReboot || plan.needsReboot
    hasChanges = true
    add("done", plan.intent, plan.json, number)
  }

  package mutating func decline(_ plan: ChangePlan) { add("declined", plan.intent, plan.json) }

  /// Nothing has to be written, though the finding is still there: it waits for a boot.
  package mutating func stands(_ plan: ChangePlan) {
    if case .addArguments = plan.intent { needsReboot = true }
    if case .tryArguments = plan.intent { needsReboot = true }
    if case .removeArguments = plan.intent { needsReboot = true }
    add("stands", plan.intent, plan.json)
  }

  package mutating func refuse(_ intent: ChangeIntent, _ refusal: Refusal) {
    isRefused = true
    add("refused", intent, ChangePlan.json(intent, refused: refusal))
  }

  private mutating func add(_ state: String, _ intent: ChangeIntent, _ plan: JSON, _ number: Int? = nil) {
    guard !stages.isEmpty else { return }
    stages[stages.count - 1].changes.append(
      .object([
        ("state", .string(state)), ("command", .string(intent.shellCommand)), ("change", JSON(number)),
        ("plan", plan),
      ]))
  }

  // MARK: The end

  package mutating func close(_ report: Report, isDryRun: Bool) {
    self.isDryRun = isDryRun
    outcome = report.outcome
    left = report.setupTasks
    if left.contains(where: { $0.doer == .reboot }) { needsReboot = true }
  }

  /// One sentence: what comes next.
  package func closing(_ style: TerminalStyle) -> String {
    let (sentence, color): (String, TerminalStyle.Color) =
      if isDryRun {
        (
          "A dry run: nothing was changed."
            + (needsReboot ? " After the reboot setup would go on from there." : ""), .cyan
        )
      } else if needsReboot {
        ("Restart the host now, then run passthru-doctor setup again.", .yellow)
      } else if outcome == .ready, !hasChanges {
        ("Ready: nothing had to be changed.", .green)
      } else if outcome == .ready {
        ("Ready: this host can hand PCI devices to guests.", .green)
      } else {
        (remainder, .red)
      }
    return "\n"
      + style.wrap(sentence, first: "", rest: "").map { style.paint($0, color) }.joined(separator: "\n")
      + "\n"
  }

  private var remainder: String {
    let own = left.filter { $0.doer == .person }.map { $0.finding.check.id }
    return "What is left is nothing that setup can do: \(own.joined(separator: ", ")). "
      + "passthru-doctor check tells the way."
  }

  package var json: JSON {
    .object([
      ("schema", .string("passthru-doctor/setup/1")), ("verdict", .string(outcome.rawValue)),
      ("needsReboot", .bool(needsReboot)), ("brought", .array(news)),
      (
        "stages",
        .array(
          stages.map { stage in
            .object([
              ("stage", .string(stage.stage.rawValue)), ("findings", .array(stage.findings.map(\.json))),
              ("changes", .array(stage.changes)),
            ])
          })
      ),
    ])
  }
}
