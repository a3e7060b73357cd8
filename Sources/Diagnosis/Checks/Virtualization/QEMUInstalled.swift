import HostModel

/// Whether there is a program to run guests with.
package enum QEMUInstalled: Check {
  package static let id = "qemu.installed"
  package static let stage = Stage.virtualization
  package static let title = "QEMU"
  package static let explanation = """
    QEMU is the program that is the guest's machine: it opens /dev/kvm for the guest's processors and, \
    through VFIO, the PCI devices that are handed to it. libvirt starts it for you.
    """
  package static let causes = [missing]
  private static let missing = Cause(
    "missing", meaning: "No program that could run a guest is installed.",
    cure: "Install QEMU from the distribution.", mender: .person)

  package static func judge(_ evidence: HostEvidence) -> Verdict {
    switch evidence.qemuPrograms {
    case .found(let programs, let source):
      guard let first = programs.first else { return missingVerdict(source, evidence) }
      let others = programs.count > 1 ? " and \(programs.count - 1) more" : ""
      return .pass("QEMU is installed: /\(first)\(others).", evidence: programs.map { Quote($0, "there") })
    case .absent(let source): return missingVerdict(source, evidence)
    case .unreadable(let source, let reason):
      return .unknown(
        "Whether QEMU is installed could not be measured: \(reason).", evidence: [Quote(source, reason)])
    }
  }

  private static func missingVerdict(_ source: String, _ evidence: HostEvidence) -> Verdict {
    .fail(
      missing, "QEMU is not installed.", evidence: [Quote(source, "no qemu-system-… and no qemu-kvm")],
      commands: SoftwarePackage.qemu.installCommands(on: evidence))
  }
}
