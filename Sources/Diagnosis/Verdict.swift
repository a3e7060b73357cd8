/// What a check says of the evidence.
package struct Verdict: Sendable {
  /// The mark of a finding.
  package enum Status: String, Sendable {
    case pass
    /// Costs safety or comfort, not passthrough itself.
    case warn
    /// Passthrough cannot work.
    case fail
    /// It could not be measured: neither healthy nor ill.
    case unknown
    /// Its ground is missing, or there is nothing to look at.
    case skipped
  }

  package var status: Status
  package var cause: Cause?
  /// The fact, one line, a full sentence.
  package var summary: String
  package var evidence: [Quote]
  /// Commands that mend it on this host, exact.
  package var commands: [RemedyCommand]
  /// A sentence about this host that the cause's cure cannot know (which firmware setting, which file).
  package var cureDetail: String?
  package var needsReboot: Bool

  private init(
    _ status: Status, cause: Cause?, _ summary: String, evidence: [Quote], commands: [RemedyCommand] = [],
    cureDetail: String? = nil, needsReboot: Bool = false
  ) {
    self.status = status
    self.cause = cause
    self.summary = summary
    self.evidence = evidence
    self.commands = commands
    self.cureDetail = cureDetail
    self.needsReboot = needsReboot
  }

  /// Healthy.
  package static func pass(_ summary: String, evidence: [Quote] = []) -> Verdict {
    Verdict(.pass, cause: nil, summary, evidence: evidence)
  }

  /// Passthrough cannot work, for this cause.
  package static func fail(
    _ cause: Cause, _ summary: String, evidence: [Quote], commands: [RemedyCommand] = [],
    cureDetail: String? = nil, needsReboot: Bool = false
  ) -> Verdict {
    Verdict(
      .fail, cause: cause, summary, evidence: evidence, commands: commands, cureDetail: cureDetail,
      needsReboot: needsReboot)
  }

  /// Works, at a cost.
  package static func warn(
    _ cause: Cause, _ summary: String, evidence: [Quote], commands: [RemedyCommand] = [],
    cureDetail: String? = nil, needsReboot: Bool = false
  ) -> Verdict {
    Verdict(
      .warn, cause: cause, summary, evidence: evidence, commands: commands, cureDetail: cureDetail,
      needsReboot: needsReboot)
  }

  /// Could not be measured; `summary` says why, `cause` names the obstacle where it has a name.
  package static func unknown(
    _ summary: String, cause: Cause? = nil, evidence: [Quote] = [], commands: [RemedyCommand] = [],
    cureDetail: String? = nil
  ) -> Verdict {
    Verdict(.unknown, cause: cause, summary, evidence: evidence, commands: commands, cureDetail: cureDetail)
  }

  /// Nothing to look at, or its ground is missing; `summary` says what it waits for.
  package static func skipped(_ summary: String) -> Verdict {
    Verdict(.skipped, cause: nil, summary, evidence: [])
  }
}

/// A piece of evidence: where it was seen and what stood there.
package struct Quote: Sendable, Equatable {
  /// Path below the root, without a leading slash: proc/cmdline.
  package var source: String
  /// The telling words, cut to what matters; or what was (not) found there.
  package var quote: String

  package init(_ source: String, _ quote: String) {
    self.source = source
    self.quote = quote
  }
}
