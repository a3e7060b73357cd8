import ArgumentParser

/// What the program's exit status means; scripts rely on it.
package enum ExitStatus: Int32, Sendable {
  /// Done; for `check`: ready.
  case done = 0
  /// `check`: not ready. Otherwise: it failed, and the host is as it was.
  case failed = 1
  /// Bad arguments, unreadable root, missing privilege, no terminal to ask on.
  case usage = 2
  /// `check`: undecided, because something it needs could not be measured.
  case undecided = 3
  /// Done, and a reboot is needed before it counts.
  case rebootNeeded = 4
  /// Refused: it would take away what the host lives on, or leave it in doubt.
  case refused = 5
}

/// An error that ends the program: said on standard error, with the status that belongs to it.
package struct CommandError: Error, Sendable, CustomStringConvertible {
  package let status: ExitStatus
  /// What was being done, to what, why it failed, what to do: lower case, no full stop.
  package let description: String

  package init(_ status: ExitStatus, _ description: String) {
    self.status = status
    self.description = description
  }
}
