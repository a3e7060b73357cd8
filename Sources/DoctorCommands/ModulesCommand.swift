import ArgumentParser
import ChangePlanning
import Diagnosis
import HostFiles
import HostModel
import HostSurvey
import Reporting

/// `modules`: the kernel modules that handing over takes.
struct ModulesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "modules",
    abstract: "Show the state of the vfio modules, or load them.",
    subcommands: [ModulesShowCommand.self, ModulesLoadCommand.self],
    defaultSubcommand: ModulesShowCommand.self)
}

/// `modules [show]`
struct ModulesShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show the state of the vfio modules, and what is in the way of each.")

  @OptionGroup var common: CommonOptions

  func run() throws {
    let report = ModulesReport(judgeModules(on: surveyModules(try common.openRoot())))
    try writeToStandardOutput(common.json ? report.json.document : Array(report.text(common.style).utf8))
  }
}

/// `modules load`
struct ModulesLoadCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "load",
    abstract: "Load the vfio modules, with what they depend on, their soft dependencies and options.",
    discussion: """
      Through libkmod, as modprobe does. A module that the configuration denies, that is not there, or \
      that a locked down kernel would refuse stops it before anything is loaded: exit status 1.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var change: ChangeOptions

  func run() throws {
    let root = try common.openRunningHost(to: "load a module")
    let way = CarryingOut(common: common, change: change, root: root)
    if !change.dryRun { try way.finishUnfinished() }
    let report = ModulesReport(judgeModules(on: surveyModules(root)))
    if change.dryRun || !report.obstacles.isEmpty || report.pending.isEmpty {
      let text = report.planText(common.style)
      try writeToStandardOutput(common.json ? report.planJSON.document : Array(text.utf8))
      if !change.dryRun, !report.obstacles.isEmpty {
        throw CommandError(.failed, "nothing was loaded")
      }
      return
    }
    try requireRoot(to: "load a module")
    if !common.quiet { complain(report.planText(.plain)) }
    guard try change.confirm("Load them?") else { throw CommandError(.failed, "nothing was changed") }
    let receipt = try way.apply(
      ChangePlan(
        intent: .loadModules, steps: report.pending.map { .loadModule($0.name) }, notes: [],
        needsReboot: false))
    let after = ModulesReport(judgeModules(on: surveyModules(root)))
    try writeToStandardOutput(common.json ? after.json.document : Array(after.text(common.style).utf8))
    if !common.quiet {
      complain("Done: change \(receipt.number). passthru-doctor undo takes it back, and so does a reboot.")
    }
    if let left = (after.pending + after.obstacles).first {
      throw CommandError(.failed, "\(left.name) was loaded without an error and is not there")
    }
  }
}
