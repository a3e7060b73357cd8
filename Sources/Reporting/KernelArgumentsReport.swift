import HostModel

/// `kargs show`: the layout with its arguments.
package struct KernelArgumentsReport: Sendable {
  let layout: BootLayout
  let arguments: BootArguments
  /// What `kargs try` has left; nil when there is none.
  let trial: BootTrial?

  package init(layout: BootLayout, arguments: BootArguments, trial: BootTrial?) {
    self.layout = layout
    self.arguments = arguments
    self.trial = trial
  }

  // MARK: JSON

  /// passthru-doctor/kargs/1.
  package var json: JSON {
    .object([
      ("schema", .string("passthru-doctor/kargs/1")), ("layout", .string(layout.kind.rawValue)),
      ("loader", .string(layout.loader.rawValue)), ("running", Self.list(arguments.running)),
      (
        "persisted",
        .object([
          ("file", .string(arguments.persistedFile)), ("arguments", Self.list(arguments.kept)),
        ])
      ),
      ("entries", .array(arguments.entries.enumerated().map(entry))),
      ("differences", .array(arguments.differences.map(difference))),
      ("trial", trial.map(Self.trial) ?? .null),
    ])
  }

  private static func trial(_ trial: BootTrial) -> JSON {
    .object([
      ("arguments", JSON(trial.arguments)), ("outcome", JSON(trial.outcome?.rawValue)),
      ("end", JSON(trial.end?.word)),
      ("text", .string(trial.sentences.first ?? "")), ("keep", .string(trial.keepCommand)),
      ("clear", .string(BootTrial.clearCommand)),
    ])
  }

  private func entry(_ index: Int, _ entry: BootEntry) -> JSON {
    .object([
      ("title", .string(entry.title)), ("kernel", JSON(entry.kernel)), ("file", .string(entry.file)),
      ("arguments", JSON(entry.arguments)), ("foreign", .bool(entry.isForeign)),
      ("default", .bool(index == arguments.choice.usual)), ("next", .bool(index == arguments.choice.next)),
    ])
  }

  private func difference(_ difference: BootArguments.Difference) -> JSON {
    .object([
      ("kind", .string(difference.kind.rawValue)), ("argument", .string(difference.argument)),
      ("entry", JSON(difference.entry)), ("text", .string(difference.sentence)),
    ])
  }

  private static func list(_ texts: [String]?) -> JSON { texts.map { JSON($0) } ?? .null }

  // MARK: Text

  package func text(_ style: TerminalStyle) -> String {
    func words(_ words: [String]?) -> String {
      words.map { $0.isEmpty ? "(none)" : $0.joined(separator: " ") } ?? "(not known)"
    }
    let place = layout.configPath.map { ", /\($0)" } ?? ""
    var lines = [
      "Layout   \(layout.kind.rawValue): \(layout.name)\(place)", "Running  " + words(arguments.running),
      "Kept     \(words(arguments.kept))  (/\(arguments.persistedFile))",
    ]
    for (index, entry) in arguments.entries.enumerated() {
      let mark =
        index == arguments.choice.once
        ? "Once    " : index == arguments.choice.usual ? "Default " : "Entry   "
      lines.append(
        "\(mark) \(entry.title)\(entry.isForeign ? " (not this system's)" : ""): \(words(entry.arguments))")
    }
    let differences = arguments.differences
    if !differences.isEmpty { lines.append("") }
    lines += differences.map(\.sentence)
    lines += trial?.sentences ?? []
    if let refusal = layout.refusal {
      lines += ["", refusal.reason, "By hand:"]
      lines += refusal.steps(adding: ["ARGUMENT"], removing: []).map { "  " + $0 }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
