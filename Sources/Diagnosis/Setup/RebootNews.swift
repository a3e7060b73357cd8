import HostModel

/// A change of the journal that was to count from a boot on.
package struct EarlierChange: Sendable, Equatable {
  package let number: Int
  /// The command that asked for it, as the journal keeps it.
  package let command: String

  package init(number: Int, command: String) {
    self.number = number
    self.command = command
  }

  /// What became of it in this boot, a clause; nil when it is nothing that a boot decides.
  package func outcome(on evidence: HostEvidence) -> String? {
    let words = command.split(separator: " ").map(String.init).filter { !$0.hasPrefix("--") }
    let arguments = words.dropFirst(2)
    switch words.first {
    case "kargs" where words.dropFirst().first == "add":
      let missing = arguments.filter { !isRunning($0, evidence) }
      return missing.isEmpty
        ? "the kernel was started with it"
        : "the kernel was started without \(missing.joined(separator: " "))"
    case "kargs" where words.dropFirst().first == "remove":
      let left = arguments.filter { isRunning($0, evidence) }
      return left.isEmpty
        ? "the kernel was started without it" : "the kernel still has \(left.joined(separator: " "))"
    case "bind": return bound(evidence)
    case "unbind": return "the host has its devices again"
    default: return nil
    }
  }

  private func isRunning(_ argument: String, _ evidence: HostEvidence) -> Bool {
    evidence.commandLine.value?.parameters.contains { $0.text == argument } == true
  }

  private func bound(_ evidence: HostEvidence) -> String {
    let events = evidence.bootLog.value ?? []
    let bound = events.filter { $0.kind == .bound }.compactMap { $0["address"] }
    if !bound.isEmpty { return "on VFIO since the initramfs: \(bound.joined(separator: ", "))" }
    let reason = events.lazy.compactMap { $0["detail"] }.first
    return "nothing was bound" + (reason.map { ": \($0)" } ?? ", and the boot program left no word")
  }
}
