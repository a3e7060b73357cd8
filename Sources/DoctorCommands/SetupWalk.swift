import ChangeExecution
import ChangePlanning
import Diagnosis
import HostFiles
import HostModel
import HostSurvey
import Reporting

/// The walk of `setup`: at each stage, what the report asks for, by the same plans and the same executor
/// as the single commands. It keeps no state: what was done is seen on the host and in its journal.
struct SetupWalk {
  let way: CarryingOut
  /// Devices or groups that were chosen on the command line.
  let wishes: [DeviceTarget]
  let overrides: [UseOverride]
  let skipped: Set<Stage>
  /// Whether new kernel arguments are for one boot first.
  let isTrying: Bool

  /// What was found, planned and done, for programs.
  private(set) var record = SetupRecord()
  private var evidence: HostEvidence
  private var report: Report

  init(
    _ way: CarryingOut, wishes: [DeviceTarget], overrides: [UseOverride], skipped: Set<Stage>, isTrying: Bool
  ) {
    self.way = way
    self.wishes = wishes
    self.overrides = overrides
    self.skipped = skipped
    self.isTrying = isTrying
    evidence = surveyHost(way.root)
    report = Report(on: evidence)
  }

  private var root: HostRoot { way.root }
  private var isDryRun: Bool { way.change.dryRun }

  /// Goes through the stages and tells of each. Where nobody can be told any more, nothing more is begun; what
  /// was changed until then stands, and the exit status says so.
  mutating func walk() throws {
    do {
      try walkStages()
      if way.common.json { try write(record.json.document) }
    } catch let lost as OutputLost {
      complain("passthru-doctor: \(lost.error)")
      complain("Nothing more is begun. What was changed stands: passthru-doctor history lists it.")
      record.close(report, isDryRun: isDryRun)
    }
  }

  private mutating func walkStages() throws {
    try say(record.news(of: earlierChanges(), on: evidence))
    for stage in Stage.allCases {
      record.enter(stage, report)
      try say(report.text(of: stage, way.common.style, way.common.verbosity))
      guard !skipped.contains(stage) else {
        try say("  --skip: left as it is.\n")
        continue
      }
      for intent in try intents(at: stage) { try pursue(intent) }
    }
    record.close(report, isDryRun: isDryRun)
    try say(record.closing(way.common.style))
  }

  /// Nil: the program ends with 0.
  var exitStatus: ExitStatus? {
    if isDryRun { return nil }
    if record.isRefused { return .refused }
    if record.needsReboot { return .rebootNeeded }
    switch report.outcome {
    case .ready: return nil
    case .notReady: return .failed
    case .undecided: return .undecided
    }
  }

  // MARK: What is wanted

  private func intents(at stage: Stage) throws -> [ChangeIntent] {
    if stage == .devices { return try choice() }
    let intents = report.setupTasks.filter { $0.finding.check.stage == stage }
      .flatMap { task -> [ChangeIntent] in if case .program(let intents) = task.doer { intents } else { [] } }
      .withPackagesTogether
    guard isTrying, stage == .kernel else { return intents }
    guard !report.trialFellBack else {
      try say("  Tried, and the host fell back: not tried again. See boot.trial below.\n")
      return []
    }
    return intents.onTrial
  }

  /// What is to be bound at boot: as the command line says, or as somebody at the terminal does.
  private func choice() throws -> [ChangeIntent] {
    let words = overrides.map { "\($0.address)=\($0.kind.rawValue)" }
    guard evidence.iommuGroups.value?.isEmpty == false else {
      if !wishes.isEmpty { try say("  The choice waits for the IOMMU: run setup again after the reboot.\n") }
      return []
    }
    if !wishes.isEmpty { return [.bind(wishes.map(\.description), overrides: words)] }
    guard evidence.bindings.value?.groups.isEmpty ?? true else { return [] }
    let offers = SetupOffers(PCIIndex(evidence), root)
    try say(offers.text(way.common.style))
    guard !offers.groups.isEmpty, !isDryRun, !way.change.yes else { return [] }
    let chosen = try way.change.choose(
      "Which shall go to guests (numbers, or nothing)?", from: offers.groups)
    return chosen.isEmpty ? [] : [.bind(chosen.map { "group:\($0.group.id)" }, overrides: words)]
  }

  // MARK: Doing it

  private mutating func pursue(_ intent: ChangeIntent) throws {
    let plan: ChangePlan
    do throws(Refusal) {
      plan = try planChange(intent, on: root, mayRefresh: !isDryRun)
    } catch {
      record.refuse(intent, error)
      return try say(
        "  Refused (\(error.reason)): \(error)\n" + (error.override.map { "  \($0) overrides this\n" } ?? ""))
    }
    guard !plan.steps.isEmpty else {
      record.stands(plan)
      return try say(
        intent.isBinding ? "" : "  \(intent.command): stands already, and counts after a reboot.\n")
    }
    if isDryRun || !way.change.yes || !way.common.quiet { try say(plan.text(way.common.style).text) }
    guard !isDryRun else { return record.plan(plan) }
    guard try way.change.confirm("Do this?") else {
      record.decline(plan)
      return try say("  Left as it is.\n")
    }
    let receipt = try way.apply(plan)
    evidence = surveyHost(way.root)
    report = Report(on: evidence)
    record.done(plan, receipt.number)
    let count = plan.needsReboot ? " It counts after a reboot." : ""
    try say("  Done: change \(receipt.number).\(count)\n")
    try say(report.text(of: record.stage, way.common.style, .quiet))
  }

  /// Changes of the journal that a boot has decided about since.
  private func earlierChanges() -> [EarlierChange] {
    guard root.isRunningHost, let booted = surveyBootTime(root) else { return [] }
    let receipts = ((try? Journal(root).entries()) ?? []).compactMap(\.receipt)
    return receipts.filter { $0.state == .done && $0.time < booted }
      .map { EarlierChange(number: $0.number, command: $0.command) }
  }

  private func say(_ text: String) throws {
    if !way.common.json, !text.isEmpty { try write(Array(text.utf8)) }
  }

  /// Standard output failed after something had been changed.
  private struct OutputLost: Error { let error: CommandError }

  private func write(_ bytes: [UInt8]) throws {
    do throws(CommandError) {
      try writeToStandardOutput(bytes)
    } catch {
      guard record.hasChanges else { throw error }
      throw OutputLost(error: error)
    }
  }
}

extension ChangeIntent {
  fileprivate var isBinding: Bool { if case .bind = self { true } else { false } }
}
