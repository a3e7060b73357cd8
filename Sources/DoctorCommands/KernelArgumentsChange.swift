import ArgumentParser
import ChangeExecution
import ChangePlanning
import HostFiles
import HostModel
import HostSurvey
import Reporting

/// What `kargs add` and `kargs remove` do alike: look, try with the shell, plan, show, ask, carry out.
struct KernelArgumentsChange {
  let common: CommonOptions
  let change: ChangeOptions

  init(_ common: CommonOptions, _ change: ChangeOptions) {
    self.common = common
    self.change = change
  }

  func run(_ intent: ChangeIntent) throws {
    let root = try common.openRoot()
    let way = CarryingOut(common: common, change: change, root: root)
    try way.finishUnfinished()
    let plan: ChangePlan
    do throws(Refusal) {
      plan = try self.plan(intent, on: root)
    } catch { try way.refuse(error, intent) }
    try way.carryOut(plan, to: "change kernel arguments")
  }

  // MARK: Planning

  private func plan(_ intent: ChangeIntent, on root: HostRoot) throws(Refusal) -> ChangePlan {
    let host = surveyBoot(root)
    guard let loader = host.bootLoader.value else {
      throw Refusal(
        reason: "unreadable",
        detail:
          "/\(host.bootLoader.source) could not be read: \(host.bootLoader.unreadableReason ?? "no reason").")
    }
    guard BootLayout(loader).refusal == nil, let files = loader.defaultsFiles(dialect: .dash) else {
      return try KernelArgumentsPlanner(loader, sourced: nil).plan(intent)
    }
    // What reading alone refuses has line and column; the shell's own words come second.
    do throws(GrubRefusal) { _ = try GrubDefaultsReading(files) } catch { throw Refusal(error) }
    let before = try values(of: files, root)
    let plan = try KernelArgumentsPlanner(loader, sourced: before.map(SourcedValues.init)).plan(intent)
    try prove(plan, files, before, root)
    return plan
  }

  /// Nil where no shell could be asked and reading alone proves the values.
  private func values(of files: GrubDefaultsFiles, _ root: HostRoot) throws(Refusal) -> SourcingCheck.Values?
  {
    do throws(SourcingCheck.Failure) {
      return try SourcingCheck(root).values(of: files)
    } catch {
      if case .notAsked = error, let reading = try? GrubDefaultsReading(files), reading.unproven.isEmpty {
        return nil
      }
      if case .notAsked = error { throw Refusal(reason: "not-tried", detail: error.description) }
      throw Refusal(reason: "broken", detail: error.description)
    }
  }

  /// The shell must say the same of the new files, but for what was asked for.
  private func prove(
    _ plan: ChangePlan, _ files: GrubDefaultsFiles, _ before: SourcingCheck.Values?, _ root: HostRoot
  ) throws(Refusal) {
    let changes = plan.steps.compactMap { step -> GrubDefaultsEdit.Change? in
      guard case .replaceFile(let path, let before, let after) = step else { return nil }
      return GrubDefaultsEdit.Change(path: path, before: before, after: after)
    }
    guard let before, !changes.isEmpty else { return }
    guard var after = try values(of: files.applying(changes), root) else { return }
    var expected = before
    let names = ["GRUB_CMDLINE_LINUX", "GRUB_CMDLINE_LINUX_DEFAULT"]
    let isAsWanted = names.allSatisfy { isWanted(plan.intent, $0, before[$0], after[$0]) }
    for name in names {
      after[name] = nil
      expected[name] = nil
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
    case .bind, .unbind, .undo:
      return before == after
    }
  }
}
