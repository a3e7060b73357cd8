import ChangePlanning
import Glibc
import HostFiles
import HostModel
import TestHosts
import Testing

@testable import ChangeExecution

/// A root directory to change and to undo in.
final class ChangedHost {
  let scratch: ScratchDirectory
  let root: HostRoot
  var executor: ChangeExecutor { ChangeExecutor(root) { _ in } }

  init() throws {
    scratch = try ScratchDirectory()
    scratch.directory("var/lib")
    scratch.file("etc/one", "one\n")
    root = try HostRoot(directory: scratch.path)
  }

  func text(_ path: String) throws -> String? { try root.bytes(at: path)?.text }

  /// Replaces files by the executor, as a command does.
  @discardableResult
  func change(_ files: [(String, String?)], command: String = "x=1") throws -> Receipt {
    try executor.apply(try plan(files, command: command))
  }

  func plan(_ files: [(String, String?)], command: String = "x=1") throws -> ChangePlan {
    let steps = try files.map { path, after in
      Step.replaceFile(path: path, before: try root.bytes(at: path), after: after.map { Array($0.utf8) })
    }
    return ChangePlan(
      intent: .addArguments([command], replacing: false), steps: steps, notes: [], needsReboot: true)
  }

  func undo(_ receipts: Receipt...) throws {
    try executor.undo(try executor.undoPlan(for: receipts))
  }

  func state(_ receipt: Receipt) throws -> Receipt.State? {
    try executor.journal.entries().first { $0.number == receipt.number }?.receipt?.state
  }

  /// Names in a directory but the journal's.
  func names(_ path: String) throws -> [String] { try root.names(in: path) ?? [] }
}
