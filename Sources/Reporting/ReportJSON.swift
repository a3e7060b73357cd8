import Diagnosis
import HostModel

extension Report {
  /// The report as `check --json` prints it: schema passthru-doctor/report/1.
  ///
  /// `groups` and `devices` are the lists of the commands of the same names.
  package func json(on evidence: HostEvidence, groups: JSON, devices: JSON) -> JSON {
    .object([
      ("schema", .string("passthru-doctor/report/1")),
      ("verdict", .string(outcome.rawValue)),
      ("host", evidence.hostJSON),
      ("findings", .array(findings.map(\.json))),
      ("groups", groups),
      ("devices", devices),
    ])
  }
}

extension Finding {
  var json: JSON {
    .object([
      ("id", .string(check.id)),
      ("stage", .string(check.stage.rawValue)),
      ("status", .string(verdict.status.rawValue)),
      ("cause", JSON(verdict.cause?.id)),
      ("summary", .string(verdict.summary)),
      ("consequence", JSON(verdict.cause?.meaning)),
      ("evidence", .array(verdict.evidence.map(\.json))),
      ("remedy", remedyJSON),
    ])
  }

  private var remedyJSON: JSON {
    guard let cause = verdict.cause else { return .null }
    return .object([
      (
        "text", .string([cause.cure, verdict.cureDetail ?? ""].filter { !$0.isEmpty }.joined(separator: " "))
      ),
      ("by", .string(cause.mender.rawValue)),
      ("commands", JSON(verdict.commands.map(\.description))),
      ("needsReboot", .bool(verdict.needsReboot)),
    ])
  }
}

extension Quote {
  var json: JSON { .object([("source", .string(source)), ("quote", .string(quote))]) }
}

extension HostEvidence {
  var hostJSON: JSON {
    .object([
      ("root", .string(root)),
      ("kernel", JSON(kernelRelease.value)),
      ("processor", JSON(processorName)),
      ("firmware", .string(firmwareKind.value?.rawValue ?? "unknown")),
      ("distribution", JSON(distributionName)),
      ("virtualized", isVirtualized.map(JSON.bool) ?? .null),
    ])
  }

  /// "debian 12"; the id alone on a distribution without versions.
  var distributionName: String? {
    osRelease.value.map { [$0.id, $0.versionID].compactMap(\.self).joined(separator: " ") }
  }
}
