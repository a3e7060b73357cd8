import ChangePlanning
import HostModel

extension ChangePlan {
  /// What would be done, for a terminal: the reasons, the steps, and a unified diff.
  package func text(_ style: TerminalStyle) -> [UInt8] {
    var text: [UInt8] = []
    func add(_ line: String) { text += (line + "\n").utf8 }
    for note in notes { add(note) }
    if steps.isEmpty {
      add("Nothing has to be changed.")
      return text
    }
    add("")
    for (index, step) in steps.enumerated() { add("\(index + 1). \(step.sentence)") }
    add("")
    for step in steps { text += step.diff }
    if needsReboot { add("\nIt counts after a reboot.") }
    return text
  }

  /// The plan as a document: passthru-doctor/plan/1.
  package var json: JSON {
    Self.document(intent: intent, refused: .null, steps: steps.map(\.json), needsReboot: needsReboot)
  }

  /// A refusal in the same form.
  package static func json(_ intent: ChangeIntent, refused refusal: Refusal) -> JSON {
    document(
      intent: intent,
      refused: .object([
        ("reason", .string(refusal.reason)), ("detail", .string(refusal.description)),
        ("override", JSON(refusal.override)),
      ]), steps: [], needsReboot: false)
  }

  private static func document(intent: ChangeIntent, refused: JSON, steps: [JSON], needsReboot: Bool) -> JSON
  {
    .object([
      ("schema", .string("passthru-doctor/plan/1")), ("intent", .string(intent.command)),
      ("refused", refused),
      ("steps", .array(steps)), ("needsReboot", .bool(needsReboot)),
    ])
  }
}

extension Step {
  fileprivate var sentence: String {
    switch self {
    case .rebind(let rebinding):
      "Take \(rebinding.device) from \(rebinding.from.driver ?? "no driver") and give it to "
        + "\(rebinding.destination) now."
    case .loadModule(let name): "Load the module \(name)."
    case .unloadModule(let name): "Unload the module \(name)."
    case .replaceFile(let path, let before, let after):
      if before == nil {
        "Create /\(path)."
      } else if after == nil {
        "Remove /\(path)."
      } else if before == after {
        "Write /\(path) anew with the contents that it has: its time stamp counts."
      } else {
        "Change /\(path)."
      }
    case .regenerate(let regeneration):
      "Make /\(regeneration.configPath) anew with /\(regeneration.program), beside it, and put it in its place "
        + "once it is checked."
    case .run(let run): "Run \(ToolRun.text(run.command))."
    case .rebuild(let rebuild):
      "Make the initramfs of \(rebuild.images.map(\.kernel).joined(separator: ", ")) anew with "
        + "\(rebuild.builder.rawValue), and put it in its place once it is checked."
    case .install(let software):
      "Install with \(software.asked.command); \(software.brings.count) packages come: "
        + software.brings.joined(separator: " ") + "."
    case .enable(let unit): "Start \(unit), now and at every boot."
    case .takeBack(.packages(let manager, let names)):
      "Remove the \(names.count) packages that came by \(manager.rawValue): \(names.joined(separator: " "))."
    case .changeGuest(let change):
      "\(change.isAddition ? "Give" : "Take") \(change.functions.map(\.description).joined(separator: ", ")) "
        + "\(change.isAddition ? "to" : "from") the guest \(change.guest)"
        + (change.isRunning ? ", in its definition and in the running guest." : ", in its definition.")
    case .takeBack(.guest(let devices)):
      "\(devices.isAddition ? "Take" : "Give") \(devices.functions.map(\.description).joined(separator: ", ")) "
        + "\(devices.isAddition ? "out of" : "back to") the guest \(devices.guest)."
    case .takeBack(.unit(let unit)): "Stop \(unit), and start it at no boot any more."
    }
  }

  fileprivate var diff: [UInt8] {
    switch self {
    case .replaceFile(let path, let before, let after):
      UnifiedDiff.text(path: path, before: before, after: after)
    case .changeGuest(let change):
      // libvirt keeps definitions where nobody may edit them: the name says whose it is.
      UnifiedDiff.text(
        path: "libvirt/\(change.guest).xml", before: change.before.text, after: change.after.text)
    default: []
    }
  }

  fileprivate var json: JSON {
    switch self {
    case .rebind(let rebinding): rebinding.planJSON
    case .loadModule(let name):
      .object([("kind", .string("load-module")), ("program", .string(name)), ("diff", .null)])
    case .unloadModule(let name):
      .object([("kind", .string("unload-module")), ("program", .string(name)), ("diff", .null)])
    case .replaceFile(let path, _, _):
      .object([("kind", .string("replace-file")), ("path", .string(path)), ("diff", .string(diff.text))])
    case .regenerate(let regeneration):
      .object([
        ("kind", .string("regenerate")), ("program", .string(regeneration.program)),
        ("path", .string(regeneration.configPath)), ("diff", .null),
      ])
    case .run(let run):
      .object([
        ("kind", .string("run")), ("program", .string(run.command.first ?? "")),
        ("command", .string(ToolRun.text(run.command))), ("diff", .null),
      ])
    case .rebuild(let rebuild):
      .object([
        ("kind", .string("rebuild-initramfs")), ("program", .string(rebuild.builder.rawValue)),
        ("path", .string(rebuild.images.map(\.path).joined(separator: " "))), ("diff", .null),
      ])
    case .install(let software):
      .object([
        ("kind", .string("install-packages")), ("program", .string(software.asked.manager.rawValue)),
        ("packages", JSON(software.brings)), ("diff", .null),
      ])
    case .enable(let unit):
      .object([
        ("kind", .string("enable-unit")), ("program", .string("systemctl")), ("unit", .string(unit)),
        ("diff", .null),
      ])
    case .takeBack(.packages(let manager, let names)):
      .object([
        ("kind", .string("remove-packages")), ("program", .string(manager.rawValue)),
        ("packages", JSON(names)), ("diff", .null),
      ])
    case .changeGuest(let change):
      .object([
        ("kind", .string("define-guest")), ("path", .string("libvirt/\(change.guest).xml")),
        ("diff", .string(diff.text)),
      ])
    case .takeBack(.guest(let devices)):
      .object([
        ("kind", .string("define-guest")), ("path", .string("libvirt/\(devices.guest).xml")), ("diff", .null),
      ])
    case .takeBack(.unit(let unit)):
      .object([
        ("kind", .string("disable-unit")), ("program", .string("systemctl")), ("unit", .string(unit)),
        ("diff", .null),
      ])
    }
  }
}
