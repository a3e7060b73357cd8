import ArgumentParser
import ChangeExecution
import HostFiles
import HostModel
import Reporting

/// `history`: what was changed.
struct HistoryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history", abstract: "List what passthru-doctor changed on this host.")

  @OptionGroup var common: CommonOptions

  func run() throws {
    let root = try common.openRoot()
    let receipts: [Receipt]
    do throws(HostFileError) {
      receipts = try Journal(root).receipts()
    } catch {
      throw CommandError(.usage, "\(error)")
    }
    guard common.json else {
      let lines = receipts.map { receipt in
        "\(receipt.number)  \(receipt.time)  \(receipt.state.rawValue)  \(receipt.command)"
      }
      let text = lines.isEmpty ? "Nothing was changed.\n" : lines.joined(separator: "\n") + "\n"
      return try writeToStandardOutput(Array(text.utf8))
    }
    let changes = receipts.map { receipt in
      JSON.object([
        ("change", .number(receipt.number)), ("time", .string(receipt.time)),
        ("state", .string(receipt.state.rawValue)), ("command", .string(receipt.command)),
        ("files", JSON(receipt.files.map(\.path))),
      ])
    }
    let document = JSON.object([
      ("schema", .string("passthru-doctor/history/1")), ("changes", .array(changes)),
    ])
    try writeToStandardOutput(document.document)
  }
}

/// `undo [CHANGE]`: the way back.
struct UndoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "undo",
    abstract: "Put back what a change replaced; without a number, what the last one did.")

  @OptionGroup var common: CommonOptions
  @OptionGroup var change: ChangeOptions

  @Argument(help: "The change's number, as history lists it.")
  var number: Int?

  func run() throws {
    let root = try common.openRoot()
    let receipt = try receipt(in: Journal(root))
    let names = receipt.files.map { "/" + $0.path }.joined(separator: ", ")
    let text =
      "Change \(receipt.number) (\(receipt.command)) replaced \(names); they are put back as they were.\n"
    if change.dryRun { return try writeToStandardOutput(Array(text.utf8)) }
    if root.isRunningHost { try requireRoot(to: "undo a change") }
    if !change.yes {
      complain(text)
      guard try change.confirm("Do this?") else { throw CommandError(.failed, "nothing was changed") }
    }
    do throws(ChangeFailure) {
      try ChangeExecutor(root, progress: complain).undo(receipt)
    } catch {
      throw CommandError(.refused, error.reason)
    }
    try writeToStandardOutput(Array("Undone: change \(receipt.number). It counts after a reboot.\n".utf8))
    throw ExitCode(ExitStatus.rebootNeeded.rawValue)
  }

  private func receipt(in journal: Journal) throws(CommandError) -> Receipt {
    let receipts: [Receipt]
    do throws(HostFileError) {
      receipts = try journal.receipts()
    } catch {
      throw CommandError(.usage, "\(error)")
    }
    if let number {
      guard let receipt = receipts.first(where: { $0.number == number }) else {
        throw CommandError(.usage, "there is no change \(number); passthru-doctor history lists them")
      }
      return receipt
    }
    guard let last = receipts.last(where: { $0.state == .done || $0.state == .begun }) else {
      throw CommandError(.usage, "there is no change to undo")
    }
    return last
  }
}
