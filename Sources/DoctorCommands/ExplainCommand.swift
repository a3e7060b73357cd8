import ArgumentParser
import Diagnosis
import Reporting

/// `explain [ID]`: what a check means, why it matters, every way to mend it.
struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract:
      "Explain a check: what it is, why it matters, each cause and its cure; without an ID, list them.")

  @OptionGroup var common: CommonOptions

  @Argument(help: "The check, as the report names it.", completion: .list(allChecks.map { $0.id }))
  var id: String?

  func run() throws {
    guard let id else {
      let bytes =
        common.json
        ? checkListJSON(allChecks).document : Array(checkListText(allChecks, style: common.style).utf8)
      return try writeToStandardOutput(bytes)
    }
    guard let check = allChecks.first(where: { $0.id == id }) else {
      throw CommandError(.usage, "there is no check \"\(id)\"; passthru-doctor explain names them")
    }
    let bytes =
      common.json
      ? explanationJSON(of: check).document : Array(explanationText(of: check, style: common.style).utf8)
    try writeToStandardOutput(bytes)
  }
}
