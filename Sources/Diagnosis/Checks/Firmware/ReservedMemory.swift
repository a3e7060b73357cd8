import HostModel

/// `firmware.reserved-memory`: memory that firmware ties devices to keeps them from guests.
package enum ReservedMemory: Check {
  package static let id = "firmware.reserved-memory"
  package static let stage = Stage.firmware
  package static let title = "memory tied to devices"

  package static let explanation = """
    Firmware may demand that a device reaches some memory unchanged at all times: Intel's table names \
    such regions as RMRR, AMD's as IVMD. A guest's memory cannot hold to that, so VFIO refuses such a \
    device. Linux makes an exception for USB controllers and graphics on Intel machines, whose regions \
    only matter before the operating system starts.

    Some newer AMD boards tie every device. There the IOMMU is on and its groups look perfect, and \
    still nothing can be handed to a guest.
    """

  package static let everyDevice = Cause(
    "every-device",
    meaning: "The firmware ties every device to a region of memory. Since Linux 6.6 VFIO therefore refuses "
      + "each of them with \"invalid argument\"; older kernels do not look at it.",
    cure: "Update the firmware: makers have withdrawn such regions. Until then only a kernel before 6.6 "
      + "gives the devices to guests.",
    mender: .firmware)

  package static let someDevices = Cause(
    "some-devices",
    meaning:
      "The firmware ties some devices to regions of memory, and VFIO refuses these devices. All others "
      + "are free.",
    cure: "Choose other devices, or look for a newer firmware. Some servers can switch the regions off for a "
      + "slot (HPE: \"shared memory\" or \"RMRDS\" of the PCI device).",
    mender: .firmware)

  package static let causes = [everyDevice, someDevices]

  package static func judge(_ evidence: HostEvidence) -> Verdict {
    if let verdict = judgeRefusals(evidence) { return verdict }
    if let verdict = judgeGroups(evidence) { return verdict }
    if let table = evidence.ivrs.value?.table { return judge(table, evidence) }
    if let table = evidence.dmar.value?.table { return judge(table, evidence) }
    return withoutTable(evidence)
  }
}

// MARK: - By what VFIO said

extension ReservedMemory {
  private static func judgeRefusals(_ evidence: HostEvidence) -> Verdict? {
    guard let refusals = evidence.kernelLog.value?.facts.refusals, let first = refusals.first else {
      return nil
    }
    if let range = evidence.ivrs.value?.table?.rangeOverAllDevices {
      return .fail(
        everyDevice, "The firmware ties every device to memory, and the kernel has refused one for it.",
        evidence: [quote(range, evidence), Quote(evidence.kernelLog.source, first.text)])
    }
    return .warn(
      someDevices, "The kernel has refused a device because of memory that the firmware ties it to.",
      evidence: refusals.prefix(quoteLimit).map { Quote(evidence.kernelLog.source, $0.text) })
  }

  static var quoteLimit: Int { 8 }
}

// MARK: - By the groups

extension ReservedMemory {
  /// The kernel's own reading of the tables, with its exceptions; nil where it does not tell.
  private static func judgeGroups(_ evidence: HostEvidence) -> Verdict? {
    let source = evidence.iommuGroups.source
    let groups = (evidence.iommuGroups.value ?? []).filter {
      !$0.members.isEmpty && $0.reservedRegions != nil && !$0.isNoIOMMU
    }
    guard !groups.isEmpty else { return nil }
    let tied = groups.filter { $0.reservedRegions?.contains(where: \.forbidsPassthrough) == true }
    guard let first = tied.first else { return free(source, "no reserved region of kind direct") }
    let quote = Quote("\(source)/\(first.id)/reserved_regions", "direct")
    let bridges = Set((evidence.pciDevices.value ?? []).filter(\.isBridge).map(\.address))
    let devices = tied.flatMap(\.members).filter { !bridges.contains($0) }
    let isEvery = groups.count > 1 && tied.count == groups.count
    return isEvery ? tiedEveryDevice(by: quote, evidence) : listed(devices.map(\.description), [quote])
  }
}

// MARK: - What they come to

extension ReservedMemory {
  private static func withoutTable(_ evidence: HostEvidence) -> Verdict {
    let ground = IOMMUGround(evidence)
    if ground.tablesAreComplete, ground.tables.isDisjoint(with: ["DMAR", "IVRS"]) {
      return .skipped("It waits for an IOMMU table of the firmware.")
    }
    for table in [evidence.dmar.unreadable, evidence.ivrs.unreadable] {
      if let table {
        return .unknown(
          "The firmware's IOMMU table could not be read: \(table.reason).",
          evidence: [Quote(table.source, table.reason)])
      }
    }
    return .unknown("The firmware's IOMMU table was not read.")
  }

  static func free(_ source: String, _ quote: String) -> Verdict {
    .pass(
      "No device is kept from guests by memory that firmware ties it to.", evidence: [Quote(source, quote)])
  }

  static func listed(_ devices: [String], _ quotes: [Quote]) -> Verdict {
    let shown = devices.prefix(quoteLimit).joined(separator: ", ")
    let rest = devices.count > quoteLimit ? " and \(devices.count - quoteLimit) more" : ""
    return .warn(
      someDevices,
      "The firmware ties \(shown)\(rest) to memory, and VFIO refuses \(devices.count == 1 ? "it" : "them").",
      evidence: Array(quotes.prefix(quoteLimit)))
  }

  /// Kernels before 6.6 do not refuse, but a distribution may have taken the refusal over.
  static func tiedEveryDevice(by quote: Quote, _ evidence: HostEvidence) -> Verdict {
    if let release = evidence.kernelRelease.value, let version = KernelVersion(release),
      version < KernelVersion(major: 6, minor: 6)
    {
      return .warn(
        everyDevice,
        "The firmware ties every device to memory: kernels from 6.6 on, and distributions' kernels that took "
          + "this over, give none of them to a guest.",
        evidence: [quote, Quote(evidence.kernelRelease.source, release)])
    }
    return .fail(
      everyDevice, "The firmware ties every device to memory, and VFIO refuses them all.", evidence: [quote],
      needsReboot: true)
  }
}

extension Observed {
  /// Where and why nothing could be read; nil when that was not the trouble.
  fileprivate var unreadable: (source: String, reason: String)? {
    if case .unreadable(let source, let reason) = self, !source.isEmpty { (source, reason) } else { nil }
  }
}
