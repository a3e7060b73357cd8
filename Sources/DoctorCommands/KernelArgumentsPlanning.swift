import ChangeExecution
import ChangePlanning
import HostFiles
import HostModel
import HostSurvey

/// Plans changes of kernel arguments on a host: looks, tries with the host's own shell, plans.
struct KernelArgumentsPlanning {
  let root: HostRoot

  func plan(_ intent: ChangeIntent) throws(Refusal) -> ChangePlan {
    let host = surveyBoot(root)
    guard let loader = host.bootLoader.value else {
      throw Refusal(
        reason: "unreadable",
        detail:
          "/\(host.bootLoader.source) could not be read: \(host.bootLoader.unreadableReason ?? "no reason").")
    }
    let layout = BootLayout(loader)
    guard layout.refusal == nil, layout.readsDefaults, let files = loader.defaultsFiles(dialect: .dash) else {
      return try planner(loader, host, sourced: nil).plan(intent)
    }
    let check = SourcingCheck(root, interpreter: loader.interpreter)
    let before = try values(of: files, check)
    let plan = try planner(loader, host, sourced: before.map(SourcedValues.init)).plan(intent)
    try prove(plan, files, before, check)
    return plan
  }

  private func planner(
    _ loader: BootLoaderEvidence, _ host: HostEvidence, sourced: SourcedValues?
  ) -> KernelArgumentsPlanner {
    KernelArgumentsPlanner(
      loader, sourced: sourced, running: host.commandLine.value,
      ownsCommandLine: loader.kernelCommandLine != nil && Journal(root).owns(KernelCommandLineFile.path))
  }

  /// Nil where no shell could be asked and reading alone proves the values.
  private func values(
    of files: GrubDefaultsFiles, _ check: SourcingCheck
  ) throws(Refusal) -> SourcingCheck.Values? {
    do throws(SourcingCheck.Failure) {
      return try check.values(of: files)
    } catch {
      // What reading alone refuses has line and column; the shell's own words come second.
      let reading: GrubDefaultsReading
      do throws(GrubRefusal) { reading = try GrubDefaultsReading(files) } catch { throw Refusal(error) }
      if case .notAsked = error, reading.unproven.isEmpty { return nil }
      if case .notAsked = error { throw Refusal(reason: "not-tried", detail: error.description) }
      throw Refusal(reason: "broken", detail: error.description)
    }
  }

  /// The shell must say the same of the new files, but for what was asked for.
  private func prove(
    _ plan: ChangePlan, _ files: GrubDefaultsFiles, _ before: SourcingCheck.Values?,
    _ check: SourcingCheck
  ) throws(Refusal) {
    let changes = plan.steps.compactMap { step -> GrubDefaultsEdit.Change? in
      guard case .replaceFile(let path, let before, let after) = step,
        path.hasPrefix(GrubDefaultsFiles.mainPath)
      else {
        return nil
      }
      return GrubDefaultsEdit.Change(path: path, before: before, after: after)
    }
    guard let before, !changes.isEmpty else { return }
    guard var after = try values(of: files.applying(changes), check) else { return }
    var expected = before
    let names = ["GRUB_CMDLINE_LINUX", "GRUB_CMDLINE_LINUX_DEFAULT"]
    let isAsWanted = names.allSatisfy { isWanted(plan.intent, $0, before[$0], after[$0]) }
    for name in names {
      after[name] = nil
      expected[name] = nil
    }
    if after != expected, let again = try values(of: files, check) {
      // A date, or a number by chance: what differs without the change is not its doing.
      for name in expected.keys where again[name] != before[name] {
        after[name] = nil
        expected[name] = nil
      }
    }
    guard isAsWanted, after == expected else {
      throw Refusal(
        reason: "unsafe",
        detail: "Tried with the shell, the change does more or less than what was asked for. Edit "
          + "/etc/default/grub by hand.")
    }
  }

  private func isWanted(_ intent: ChangeIntent, _ name: String, _ before: [UInt8]?, _ after: [UInt8]?) -> Bool
  {
    let old = KernelCommandLine(parsing: before ?? []).parameters.map(\.text)
    let new = KernelCommandLine(parsing: after ?? []).parameters.map(\.text)
    switch intent {
    case .addArguments(let arguments, let replacing):
      guard name == "GRUB_CMDLINE_LINUX" else {
        return replacing ? new.allSatisfy(old.contains) : before == after
      }
      let added = arguments.filter { !old.contains($0) }
      if replacing {
        return arguments.allSatisfy(new.contains) && new.allSatisfy { (old + added).contains($0) }
      }
      return new == old + added.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    case .removeArguments(let arguments):
      return new.filter { !arguments.contains($0) } == old.filter { !arguments.contains($0) }
    default:
      return before == after
    }
  }
}
