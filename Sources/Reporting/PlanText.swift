import ChangePlanning

extension ChangePlan {
  /// The plan for people: notes, then each step, files as unified diffs that `patch -p1` takes.
  package func text(_ style: TerminalStyle) -> String {
    guard !steps.isEmpty else { return "Nothing to change: \(intent) is what is so already.\n" }
    var text = notes.map { "note: \($0)\n" }.joined()
    for step in steps {
      switch step {
      case .replaceFile(let path, let before, let after):
        text += unifiedDiff(path: path, before: before, after: after) ?? ""
      case .rebuildInitramfs(let kernel, let path):
        text +=
          "rebuild /\(path), the initramfs of \(kernel): beside the old one, checked, then put in its place\n"
      }
    }
    if needsReboot { text += "It counts from the next start of the host on.\n" }
    return text
  }

  /// `passthru-doctor/plan/1`.
  package var json: JSON {
    planJSON(intent: intent, refused: .null, steps: steps.map(\.json), needsReboot: needsReboot)
  }
}

/// The document of a plan that was refused.
package func refusedPlanJSON(intent: String, reason: String, detail: String, override: String?) -> JSON {
  planJSON(
    intent: intent,
    refused: .object([("reason", .string(reason)), ("detail", .string(detail)), ("override", JSON(override))]
    ),
    steps: [], needsReboot: false)
}

private func planJSON(intent: String, refused: JSON, steps: [JSON], needsReboot: Bool) -> JSON {
  .object([
    ("schema", .string("passthru-doctor/plan/1")), ("intent", .string(intent)), ("refused", refused),
    ("steps", .array(steps)), ("needsReboot", .bool(needsReboot)),
  ])
}

extension Step {
  fileprivate var json: JSON {
    switch self {
    case .replaceFile(let path, let before, let after):
      .object([
        ("kind", .string("replace-file")), ("path", .string(path)),
        ("diff", JSON(unifiedDiff(path: path, before: before, after: after))),
      ])
    case .rebuildInitramfs(_, let path):
      .object([("kind", .string("rebuild-initramfs")), ("path", .string(path)), ("diff", .null)])
    }
  }
}
