import HostModel

/// One law about a host. Each stands in a file of its own below Checks/<Stage>/.
///
/// A check is a pure function of the evidence: it reads no files, cannot throw, and answers
/// `unknown` when the evidence does not carry an answer.
package protocol Check: Sendable {
  /// Stable for ever: `iommu.active`.
  static var id: String { get }
  static var stage: Stage { get }
  /// A few words for tables: "IOMMU in use".
  static var title: String { get }
  /// What it is and why it matters, for a person who has never heard of it. Paragraphs are
  /// separated by empty lines.
  static var explanation: String { get }
  /// Every cause that `judge` can name.
  static var causes: [Cause] { get }
  /// Whether an `unknown` here leaves the whole report undecided.
  static var isRequired: Bool { get }
  static func judge(_ evidence: HostEvidence) -> Verdict
}

extension Check {
  package static var isRequired: Bool { false }
}
