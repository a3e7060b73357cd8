import ChangePlanning
import Diagnosis
import HostModel

/// What `detach` and `reattach` print before they do it.
package struct HandoverReport: Sendable {
  package enum Direction: String, Sendable { case detach, reattach }

  package let direction: Direction
  package let groups: [IOMMUGroup]
  package let rebindings: [Rebinding]
  /// Not empty: it is refused.
  package let obstacles: [HandoverObstacle]

  package init(
    _ direction: Direction, groups: [IOMMUGroup], rebindings: [Rebinding], obstacles: [HandoverObstacle]
  ) {
    self.direction = direction
    self.groups = groups
    self.rebindings = rebindings
    self.obstacles = obstacles
  }

  /// The plan for people.
  package func text(style: TerminalStyle) -> String {
    if !obstacles.isEmpty { return refusalText(style) }
    guard !rebindings.isEmpty else { return nothingToDo + "\n" }
    let heading = direction == .detach ? "Until the next boot:" : "Back to the host:"
    let lines = rebindings.map { "  \($0.device): \($0.from.driver ?? "no driver") -> \($0.destination)" }
    return ([style.paint(heading, .bold)] + lines).joined(separator: "\n") + "\n"
  }

  private var nothingToDo: String {
    let numbers = groups.map { String($0.id) }.joined(separator: ", ")
    return switch direction {
    case .detach: "Group \(numbers) is on VFIO already; nothing to do."
    case .reattach: "Group \(numbers) is with the host already; nothing to do."
    }
  }

  private func refusalText(_ style: TerminalStyle) -> String {
    var lines = [style.paint("Refused: the host needs it.", .red)]
    for obstacle in obstacles {
      lines += style.wrap(printable("\(obstacle.address): \(obstacle.reason)"), first: "  ", rest: "    ")
      if let command = obstacle.command {
        lines.append("    " + style.paint("$ " + printable(command), .cyan))
      }
      if let word = obstacle.override {
        lines.append("    to do it all the same: --override \(obstacle.address)=\(word)")
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Why nothing is done; nil when nothing stands in the way.
  package var refusal: Refusal? {
    guard !obstacles.isEmpty else { return nil }
    let overrides = obstacles.compactMap { obstacle in
      obstacle.override.map { "--override \(obstacle.address)=\($0)" }
    }
    return Refusal(
      reason: "host-needs-it", detail: obstacles.map { "\($0.address): \($0.reason)" }.joined(separator: " "),
      override: overrides.count == obstacles.count ? overrides.joined(separator: " ") : nil)
  }
}

extension HandoverReport {
  /// What came of it, in virsh's words, so that people find their way.
  package func resultText(_ results: [(PCIAddress, DriverBinding?)]) -> String {
    results.map { address, binding in
      switch direction {
      case .detach: "Device \(address.libvirtName) detached\n"
      case .reattach:
        "Device \(address.libvirtName) re-attached"
          + (binding?.driver.map { " (\($0))\n" } ?? " (no driver of the host claims it)\n")
      }
    }.joined()
  }

  /// The same as JSON: schema passthru-doctor/handover/1.
  package func resultJSON(_ results: [(PCIAddress, DriverBinding?)]) -> JSON {
    .object([
      ("schema", .string("passthru-doctor/handover/1")),
      ("intent", .string(direction.rawValue)),
      (
        "devices",
        .array(
          results.map {
            .object([
              ("address", .string($0.description)), ("driver", JSON($1?.driver)),
              ("driverOverride", JSON($1?.override)),
            ])
          })
      ),
    ])
  }
}

extension Rebinding {
  /// The step of a plan.
  var planJSON: JSON {
    .object([
      ("kind", .string("rebind")), ("device", .string(device.description)),
      ("from", JSON(from.driver)), ("to", JSON(to.driver)),
      ("diff", .string("\(from.driver ?? "no driver") -> \(destination)")),
    ])
  }

  /// Where it goes, for a sentence.
  package var destination: String { to.driver ?? (takesAnyDriver ? "a driver of the host" : "no driver") }
}
