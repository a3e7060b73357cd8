import HostFiles

/// Why a change was not made.
package struct ChangeFailure: Error, Sendable, Equatable, CustomStringConvertible {
  /// What was being done and why it failed, full sentences.
  package var reason: String
  /// Whether the host is as it was. When not, `reason` says what is left to do.
  package var isHostUnchanged: Bool

  package init(_ reason: String, isHostUnchanged: Bool = true) {
    self.reason = reason
    self.isHostUnchanged = isHostUnchanged
  }

  init(_ error: HostFileError) { self.init("\(error)") }

  package var description: String { reason }
}
