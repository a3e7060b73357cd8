import CLinux
import Glibc

/// The program that loads modules, beside this one: see `passthru-early-load`.
package final class DriverLoader {
  /// Where an initramfs has it.
  package static let program = LINUX_ENTRY_HELPER

  private let conversation: Int32
  /// Modules that were begun, and whose answers nobody has read yet.
  private var begun = 0

  /// Starts it, to get ready while this program finds out what is to be bound, unless this program began
  /// with that (`entry.c`). It ends when nobody is left who could ask.
  package init() {
    let begun = linux_helper_of_entry()
    conversation = begun >= 0 ? begun : linux_start_helper(Self.program)
  }

  /// Has a module loaded with what it needs, and does not wait.
  func begin(_ module: String) {
    if conversation >= 0, linux_tell(conversation, module) == 0 { begun += 1 }
  }

  /// Loads a module with what it needs. One that hangs in the kernel hangs this process.
  func load(_ module: String) throws(DriverFailure) {
    let others = begun
    begin(module)
    guard begun > others else { throw ended }
    var failure = ""
    while begun > 0 {
      guard let answer = linux_next_line(conversation) else { throw ended }
      begun -= 1
      failure = String(cString: answer)
    }
    guard failure.isEmpty else { throw DriverFailure(failure) }
  }

  private var ended: DriverFailure { DriverFailure("\(Self.program) does not run, or has ended") }
}
