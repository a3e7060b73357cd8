import ArgumentParser
import Diagnosis
import DriverHandover
import Glibc
import HostFiles
import HostModel
import Reporting

/// How long a driver may take to let go of a device, or to take it.
struct DriverTimeLimit: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "How long a driver may take to let go of a device, or to take it, before it is given up.",
      valueName: "seconds"))
  var timeLimit = 30

  func validate() throws {
    guard (1...3600).contains(timeLimit) else {
      throw ValidationError("--time-limit takes a number of seconds from 1 to 3600")
    }
  }
}

/// Shows the plan, asks, does it, and says what came of it.
///
/// - Parameter prepare: what has to be done first, once it is decided.
func carryOut(
  _ report: HandoverReport, _ common: CommonOptions, _ change: ChangeOptions, _ limit: DriverTimeLimit,
  _ root: HostRoot, prepare: () -> Void = {}
) throws {
  let plan = common.json ? report.json.document : Array(report.text(style: common.style).utf8)
  if change.dryRun || report.rebindings.isEmpty || !report.obstacles.isEmpty {
    try writeToStandardOutput(plan)
    if !report.obstacles.isEmpty { throw ExitCode(ExitStatus.refused.rawValue) }
    return
  }
  if !common.quiet { complain(report.text(style: .plain).trimmingLineEnd) }
  guard try change.confirm("Do it?") else { return complain("Nothing was changed.") }
  prepare()
  let control = KernelHandoverControl(root, limit: limit.timeLimit * 1000)
  try withSignalsHeld { () throws(CommandError) in
    do throws(FailedHandover) {
      try handOver(report.rebindings, control) { rebinding in
        if common.verbose {
          complain("\(rebinding.device): letting go of \(rebinding.from.driver ?? "nothing")")
        }
      }
    } catch {
      throw CommandError(.failed, error.words(for: report.direction))
    }
  }
  let results = report.rebindings.map { ($0.device, control.binding(of: $0.device)) }
  try writeToStandardOutput(
    common.json ? report.resultJSON(results).document : Array(report.resultText(results).utf8))
}

/// Holds the signals that end a program while `body` runs: a group that is half here and half there
/// is no place to stop at. They count afterwards.
private func withSignalsHeld(_ body: () throws(CommandError) -> Void) throws(CommandError) {
  var held = sigset_t()
  var before = sigset_t()
  sigemptyset(&held)
  for signal in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] { sigaddset(&held, signal) }
  pthread_sigmask(SIG_BLOCK, &held, &before)
  defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
  try body()
}

extension FailedHandover {
  fileprivate func words(for direction: HandoverReport.Direction) -> String {
    let outcome =
      notGivenBack.isEmpty
      ? "everything is as it was"
      : "not given back: " + notGivenBack.map(\.description).joined(separator: "; ")
    return "\(direction.rawValue) failed: \(failure); \(outcome)"
  }
}

extension String {
  fileprivate var trimmingLineEnd: String { hasSuffix("\n") ? String(dropLast()) : self }
}

/// An owner's override, or the usage error that says what one looks like.
func readHandoverOverride(_ text: String) throws -> HandoverOverride {
  guard let override = HandoverOverride(text) else {
    throw ValidationError(
      "\"\(text)\" overrides nothing; give a device and a use, such as 0000:01:00.0=display")
  }
  return override
}
