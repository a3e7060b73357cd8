import ChangePlanning
import HostFiles
import HostModel

/// Runs the distribution's own tool and looks whether it did what was wanted.
struct ToolRunner {
  let root: HostRoot
  let run: ToolRun
  let progress: (String) -> Void

  /// rpm-ostree makes a deployment, sdbootutil asks a TPM: minutes.
  private static let secondsLimit = 900

  func run(in transaction: inout Transaction) throws(ChangeFailure) {
    var before: [ToolReversal.File] = []
    do throws(HostFileError) {
      for path in run.writes {
        before.append(
          ToolReversal.File(
            path: path, bytes: try root.bytes(at: path), metadata: try root.metadata(at: path)))
      }
    } catch { throw ChangeFailure(error) }
    transaction.willRun(ToolReversal(runner: self, before: before))
    _ = try execute(run.command)
    try prove()
  }

  /// What a command prints; throws where it fails.
  func execute(_ command: [String]) throws(ChangeFailure) -> [UInt8] {
    guard let directory = root.directoryPath, let program = command.first else {
      throw ChangeFailure("A recorded host cannot be changed.")
    }
    let name = ToolRun.text(command)
    progress("running \(name)")
    let confined = ConfinedProgram(
      root: directory, isReadOnly: false, arguments: ["/" + program] + command.dropFirst(),
      secondsLimit: Self.secondsLimit)
    let outcome: ConfinedProgram.Outcome
    do throws(ConfinedProgram.Failure) {
      outcome = try confined.run(
        onError: { piece in for line in piece.lines { progress("  " + line.text) } },
        onWait: { seconds in progress("  at work (\(seconds) s)") })
    } catch { throw ChangeFailure("\(name): \(error.description).") }
    guard outcome.status == 0 else {
      let last = outcome.errors.lines.last { !$0.trimmed.isEmpty }?.text ?? "it said nothing"
      throw ChangeFailure("\(name) ended with status \(outcome.status): \(last)")
    }
    return outcome.output
  }

  private func prove() throws(ChangeFailure) {
    switch run.proof {
    case .exitStatus: return
    case .output(let command):
      if let fault = run.fault(inOutput: try execute(command), of: command) { throw ChangeFailure(fault) }
    case .files:
      for path in run.writes {
        let bytes: [UInt8]?
        do throws(HostFileError) { bytes = try root.bytes(at: path) } catch { throw ChangeFailure(error) }
        guard let bytes else { throw ChangeFailure("\(ToolRun.text(run.command)) removed /\(path).") }
        if let fault = run.fault(in: bytes, of: path) { throw ChangeFailure(fault) }
      }
    }
  }
}

/// The way back from a tool's work, within the same change.
struct ToolReversal {
  struct File {
    let path: String
    let bytes: [UInt8]?
    let metadata: FileMetadata?
  }

  let runner: ToolRunner
  let before: [File]

  /// The files that it wrote as they were; then, where it follows files or wrote none that can be seen,
  /// its own way back.
  func reverse() throws(ChangeFailure) {
    do throws(HostFileError) {
      for file in before where try runner.root.bytes(at: file.path) != file.bytes {
        try runner.root.exchange(file.path, with: file.bytes, metadata: file.metadata, keepingTimes: true)
      }
    } catch { throw ChangeFailure(error) }
    if runner.run.spreadsFiles || before.isEmpty { _ = try runner.execute(runner.run.inverse) }
  }
}
