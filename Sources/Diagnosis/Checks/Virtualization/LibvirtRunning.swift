import HostModel

/// Whether libvirt is there to keep guests.
package enum LibvirtRunning: Check {
  package static let id = "libvirt.running"
  package static let stage = Stage.virtualization
  package static let title = "libvirt"
  package static let explanation = """
    libvirt keeps the descriptions of guests, starts QEMU for them, and takes devices from the host for \
    them. virsh, virt-manager and Cockpit talk to it. Guests can also be started with QEMU alone.
    """
  package static let causes = [missing, notRunning]
  private static let missing = Cause(
    "missing",
    meaning:
      "Guests cannot be kept and started by virsh, virt-manager or Cockpit; QEMU can still be started by "
      + "hand.",
    cure: "Install libvirt from the distribution, or go on with QEMU alone.", mender: .person)
  private static let notRunning = Cause(
    "not-running",
    meaning:
      "libvirt is installed, but nothing answers for it, so virsh and virt-manager cannot start guests.",
    cure: "Enable and start its socket; the daemon then starts when it is asked for.", mender: .person)

  package static func judge(_ evidence: HostEvidence) -> Verdict {
    switch evidence.libvirt {
    case .found(let state, let source):
      if let socket = state.runningSocket {
        return .pass("libvirt is running.", evidence: [Quote(socket, "there")])
      }
      // Whether a daemon runs is nothing that another root can tell.
      guard evidence.isRunningHost || !state.daemons.isEmpty else { return missingVerdict(source, evidence) }
      guard evidence.isRunningHost else {
        return .pass("libvirt is installed.", evidence: state.daemons.map { Quote($0, "there") })
      }
      guard let daemon = state.daemons.first else { return missingVerdict(source, evidence) }
      let unit = daemon.hasSuffix("libvirtd") ? "libvirtd.socket" : "virtqemud.socket"
      return .warn(
        notRunning, "libvirt is installed but not running.",
        evidence: [Quote(daemon, "there"), Quote("run/libvirt", "no socket")],
        commands: [.change(.enable(unit: unit))])
    case .absent(let source): return missingVerdict(source, evidence)
    case .unreadable(let source, let reason):
      return .unknown(
        "Whether libvirt is installed could not be measured: \(reason).", evidence: [Quote(source, reason)])
    }
  }

  private static func missingVerdict(_ source: String, _ evidence: HostEvidence) -> Verdict {
    .warn(
      missing, "libvirt is not installed.", evidence: [Quote(source, "neither libvirtd nor virtqemud")],
      commands: SoftwarePackage.libvirt.installCommands(on: evidence))
  }
}
