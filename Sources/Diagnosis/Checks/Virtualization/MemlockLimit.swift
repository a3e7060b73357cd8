import HostModel

/// Whether guests of this user may lock their memory.
package enum MemlockLimit: Check {
  package static let id = "limits.memlock"
  package static let stage = Stage.virtualization
  package static let title = "Memory that may be locked"
  package static let explanation = """
    A device that works for a guest reads and writes the guest's memory at any moment, so VFIO pins all of \
    that memory: it may not be moved or swapped out. How much a user's programs may pin is a limit \
    (RLIMIT_MEMLOCK, shown by ulimit -l). A guest of 8 GiB needs a limit of a little over 8 GiB.

    The limit does not bind root, and libvirt's system service raises it for its own guests. It matters to \
    who starts QEMU as an ordinary user.
    """
  package static let causes = [tooLow]
  private static let tooLow = Cause(
    "too-low",
    meaning: "A guest with a device, started by this user without libvirt's system service, would stop with "
      + "\"VFIO_MAP_DMA failed: Cannot allocate memory\".",
    cure:
      "Raise the limit for the user to more than the guest's memory, then log in again; or run the guest by "
      + "libvirt's system service.", mender: .person)

  /// Less than any guest: the smallest that people give a device to has 1 GiB.
  private static let smallestGuest: UInt64 = 1 << 30

  package static func judge(_ evidence: HostEvidence) -> Verdict {
    guard case .found(let limits, let source) = evidence.memlock else {
      guard evidence.isRunningHost else {
        return .skipped("The limit belongs to a running session; nothing to look at below another root.")
      }
      let reason = evidence.memlock.unreadableReason ?? "there is no limit to read"
      return .unknown(
        "How much memory may be locked could not be measured: \(reason).",
        evidence: [Quote(evidence.memlock.source, reason)])
    }
    if limits.isPrivileged {
      return .pass("The limit on locked memory does not bind root.", evidence: [Quote(source, limits.words)])
    }
    guard let hard = limits.hardLimit, hard < smallestGuest else {
      return .pass("This user may lock enough memory for a guest.", evidence: [Quote(source, limits.words)])
    }
    return .warn(
      tooLow, "This user may lock only \(hard >> 20) MiB of memory.", evidence: [Quote(source, limits.words)],
      commands: ["echo \"$USER - memlock unlimited\" | sudo tee /etc/security/limits.d/50-passthrough.conf"])
  }
}

extension MemlockLimits {
  fileprivate var words: String {
    let name = { (bytes: UInt64?) in bytes.map { "\($0) bytes" } ?? "unlimited" }
    return "soft \(name(softLimit)), hard \(name(hardLimit))"
  }
}
