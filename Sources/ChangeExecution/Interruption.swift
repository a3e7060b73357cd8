import CLinux
import Glibc

/// While it lasts, a signal that asks to end (Ctrl-C, a shutdown, a closed terminal) does not end the
/// program in the middle of a change: it is a reason to put everything back. A pipe whose reader is gone
/// is none at all.
package final class Interruption {
  /// Readable once one came; -1 where the system could not give one.
  let descriptor: Int32
  private var signal: Int32 = 0

  package init() { descriptor = linux_hold_signals() }

  deinit { if descriptor >= 0 { linux_release_signals(descriptor) } }

  var hasCome: Bool {
    if signal == 0, descriptor >= 0 { signal = linux_held_signal(descriptor) }
    return signal != 0
  }

  func check() throws(ChangeFailure) {
    if hasCome { throw ChangeFailure("It was interrupted (signal \(signal)).") }
  }
}
