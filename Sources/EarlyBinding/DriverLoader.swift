import CLinux
import Glibc

/// The program that loads modules, beside this one: see `passthru-early-load`.
package struct DriverLoader: Sendable {
  /// Where an initramfs has it.
  package static let program = "/usr/lib/passthru-doctor/passthru-early-load"

  private let conversation: Int32

  /// Starts it, to get ready while this program finds out what is to be bound. It ends when nobody is
  /// left who could ask.
  package init() { conversation = linux_start_helper(Self.program) }

  /// Loads a module with what it needs. One that hangs in the kernel hangs this process.
  func load(_ driver: String) throws(DriverFailure) {
    guard conversation >= 0, linux_tell(conversation, driver) == 0, let answer = linux_next_line(conversation)
    else { throw DriverFailure("\(Self.program) does not run, or has ended") }
    let failure = String(cString: answer)
    guard failure.isEmpty else { throw DriverFailure(failure) }
  }
}
