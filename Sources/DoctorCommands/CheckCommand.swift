import ArgumentParser
import Diagnosis
import HostFiles
import HostModel
import HostSurvey
import Reporting

/// `check`: the staged health report.
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Report, stage by stage, whether this host can hand PCI devices to guests.",
    discussion: """
      Exit status: 0 ready; 1 not ready; 2 usage; 3 undecided, because something needed could not be \
      measured (run it as root). A warning does not change the verdict.
      """)

  @OptionGroup var common: CommonOptions

  @Option(
    help: ArgumentHelp("Make only this check (may be given more than once).", valueName: "id"),
    completion: .list(allChecks.map { $0.id }))
  var only: [String] = []

  @Option(
    help: ArgumentHelp(
      "Make only the checks of this stage (may be given more than once).", valueName: "stage"),
    completion: .list(Stage.allCases.map(\.rawValue)))
  var stage: [String] = []

  @Flag(help: "List the checks and look at nothing.")
  var list = false

  func validate() throws {
    for id in only where !allChecks.contains(where: { $0.id == id }) {
      throw ValidationError("there is no check \"\(id)\"; passthru-doctor check --list names them")
    }
    for name in stage where Stage(rawValue: name) == nil {
      let names = Stage.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("there is no stage \"\(name)\"; the stages are \(names)")
    }
  }

  func run() throws {
    let checks = selectedChecks
    if list {
      let bytes =
        common.json
        ? checkListJSON(checks).document : Array(checkListText(checks, style: common.style).utf8)
      return try writeToStandardOutput(bytes)
    }
    let root = try common.openRoot()
    let evidence = surveyHost(root)
    let report = Report(on: evidence, checks: checks)
    if common.json {
      let index = PCIIndex(evidence)
      let listing = DeviceListing(of: evidence.pciDevices.value ?? [], uses: index.uses, root)
      let document = report.json(
        on: evidence, groups: .array(index.judgements.map(\.json)), devices: listing.devicesJSON)
      try writeToStandardOutput(document.document)
    } else {
      let text = report.text(on: evidence, style: common.style, verbosity: common.verbosity)
      try writeToStandardOutput(Array(text.utf8))
    }
    if let status = report.outcome.exitStatus { throw ExitCode(status.rawValue) }
  }

  private var selectedChecks: [any Check.Type] {
    allChecks.filter { check in
      (only.isEmpty || only.contains(check.id)) && (stage.isEmpty || stage.contains(check.stage.rawValue))
    }
  }
}

extension Report.Outcome {
  /// Nil for ready: the program ends with 0 by itself.
  fileprivate var exitStatus: ExitStatus? {
    switch self {
    case .ready: nil
    case .notReady: .failed
    case .undecided: .undecided
    }
  }
}
