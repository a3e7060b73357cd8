import HostModel

/// `iommu.messages`: what the kernel complained of about the IOMMU.
package enum IOMMUMessages: Check {
  package static let id = "iommu.messages"
  package static let stage = Stage.kernel
  package static let title = "IOMMU messages"

  package static let explanation = """
    The kernel log tells what the state in sysfs cannot: devices whose accesses the IOMMU stopped \
    (faults), tables of the firmware that the kernel had to correct or refuse, and devices that VFIO \
    may not have because firmware reserves memory for them.

    A fault is not always a problem. In the first two seconds of a boot it is usually a frame buffer or \
    a network card that firmware had left running when translation was switched on.

    The kernel keeps its messages in a buffer that wraps: on a machine that has run for long, the start of \
    the boot is lost there, and only the journal or a saved copy has it.
    """

  package static let faults = Cause(
    "faults",
    meaning:
      "The IOMMU stopped accesses of a device, or did not answer. A device whose faults go on does not work "
      + "as it should, in the host or in a guest; faults at the very start of a boot alone are mostly left over from "
      + "firmware and do no harm.",
    cure:
      "Update the device's driver and firmware. If the device is the host's own and faults go on, iommu=pt "
      + "on the kernel command line takes the host's devices out of translation; passthrough still works.",
    mender: .person)

  package static let firmwareBug = Cause(
    "firmware-bug",
    meaning:
      "The kernel found the firmware's description of the IOMMU wrong, or firmware claims memory for a device "
      + "so that the device cannot be given away. Most such messages are only warnings; whether the IOMMU works "
      + "all the same, iommu.active tells.",
    cure:
      "Update the firmware. For a device that firmware claims memory for, look for a setting that releases it: HP "
      + "and HPE describe one per slot (conrep or ilorest); on newer AMD boards it is \"Pre-boot DMA Protection\".",
    mender: .firmware)

  package static let logUnreadable = Cause(
    "log-unreadable",
    meaning:
      "The kernel log may not be read by this user (kernel.dmesg_restrict), so that faults and firmware bugs "
      + "cannot be seen.",
    cure: "Run the program as root.",
    mender: .person)

  package static let logLost = Cause(
    "log-lost",
    meaning:
      "The log does not reach back to the start of the boot: the kernel's buffer has wrapped, or the copy is "
      + "an excerpt. What was said of the IOMMU then is lost.",
    cure:
      "Run it again soon after the next start, or keep a journal (mkdir /var/log/journal), or enlarge the "
      + "buffer with the kernel argument log_buf_len=4M.",
    mender: .person)

  package static let causes = [faults, firmwareBug, logUnreadable, logLost]

  package static func judge(_ evidence: HostEvidence) -> Verdict {
    switch evidence.kernelLog {
    case .found(let log, let source): return judge(log, source)
    case .absent(let source):
      return .unknown("There is no kernel log to read (\(source)).")
    case .unreadable(let source, let reason):
      let command: [RemedyCommand] = evidence.isRunningHost ? ["sudo passthru-doctor"] : []
      return .unknown(
        "The kernel log could not be read: \(reason).", cause: logUnreadable,
        evidence: source.isEmpty ? [] : [Quote(source, reason)], commands: command)
    }
  }

  private static func judge(_ log: KernelLog, _ source: String) -> Verdict {
    let facts = log.facts
    let faultQuotes = facts.faults.prefix(quoteLimit).map { Quote(source, words(of: $0)) }
    let bugQuotes = (facts.firmwareBugs + facts.refusals).prefix(quoteLimit).map { Quote(source, $0.text) }
    if !facts.faults.isEmpty {
      let bugs = bugQuotes.isEmpty ? "" : " The firmware has bugs, too."
      return .warn(faults, summary(of: facts.faults) + bugs, evidence: faultQuotes + bugQuotes)
    }
    if !bugQuotes.isEmpty { return .warn(firmwareBug, summary(of: facts), evidence: bugQuotes) }
    if log.startIsLost {
      return .unknown(
        "The start of the boot is not in the kernel log.", cause: logLost,
        evidence: [Quote(source, "no line \"Linux version\"")])
    }
    return .pass(
      "The kernel has no complaint about the IOMMU.", evidence: [Quote(source, "no fault, no firmware bug")])
  }

  /// More quotes than a reader takes in are none.
  private static let quoteLimit = 8

  private static func words(of fault: IOMMUFault) -> String {
    let times = fault.count == 1 ? "" : " (\(fault.count) times)"
    return "\(fault.message.text)\(times)\(fault.isFromStartOnly ? " (at the start of the boot only)" : "")"
  }

  private static func summary(of faults: [IOMMUFault]) -> String {
    let devices = faults.compactMap { $0.device?.description }.reduce(into: [String]()) { names, name in
      if !names.contains(name) { names.append(name) }
    }
    let named = devices.prefix(4).joined(separator: ", ") + (devices.count > 4 ? ", …" : "")
    let of = devices.isEmpty ? "" : " of \(named)"
    if faults.allSatisfy(\.isFromStartOnly) {
      return "At the start of the boot the IOMMU stopped accesses\(of): usually left "
        + "over from firmware, and harmless if the device works."
    }
    if faults.allSatisfy({ $0.kind == .interrupt }) {
      return "Interrupt remapping stopped interrupts\(of); DMA is not concerned."
    }
    if faults.allSatisfy({ $0.kind == .command }) {
      return "The IOMMU\(of) did not finish its commands in time."
    }
    return "The IOMMU stopped accesses\(of)."
  }

  private static func summary(of facts: KernelLogFacts) -> String {
    guard facts.firmwareBugs.isEmpty else {
      return "The kernel found the firmware's description of the IOMMU faulty."
    }
    return "Firmware reserves memory for a device, and VFIO was refused it."
  }
}
