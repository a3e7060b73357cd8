import Diagnosis

/// The modules that handing over takes, for people and programs.
package struct ModulesReport: Sendable {
  package let modules: [ModuleJudgement]

  package init(_ modules: [ModuleJudgement]) { self.modules = modules }

  /// Modules that are to be loaded.
  package var pending: [ModuleJudgement] { modules.filter { $0.state == .notLoaded } }
  /// Modules that cannot be, or must not be.
  package var obstacles: [ModuleJudgement] { modules.filter(\.state.standsInTheWay) }

  package func text(_ style: TerminalStyle) -> String {
    modules.map { module in
      let color: TerminalStyle.Color = module.state.standsInTheWay ? .red : .bold
      let head = style.paint("\(module.name): \(module.state.rawValue)", color)
      let lines = style.wrap(printable(module.sentence), first: "  ", rest: "  ")
      let needs =
        module.dependencies.isEmpty
        ? [] : ["  needs " + printable(module.dependencies.joined(separator: ", "))]
      let soft =
        module.softDependencies.isEmpty
        ? [] : ["  brings " + printable(module.softDependencies.joined(separator: ", "))]
      return ([head] + lines + needs + soft).joined(separator: "\n") + "\n"
    }.joined()
  }

  /// Schema passthru-doctor/modules/1.
  package var json: JSON {
    .object([
      ("schema", .string("passthru-doctor/modules/1")),
      (
        "modules",
        .array(
          modules.map { module in
            .object([
              ("name", .string(module.name)), ("state", .string(module.state.rawValue)),
              ("detail", .string(module.sentence)), ("dependencies", JSON(module.dependencies)),
              ("softDependencies", JSON(module.softDependencies)),
            ])
          })
      ),
    ])
  }

  /// What `modules load` would do: schema passthru-doctor/plan/1.
  package var planJSON: JSON {
    let refused: JSON =
      obstacles.isEmpty
      ? .null
      : .object([
        ("reason", .string(obstacles[0].state.rawValue)),
        ("detail", .string(obstacles.map(\.sentence).joined(separator: " "))), ("override", .null),
      ])
    let steps = obstacles.isEmpty ? pending : []
    return .object([
      ("schema", .string("passthru-doctor/plan/1")), ("intent", .string("modules load")),
      ("refused", refused),
      (
        "steps",
        .array(
          steps.map {
            .object([("kind", .string("load-module")), ("program", .string($0.name)), ("diff", .null)])
          })
      ),
      ("needsReboot", .bool(false)),
    ])
  }

  /// The same for people.
  package func planText(_ style: TerminalStyle) -> String {
    if !obstacles.isEmpty { return obstacles.map { printable($0.sentence) + "\n" }.joined() }
    guard !pending.isEmpty else { return "Every module is loaded or built in; nothing to do.\n" }
    return style.paint("To be loaded:", .bold) + " \(pending.map(\.name).joined(separator: ", "))\n"
  }
}
