import HostModel

/// A verdict with the check that gave it.
package struct Finding: Sendable {
  package let check: any Check.Type
  package let verdict: Verdict
}

/// Every check's finding on one host, and what follows from them.
package struct Report: Sendable {
  /// What all findings together say.
  package enum Outcome: String, Sendable {
    case ready
    case notReady = "not-ready"
    case undecided
  }

  package let findings: [Finding]

  /// Judges the evidence by `checks`.
  package init(on evidence: HostEvidence, checks: [any Check.Type] = allChecks) {
    findings = checks.map { Finding(check: $0, verdict: $0.judge(evidence)) }
  }

  /// Not ready if a check failed; otherwise undecided if a required one is unknown. A warning
  /// changes nothing.
  package var outcome: Outcome {
    if findings.contains(where: { $0.verdict.status == .fail }) { return .notReady }
    if findings.contains(where: { $0.check.isRequired && $0.verdict.status == .unknown }) {
      return .undecided
    }
    return .ready
  }
}
