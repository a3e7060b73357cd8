import HostFiles
import HostModel

/// Tells what happens where it stays: in run/passthru-doctor/boot.log, and in the kernel's log.
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
    // <5>: a notice, for the user facility; printk(9).
    kernel?.add("<\(event.isWarning ? 12 : 13)>passthru-early-bind: \(event)")
  }
}

extension BootEvent {
  fileprivate var isWarning: Bool {
    switch kind {
    case .declined, .gaveBack, .timeout: true
    case .switchedOff: self["reason"] != "argument"
    case .start, .bound, .done: false
    }
  }
}
