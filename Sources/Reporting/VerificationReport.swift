import Diagnosis
import HostModel

/// What `verify` found of one group.
package struct Verification: Sendable {
  package let group: IOMMUGroup
  package let trial: VFIOTrial
  package let verdict: Verdict

  package init(group: IOMMUGroup, trial: VFIOTrial, verdict: Verdict) {
    self.group = group
    self.trial = trial
    self.verdict = verdict
  }

  /// For a terminal: a line for the group, the verdict, and on request what the devices answered.
  package func text(style: TerminalStyle, verbosity: Verbosity) -> String {
    guard verbosity != .quiet || verdict.isWorthAttention else { return "" }
    var lines = style.wrap("Group \(group.id) (\(group.memberList))", first: "").map {
      style.paint($0, .bold)
    }
    if trial.refusal == nil, let address = trial.mappedAt {
      let way = trial.interface == .container ? "the container /dev/vfio/vfio" : "iommufd"
      lines += style.wrap(
        "Opened through \(way); a page was mapped at 0x\(String(address, radix: 16)) and unmapped; "
          + "everything was given back.", first: "      ")
    }
    lines += verdict.lines(style, verbose: verbosity == .verbose)
    return lines.joined(separator: "\n") + "\n"
  }

  package var json: JSON {
    .object([
      ("group", .number(group.id)),
      ("members", JSON(group.members.map(\.description))),
      ("interface", .string(trial.interface.rawValue)),
      ("status", .string(verdict.status.rawValue)),
      ("cause", JSON(verdict.cause?.id)),
      ("summary", .string(verdict.summary)),
      ("refusal", trial.refusal?.json ?? .null),
      ("evidence", .array(verdict.evidence.map(\.json))),
      ("remedy", verdict.cause.map { remedy($0) } ?? .null),
      ("devices", .array(trial.devices.map(\.json))),
    ])
  }

  private func remedy(_ cause: Cause) -> JSON {
    .object([
      ("text", .string(cause.cure)), ("by", .string(cause.mender.rawValue)),
      ("commands", JSON(verdict.commands.map(\.description))), ("needsReboot", .bool(verdict.needsReboot)),
    ])
  }
}

/// What `verify --json` prints: schema passthru-doctor/verify/1.
package func verificationJSON(_ verifications: [Verification]) -> JSON {
  .object([
    ("schema", .string("passthru-doctor/verify/1")),
    ("groups", .array(verifications.map(\.json))),
  ])
}

extension VFIORefusal {
  fileprivate var json: JSON {
    .object([
      ("call", .string(call.rawValue)), ("path", .string(path)), ("address", JSON(address?.description)),
      ("error", .string(error.name)),
    ])
  }
}

extension VFIODevice {
  fileprivate var json: JSON {
    .object([
      ("address", .string(address.description)),
      ("vendor", .string(hexText(UInt32(vendor), digits: 4))),
      ("device", .string(hexText(UInt32(device), digits: 4))),
      ("canReset", .bool(canReset)),
      (
        "regions",
        .array(
          regions.map {
            .object([
              ("name", .string($0.name)), ("size", .number(Int(clamping: $0.size))),
              ("mappable", .bool($0.isMappable)),
            ])
          })
      ),
      (
        "interrupts",
        .array(interrupts.map { .object([("name", .string($0.name)), ("count", .number($0.count))]) })
      ),
    ])
  }
}
