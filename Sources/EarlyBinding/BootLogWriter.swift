import HostFiles
import HostModel

/// Tells what happens where it stays: in run/passthru-doctor/boot.log, and what somebody may ask about
/// also in the kernel's log.
package struct BootLogWriter: Sendable {
  private let file: LogFile?
  private let kernel: LogFile?

  package init(_ root: HostRoot) {
    file = try? LogFile(creating: "boot.log", in: "run/passthru-doctor", of: root)
    // Another root has no kernel of its own to tell.
    kernel = root.isRunningHost ? try? LogFile(opening: "dev/kmsg", of: root) : nil
  }

  package func tell(_ event: BootEvent) {
    file?.add(event.description)
    guard event.isForTheKernelsLog else { return }
    // The user facility: 12 is a warning, 13 a notice; printk(9).
    kernel?.add("<\(event.isWarning ? 12 : 13)>passthru-early-bind: \(event)")
  }
}

extension BootEvent {
  /// The kernel takes ten lines of a program in five seconds and drops the rest (devkmsg_write), and a
  /// serial console prints each for a millisecond and more: that the program began, and devices that are
  /// where they were chosen, are only counted, by the last line.
  fileprivate var isForTheKernelsLog: Bool {
    switch kind {
    case .start: false
    case .bound: self["address"] != self["chosen"]
    case .switchedOff, .declined, .gaveBack, .done, .timeout: true
    }
  }

  fileprivate var isWarning: Bool {
    switch kind {
    case .declined, .gaveBack, .timeout: true
    case .switchedOff: self["reason"] != "argument"
    case .start, .bound, .done: false
    }
  }
}
