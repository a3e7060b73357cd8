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
    case "unbind": return givenBack(evidence)
    default: return nil
    }
  }

  private func isRunning(_ argument: String, _ evidence: HostEvidence) -> Bool {
    evidence.commandLine.value?.parameters.contains { $0.text == argument } == true
  }

  private func bound(_ evidence: HostEvidence) -> String {
    let chosen = chosenDevices(evidence)
    guard !chosen.isEmpty else { return "nothing was bound: its devices are no longer chosen" }
    // Events without addresses are about the whole boot.
    let events = (evidence.bootLog.value ?? []).filter {
      $0.chosen.isEmpty || !chosen.isDisjoint(with: $0.chosen)
    }
    let bound = events.filter { $0.kind == .bound }.compactMap { $0["address"] }
    if !bound.isEmpty { return "on VFIO since the initramfs: \(bound.joined(separator: ", "))" }
    let reason = events.lazy.compactMap { $0["detail"] }.first
    return "nothing was bound" + (reason.map { ": \($0)" } ?? ", and the boot program left no word")
  }

  /// The addresses with which the groups of the command's devices were chosen. A group that it named by its
  /// number could be any of them: numbers do not outlive a boot.
  private func chosenDevices(_ evidence: HostEvidence) -> Set<PCIAddress> {
    let groups = (evidence.bindings.value?.groups ?? []).map { $0.devices.map(\.identity.address) }
    let named = Set(devices)
    return Set(groups.filter { namesGroups || !named.isDisjoint(with: $0) }.flatMap { $0 })
  }

  private func givenBack(_ evidence: HostEvidence) -> String? {
    let all = evidence.pciDevices.value ?? []
    let groups = Set(all.filter { devices.contains($0.address) }.compactMap(\.group))
    let members = all.filter { devices.contains($0.address) || $0.group.map(groups.contains) == true }
    guard !members.isEmpty else { return nil }
    let kept = members.filter(\.isOnVFIO).map(\.address.description)
    return kept.isEmpty ? "the host has its devices again" : "still on VFIO: \(kept.joined(separator: ", "))"
  }

  /// What the command was pointed at.
  private var targets: [DeviceTarget] {
    command.split(separator: " ").dropFirst().compactMap { DeviceTarget($0) }
  }

  private var devices: [PCIAddress] {
    targets.compactMap { if case .device(let address) = $0 { address } else { nil } }
  }

  private var namesGroups: Bool { targets.contains { if case .group = $0 { true } else { false } } }
}
