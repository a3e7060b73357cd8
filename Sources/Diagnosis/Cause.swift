/// One way in which a check can fail: its name for scripts, its words for people.
///
/// A finding prints these words and `explain` prints the same ones; there is no second text.
package struct Cause: Sendable {
  /// Stable for ever: scripts compare it (`disabled-by-argument`).
  package let id: String
  /// What it means and what follows, in full sentences.
  package let meaning: String
  /// What mends it, in full sentences; the finding adds the commands for the host at hand.
  package let cure: String
  /// Who can mend it.
  package let mender: Mender

  /// Who can mend a problem.
  package enum Mender: String, Sendable {
    /// This program, by a command that the finding names.
    case program
    /// A person in the firmware's set-up.
    case firmware
    /// A person at this host's configuration.
    case person
    /// Nobody: it takes other hardware.
    case otherHardware = "other-hardware"
  }

  package init(_ id: String, meaning: String, cure: String, mender: Mender) {
    self.id = id
    self.meaning = meaning
    self.cure = cure
    self.mender = mender
  }
}
