import HostModel

extension PCIIndex {
  /// Every group's judgement, in order of number.
  package var judgements: [GroupJudgement] { groups.map(judge) }

  /// Whether a guest could have a group, what stands in the way, and what to know about it.
  package func judge(_ group: IOMMUGroup) -> GroupJudgement {
    var blockers: [GroupJudgement.Blocker] = []
    for address in group.members {
      if let device = devices[address] {
        blockers += obstacles(device, in: group)
      } else {
        blockers.append(
          .init(
            address: address, reason: "It could not be read; it may have been unplugged.", command: nil,
            kind: .unmeasured))
      }
    }
    blockers += bindings(in: group)
    blockers += emptiness(of: group)
    blockers = blockers.enumerated().sorted { left, right in
      (left.element.address, left.offset) < (right.element.address, right.offset)
    }.map(\.element)
    return GroupJudgement(
      group: group, verdict: verdict(group, blockers), blockers: blockers, notes: notes(on: group))
  }

  private func verdict(_ group: IOMMUGroup, _ blockers: [GroupJudgement.Blocker]) -> GroupJudgement.Verdict {
    let kinds = Set(blockers.map(\.kind))
    if !kinds.isDisjoint(with: [.hostUse, .reservedRegion, .noEndpoint]) { return .hostNeedsIt }
    // A group without members, one that protects nothing, and what is no PCI function, are beyond
    // what was looked at.
    if kinds.contains(.unmeasured) || group.isNoIOMMU || group.members.isEmpty || !group.otherMembers.isEmpty
    {
      return .unknown
    }
    return kinds.contains(.binding) ? .needsBinding : .viable
  }

  /// What would be taken from the host, and what cannot be told of one member.
  private func obstacles(_ device: PCIDevice, in group: IOMMUGroup) -> [GroupJudgement.Blocker] {
    var result: [GroupJudgement.Blocker] = []
    func add(_ kind: GroupJudgement.Blocker.Kind, _ reason: String, _ command: String? = nil) {
      result.append(.init(address: device.address, reason: reason, command: command, kind: kind))
    }
    if let region = group.reservedRegions?.first(where: \.forbidsPassthrough), !device.isPassage {
      add(
        .reservedRegion,
        "The firmware keeps memory mapped for it (\(region.text)), so that VFIO refuses to attach it.")
    }
    // What VFIO has, the host has given away already.
    guard !device.isOnVFIO, !device.isPassage else { return result }
    for use in uses.of(device.address) where use.isEssential {
      add(.hostUse, use.detail, use.release)
    }
    if result.isEmpty, let doubt = uses.doubt(about: device) {
      add(.unmeasured, "It is not certain that the host can do without it: \(doubt).")
    }
    return result
  }

  /// What has to be bound to VFIO, or needs a decision.
  private func bindings(in group: IOMMUGroup) -> [GroupJudgement.Blocker] {
    let members = group.members.compactMap { devices[$0] }
    let pending = members.filter { $0.needsBinding }
    // VFIO suffers members without a driver beside those that it has (drivers/vfio/group.c). The
    // others are named as long as anything is to be done.
    let isUnderWay = members.contains { $0.isOnVFIO }
    let idle = members.filter { !$0.isOnVFIO && !$0.staysWithHost && !$0.needsBinding }
    let named = pending.isEmpty && isUnderWay ? [] : pending + idle
    return named.map { device in
      .init(
        address: device.address, reason: device.bindingReason,
        command: "passthru-doctor detach \(device.address)", kind: .binding)
    }
  }

  /// A group of bridges has nothing for a guest.
  private func emptiness(of group: IOMMUGroup) -> [GroupJudgement.Blocker] {
    let members = group.members.compactMap { devices[$0] }
    guard let first = members.first, members.count == group.members.count, members.allSatisfy(\.isPassage)
    else {
      return []
    }
    return [
      .init(
        address: first.address, reason: "The group holds only bridges, which stay with the host.",
        command: nil,
        kind: .noEndpoint)
    ]
  }
}

extension PCIDevice {
  /// Whether a driver of the host's stands in the way. pci-stub holds a device for nobody.
  fileprivate var needsBinding: Bool {
    driver != nil && driver != "pci-stub" && !isOnVFIO && !staysWithHost
  }

  fileprivate var bindingReason: String {
    let holder = driver.map { "it is bound to \($0)" } ?? "it has no driver"
    switch subclass {
    case 0x0601:
      return "It is the ISA bridge, which carries the host's legacy devices (\(holder)): decide whether the "
        + "guest is to have it too."
    case 0x0600: return "It is the host bridge, and \(holder): VFIO wants it without that driver."
    default:
      return driver.map { "It is bound to \($0), not to VFIO." }
        ?? "It has no driver; a guest gets it through VFIO only."
    }
  }
}

extension ReservedRegion {
  /// `0x7b000000-0x7fffffff`.
  fileprivate var text: String { "0x\(String(first, radix: 16))-0x\(String(last, radix: 16))" }
}
