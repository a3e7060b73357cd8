import HostModel

/// A check that has its place, its name and its words, but whose evidence this version does not
/// gather yet: it is skipped, and says so.
protocol PendingCheck: Check {
  /// What is not looked at, as it stands in the sentence.
  static var subject: String { get }
}

extension PendingCheck {
  package static var causes: [Cause] { [] }

  package static func judge(_ evidence: HostEvidence) -> Verdict {
    .skipped("This version does not look at \(subject).")
  }
}
