import Diagnosis

/// What `explain ID` prints: what the check is about, why it matters, each cause and its cure.
package func explanationText(of check: any Check.Type, style: TerminalStyle) -> String {
  var lines = [style.paint("\(check.id): \(check.title)", .bold), "stage: \(check.stage.rawValue)", ""]
  for paragraph in check.explanation.paragraphs {
    lines += style.wrap(paragraph, first: "") + [""]
  }
  if !check.causes.isEmpty { lines.append(style.paint("What can be wrong", .bold)) }
  for cause in check.causes {
    lines.append("")
    lines.append("  " + style.paint(cause.id, .yellow))
    lines += style.wrap(cause.meaning, first: "    ")
    lines += style.wrap(cause.cure, first: "    cure: ", rest: "      ")
    lines += style.wrap("who can mend it: \(cause.mender.words)", first: "    ")
  }
  return lines.joined(separator: "\n") + "\n"
}

/// What `explain` without an id, and `check --list`, print: every check in its stage.
package func checkListText(_ checks: [any Check.Type], style: TerminalStyle) -> String {
  let width = checks.map { $0.id.count }.max() ?? 0
  var lines: [String] = []
  for stage in Stage.allCases {
    let ofStage = checks.filter { $0.stage == stage }
    guard !ofStage.isEmpty else { continue }
    lines.append(style.paint(stage.rawValue, .bold))
    for check in ofStage {
      let padding = String(repeating: " ", count: width - check.id.count)
      lines.append("  \(check.id)\(padding)  \(check.title)")
    }
  }
  return lines.joined(separator: "\n") + "\n"
}

/// The list as JSON: schema passthru-doctor/checks/1.
package func checkListJSON(_ checks: [any Check.Type]) -> JSON {
  .object([
    ("schema", .string("passthru-doctor/checks/1")),
    ("checks", .array(checks.map(explanationJSON))),
  ])
}

/// One check's words as JSON.
package func explanationJSON(of check: any Check.Type) -> JSON {
  .object([
    ("id", .string(check.id)),
    ("stage", .string(check.stage.rawValue)),
    ("title", .string(check.title)),
    ("explanation", .string(check.explanation)),
    (
      "causes",
      .array(
        check.causes.map {
          .object([
            ("id", .string($0.id)), ("meaning", .string($0.meaning)), ("cure", .string($0.cure)),
            ("by", .string($0.mender.rawValue)),
          ])
        })
    ),
  ])
}

extension Cause.Mender {
  fileprivate var words: String {
    switch self {
    case .program: "this program, by the command that the report names"
    case .firmware: "you, in the firmware's set-up"
    case .person: "you, at this host's configuration"
    case .otherHardware: "nobody: it takes other hardware"
    }
  }
}

extension String {
  /// Paragraphs separated by empty lines, each on one line.
  fileprivate var paragraphs: [String] {
    split(separator: "\n", omittingEmptySubsequences: false)
      .split(separator: "", omittingEmptySubsequences: true)
      .map { $0.joined(separator: " ") }
  }
}
