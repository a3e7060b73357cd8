import HostModel

/// `boot.layout`: how the host boots, and where its boot loader takes the kernel's arguments from.
package enum KnownBootLayout: Check {
  package static let id = "boot.layout"
  package static let stage = Stage.bootLoader
  package static let title = "how the host boots"

  package static let explanation = """
    The boot loader starts the kernel and hands it its arguments. Distributions keep these arguments in \
    different places (/etc/default/grub, a file for each boot entry, grubenv, /etc/kernel/cmdline, a \
    deployment), and a change in the wrong place does nothing, or undoes itself with the next kernel.

    This check tells which place it is on this host, by what the files hold and not by the name of the \
    distribution. Where it is certain, passthru-doctor kargs changes it; where it is not, or where \
    another tool is in charge, nothing is changed, and the steps by hand are told.
    """

  package static let notGrub = Cause(
    "not-grub",
    meaning:
      "The firmware starts the kernel as a unified image that carries its own arguments. They cannot be "
      + "changed from outside.",
    cure: "Change the source of the arguments and build the image anew.",
    mender: .person)

  package static let unknown = Cause(
    "unknown",
    meaning:
      "Where this host's boot loader takes the kernel's arguments from could not be found out, so this program "
      + "does not change them.",
    cure: "Change them in the way that this system's boot loader takes them.",
    mender: .person)

  package static let ambiguous = Cause(
    "ambiguous",
    meaning:
      "More than one place could be where the arguments come from. A change in the wrong one would have no effect, "
      + "so this program makes none.",
    cure: "Find out which boot loader starts this host, and remove the other.",
    mender: .person)

  package static let overwrittenStub = Cause(
    "overwritten-stub",
    meaning:
      "On the EFI system partition there ought to be a short wrapper that leads GRUB to its configuration. Somebody "
      + "has written a whole configuration over it: GRUB goes on reading that copy, and new kernels and "
      + "arguments never reach the boot menu.",
    cure: "Put the wrapper back; then have grub.cfg made anew.",
    mender: .person)

  package static let managedElsewhere = Cause(
    "managed-elsewhere",
    meaning:
      "Another tool writes this system's boot entries and would undo, or not survive, a change by this program.",
    cure: "Change the arguments with that tool.",
    mender: .person)

  package static let causes = [notGrub, unknown, ambiguous, overwrittenStub, managedElsewhere]

  package static func judge(_ evidence: HostEvidence) -> Verdict {
    guard let loader = evidence.bootLoader.value else {
      let reason = evidence.bootLoader.unreadableReason ?? "it is not there"
      return .unknown("How this host boots could not be measured: /\(evidence.bootLoader.source): \(reason).")
    }
    guard loader.showsAnything else { return .skipped("There are no files of a boot loader to look at.") }
    let layout = BootLayout(loader)
    let quotes = layout.evidence.map { Quote($0.path, $0.quote) } + loader.partitions.map(quote)
    guard let refusal = layout.refusal else {
      return .pass("The kernel's arguments are kept by \(layout.name).", evidence: quotes)
    }
    let steps = refusal.steps(adding: ["ARGUMENT"], removing: [])
    if refusal.cause == .unknown {
      return .unknown(
        refusal.reason, cause: unknown, evidence: quotes,
        cureDetail: "By hand: \(steps.joined(separator: "; ")).")
    }
    if refusal.cause == .overwrittenStub {
      return .warn(
        overwrittenStub, refusal.reason, evidence: quotes, commands: refusal.repair.map { .shell($0) })
    }
    return .warn(
      cause(of: refusal), refusal.reason, evidence: quotes,
      cureDetail: "By hand: \(steps.joined(separator: "; ")).")
  }

  private static func cause(of refusal: BootLayout.Refusal) -> Cause {
    causes.first { $0.id == refusal.cause.rawValue } ?? unknown
  }

  private static func quote(_ partition: BootPartition) -> Quote {
    Quote(partition.device.map { "dev/" + $0 } ?? "etc/fstab", partition.clause)
  }
}
