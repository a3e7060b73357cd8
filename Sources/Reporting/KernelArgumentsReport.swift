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

  /// passthru-doctor/kargs/1.
  package var json: JSON {
    .object([
      ("schema", .string("passthru-doctor/kargs/1")), ("layout", .string(layout.kind.rawValue)),
      ("loader", .string(layout.loader.rawValue)), ("running", Self.list(arguments.running)),
      (
        "persisted",
        .object([
          ("file", .string(arguments.persistedFile)),
          ("arguments", Self.list(arguments.persisted.map { $0 + (arguments.persistedByDefault ?? []) })),
        ])
      ),
      (
        "entries",
        .array(
          arguments.entries.map { entry in
            .object([
              ("title", .string(entry.title)), ("kernel", JSON(entry.kernel)), ("file", .string(entry.file)),
              ("arguments", JSON(entry.arguments)), ("foreign", .bool(entry.isForeign)),
            ])
          })
      ),
      (
        "differences",
        .array(
          arguments.differences.map { difference in
            .object([
              ("kind", .string(difference.kind.rawValue)), ("argument", .string(difference.argument)),
              ("entry", JSON(difference.entry)),
              ("text", .string(difference.sentence(keptIn: arguments.persistedFile))),
            ])
          })
      ),
      (
        "trial",
        trial.map { trial in
          .object([
            ("arguments", JSON(trial.arguments)), ("outcome", JSON(trial.outcome?.rawValue)),
            ("text", .string(trial.sentences.first ?? "")), ("keep", .string(trial.keepCommand)),
            ("clear", .string(BootTrial.clearCommand)),
          ])
        } ?? .null
      ),
    ])
  }

  private static func list(_ texts: [String]?) -> JSON { texts.map { JSON($0) } ?? .null }

  package func text(_ style: TerminalStyle) -> String {
    func line(_ words: [String]?) -> String {
      words.map { $0.isEmpty ? "(none)" : $0.joined(separator: " ") } ?? "(not known)"
    }
    var lines = ["Layout   \(layout.kind.rawValue)"]
    if let path = layout.configPath { lines[0] += ", /\(path)" }
    lines.append("Running  " + line(arguments.running))
    lines.append(
      "Kept     " + line(arguments.persisted.map { $0 + (arguments.persistedByDefault ?? []) })
        + "  (/\(arguments.persistedFile))")
    for entry in arguments.entries {
      lines.append(
        "Entry    \(entry.title)\(entry.isForeign ? " (another system)" : ""): \(line(entry.arguments))")
    }
    lines += arguments.differences.map { $0.sentence(keptIn: arguments.persistedFile) }
    lines += trial?.sentences ?? []
    if let refusal = layout.refusal {
      lines.append(refusal.reason)
      lines += refusal.steps.map { "  " + $0 }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
