import ArgumentParser
import ChangeExecution
import ChangePlanning
import GuestDefinitions
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
    let journal = Journal(root)
    let entries = try journal.readableEntries()
    guard common.json else {
      let text = entries.isEmpty ? "Nothing was changed.\n" : entries.map { $0.text(journal) }.joined()
      return try writeToStandardOutput(Array(text.utf8))
    }
    let document = JSON.object([
      ("schema", .string("passthru-doctor/history/1")),
      ("changes", .array(entries.map { $0.json(journal) })),
    ])
    try writeToStandardOutput(document.document)
  }
}

extension Journal {
  /// All entries, or why the journal cannot be read.
  func readableEntries() throws(CommandError) -> [Entry] {
    do throws(HostFileError) {
      return try entries()
    } catch {
      throw CommandError(
        .usage, "\(error)" + (error.isPermissionDenied ? "; it takes root's privilege, run it with sudo" : "")
      )
    }
  }
}

extension Journal.Entry {
  fileprivate func text(_ journal: Journal) -> String {
    switch self {
    case .unreadable(let number, let reason):
      return "\(number)  cannot be read: \(reason)\n"
    case .change(let receipt):
      let stands = journal.stands(receipt)
      let state = receipt.state.isStanding && !stands ? "ended with its boot" : receipt.state.words
      var text = "\(receipt.number)  \(receipt.time)  \(state)  \(receipt.command)\n"
      for file in journal.files(of: receipt) {
        let note = stands ? file.standing.words : nil
        text += "     /\(file.path) \(file.kind.words)\(note.map { "; \($0)" } ?? "")\n"
      }
      for words in receipt.others { text += "     \(words)\n" }
      return text
    }
  }

  fileprivate func json(_ journal: Journal) -> JSON {
    switch self {
    case .unreadable(let number, let reason):
      return .object([
        ("change", .number(number)), ("time", .null), ("command", .null), ("state", .string("unreadable")),
        ("stands", .null), ("reason", .string(reason)), ("files", .array([])), ("others", .array([])),
      ])
    case .change(let receipt):
      let files = journal.files(of: receipt).map { file in
        JSON.object([
          ("path", .string(file.path)), ("kind", .string(file.kind.rawValue)),
          ("now", .string(file.standing.rawValue)),
        ])
      }
      return .object([
        ("change", .number(receipt.number)), ("time", .string(receipt.time)),
        ("command", .string(receipt.command)), ("state", .string(receipt.state.rawValue)),
        ("stands", .bool(journal.stands(receipt))), ("reason", .null), ("files", .array(files)),
        ("others", JSON(receipt.others)),
      ])
    }
  }
}

extension Receipt {
  /// What it changed besides files.
  fileprivate var others: [String] {
    hosted.map(\.words)
      + rebindings.map { "\($0.device): \($0.from.driver ?? "no driver") -> \($0.destination)" }
      + (modules.isEmpty ? [] : ["modules loaded: \(modules.joined(separator: " "))"])
  }
}

extension HostedChange {
  fileprivate var words: String {
    switch self {
    case .packages(let manager, let names):
      return "packages by \(manager.rawValue): \(names.joined(separator: " "))"
    case .unit(let unit): return "started at every boot: \(unit)"
    case .guest(let change):
      let functions = change.functions.map(\.description).joined(separator: " ")
      return "\(change.isAddition ? "given to" : "taken from") the guest \(change.guest): \(functions)"
    }
  }
}

extension Receipt.State {
  fileprivate var words: String {
    switch self {
    case .begun: "cut short"
    case .done: "stands"
    case .failed: "failed, put back"
    case .undoing: "undo cut short"
    case .undone: "undone"
    }
  }
}

extension JournaledFile.Kind {
  fileprivate var words: String {
    switch self {
    case .created: "was created"
    case .changed: "was changed"
    case .removed: "was removed"
    case .generated, .image: "was made anew"
    }
  }
}

extension JournaledFile.Standing {
  fileprivate var words: String? {
    switch self {
    case .ours: nil
    case .before: "it is as it was before"
    case .other: "somebody changed it since"
    case .unknown: "how it is now could not be read"
    case .notCompared: nil
    }
  }
}
