import HostModel

/// Whether the devices chosen for guests can go.
package enum ChosenGroups: Check {
  package static let id = "groups.chosen"
  package static let stage = Stage.devices
  package static let title = "Chosen devices"
  package static let isRequired = true
  package static let explanation = """
    A guest gets a device together with everything that the IOMMU cannot tell apart from it: its group. \
    VFIO opens a group only when no driver of the host has any of its members. Bridges between buses may \
    stay as they are.

    The host must not lose what it lives on: the disks below its file systems and swap, the card that its \
    network is on, its console, its keyboard. A device for which the firmware keeps memory mapped (RMRR, \
    IVMD) cannot go at all, whatever is bound.
    """
  package static let causes = [missing, hostNeedsIt, reservedRegion, notViable, noReset]

  private static let missing = Cause(
    "missing",
    meaning: "A device that was chosen for guests is not there, or cannot be told from others any more: it "
      + "was moved, taken out, or switched off.",
    cure: "Put it back, or choose devices anew.", mender: .person)
  private static let hostNeedsIt = Cause(
    "host-needs-it",
    meaning: "Handing the group to a guest would take something that this host lives on.",
    cure: "Move what the host uses to another controller, or choose another device.", mender: .person)
  private static let reservedRegion = Cause(
    "reserved-region",
    meaning: "The firmware keeps memory mapped for the device, so that VFIO refuses to attach it.",
    cure: "Look for a firmware update or setting that releases the device, or choose another one.",
    mender: .firmware)
  private static let notViable = Cause(
    "not-viable",
    meaning: "Other members of the group have drivers of the host, so that VFIO does not open it.",
    cure: "Choose the group as a whole.", mender: .person)
  private static let noReset = Cause(
    "no-reset",
    meaning: "The device has no reset: what one guest leaves in it, the next start finds.",
    cure: "Expect to restart the host between guests, or use another device where that matters.",
    mender: .otherHardware)

  package static func judge(_ evidence: HostEvidence) -> Verdict {
    let index = PCIIndex(evidence)
    switch evidence.bindings {
    case .absent(let source):
      return .skipped("No device is chosen for a guest (/\(source)).\(offer(index))")
    case .unreadable(let source, let reason):
      return .unknown(
        "Which devices are chosen for guests could not be read: \(reason).", evidence: [Quote(source, reason)]
      )
    case .found(let configuration, let source):
      let chosen = configuration.groups.flatMap(\.devices)
      guard !chosen.isEmpty else {
        return .skipped("No device is chosen for a guest (/\(source)).\(offer(index))")
      }
      guard let devices = evidence.pciDevices.value else {
        let reason = evidence.pciDevices.unreadableReason ?? "there is no PCI bus"
        return .unknown(
          "The host's devices could not be listed: \(reason).",
          evidence: [Quote(evidence.pciDevices.source, reason)])
      }
      return judge(chosen, source, devices, index)
    }
  }

  private static func judge(
    _ chosen: [ChosenDevice], _ source: String, _ devices: [PCIDevice], _ index: PCIIndex
  ) -> Verdict {
    // What the owner gave away in spite of its use, by where it is now.
    var overrides: [PCIAddress: Set<String>] = [:]
    for device in chosen {
      switch device.identity.search(devices) {
      case .found(let address): overrides[address] = Set(device.overrides)
      case .uncertain(let why):
        return .fail(
          missing, "\(why.decline(for: device.identity).detail).",
          evidence: [Quote(source, "\(device.identity.address) \(device.identity.ids)")],
          commands: ["passthru-doctor devices"])
      }
    }
    let groups = index.judgements.filter { $0.group.members.contains { overrides[$0] != nil } }
    let grouped = Set(groups.flatMap(\.group.members))
    let places = overrides.keys.sorted()
    guard places.allSatisfy(grouped.contains) else {
      return .skipped("The chosen devices are in no IOMMU group; that waits for the IOMMU (iommu.active).")
    }
    return problem(groups, overrides, index.uses) ?? remark(places, index)
      ?? .pass(
        "The chosen devices can go to a guest: \(places.map(\.description).joined(separator: ", ")).",
        evidence: groups.map { Quote("sys/kernel/iommu_groups/\($0.group.id)", $0.group.members.text) })
  }

  /// The gravest of all groups. `chosen` are the devices, with the uses that were overridden.
  private static func problem(
    _ groups: [GroupJudgement], _ chosen: [PCIAddress: Set<String>], _ uses: HostUses
  ) -> Verdict? {
    func isOverridden(_ blocker: GroupJudgement.Blocker) -> Bool {
      let use = uses.of(blocker.address).first { $0.isEssential && $0.detail == blocker.reason }
      return use.map { chosen[blocker.address]?.contains($0.kind.rawValue) == true } ?? false
    }
    let blockers = groups.flatMap { judgement in
      judgement.blockers.filter { !isOverridden($0) }.map { (judgement.group, $0) }
    }
    func first(_ kinds: [GroupJudgement.Blocker.Kind]) -> (
      group: IOMMUGroup, blocker: GroupJudgement.Blocker
    )? {
      blockers.first { kinds.contains($0.1.kind) }.map { ($0.0, $0.1) }
    }
    if let (group, blocker) = first([.reservedRegion]) {
      return .fail(reservedRegion, sentence(group, blocker), evidence: [quote(group, blocker)])
    }
    if let (group, blocker) = first([.hostUse, .noEndpoint]) {
      return .fail(
        hostNeedsIt, sentence(group, blocker), evidence: [quote(group, blocker)],
        commands: ["passthru-doctor groups group:\(group.id)"])
    }
    if let (group, blocker) = first([.unmeasured]) {
      return .unknown(sentence(group, blocker), evidence: [quote(group, blocker)])
    }
    // What is chosen gets bound at boot: that is another check's matter.
    if let (group, blocker) = blockers.first(where: {
      $0.1.kind == .binding && chosen[$0.1.address] == nil
    }) {
      return .fail(
        notViable, sentence(group, blocker), evidence: [quote(group, blocker)],
        commands: blocker.command.map { [.shell($0)] } ?? [])
    }
    if let judgement = groups.first(where: { $0.verdict == .unknown }) {
      return .unknown(judgement.notes.first?.text ?? "Group \(judgement.group.id) could not be judged.")
    }
    return nil
  }

  private static func remark(_ chosen: [PCIAddress], _ index: PCIIndex) -> Verdict? {
    guard let device = chosen.compactMap({ index.devices[$0] }).first(where: { $0.resetMethods == [] }) else {
      return nil
    }
    return .warn(
      noReset, "\(device.address) cannot be reset.",
      evidence: [Quote("sys/bus/pci/devices/\(device.address)/reset_method", "empty")])
  }

  private static func sentence(_ group: IOMMUGroup, _ blocker: GroupJudgement.Blocker) -> String {
    "Group \(group.id), \(blocker.address): \(blocker.reason)"
  }

  private static func quote(_ group: IOMMUGroup, _ blocker: GroupJudgement.Blocker) -> Quote {
    Quote("sys/kernel/iommu_groups/\(group.id)", blocker.reason)
  }

  /// Groups that could go now: a start for who has chosen nothing yet.
  private static func offer(_ index: PCIIndex) -> String {
    let free = index.offers
    guard !free.isEmpty else { return "" }
    let names = free.prefix(5).map { judgement in
      let device = index.mainDevice(of: judgement.group)
      let kind = device.map { DeviceKind($0).rawValue } ?? "?"
      return "group \(judgement.group.id) (\(kind) \(device?.address.description ?? ""))"
    }
    let more = free.count > 5 ? " and \(free.count - 5) more" : ""
    return " These could go: \(names.joined(separator: ", "))\(more); passthru-doctor groups shows all."
  }
}

extension [PCIAddress] {
  fileprivate var text: String { map(\.description).joined(separator: " ") }
}
