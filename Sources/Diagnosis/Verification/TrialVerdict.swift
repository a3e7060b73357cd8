import HostModel

/// What a trial of a group means: pass, or the kernel's refusal as a cause with its cure.
///
/// `holders` are the processes that have the group's nodes open, as far as they could be seen.
package func judge(
  _ trial: VFIOTrial, of group: IOMMUGroup, on evidence: HostEvidence, heldBy holders: [FileHolder]
) -> Verdict {
  guard let refusal = trial.refusal else { return judgeAnswers(trial, of: group) }
  let members = MembersAtHand(of: group, on: evidence)
  let quote = Quote(
    String(refusal.path.drop { $0 == "/" }),
    "\(refusal.call.operation): \(refusal.call == .checkViability ? "not viable" : refusal.error.name)")
  let cause = cause(of: refusal, group: group, members: members, holders: holders)
  let evidence = [quote] + supportingEvidence(for: cause, group: group, members: members, holders: holders)
  return .fail(
    cause, summary(of: refusal, cause, group: group, members: members), evidence: evidence,
    commands: commands(for: cause, refusal, members: members))
}

/// The members of a group that a guest would get, and what they are on.
private struct MembersAtHand {
  let devices: [PCIDevice]

  init(of group: IOMMUGroup, on evidence: HostEvidence) {
    devices = (evidence.pciDevices.value ?? []).filter { group.members.contains($0.address) }
  }

  /// On a driver that keeps the group from a guest. The port driver of bridges does not
  /// (`driver_managed_dma`, drivers/pci/pcie/portdrv.c), nor does pci-stub.
  var onHostDrivers: [PCIDevice] {
    devices.filter { device in
      guard let driver = device.driver else { return false }
      return !device.isOnVFIO && driver != "pcieport" && driver != "pci-stub"
    }
  }

  /// How to name the group to a command.
  var name: String? { (devices.first { !$0.isBridge } ?? devices.first)?.address.description }
}

private func cause(
  of refusal: VFIORefusal, group: IOMMUGroup, members: MembersAtHand, holders: [FileHolder]
) -> Cause {
  if group.isNoIOMMU { return RefusalCauses.withoutIOMMU }
  switch (refusal.call, refusal.error) {
  case (.getDevice, .EACCES), (.bindDevice, .EACCES): return RefusalCauses.token
  case (_, .EACCES): return RefusalCauses.noPermission
  case (.openContainer, .ENOENT), (.openContainer, .ENODEV), (.openIOMMUFD, .ENOENT), (.openIOMMUFD, .ENODEV):
    return RefusalCauses.vfioMissing
  case (.checkType, _): return RefusalCauses.typeMissing
  case (.openGroup, .ENOENT), (.openGroup, .ENODEV), (.openDeviceNode, .ENOENT), (.getDevice, .ENODEV):
    return RefusalCauses.notBound
  case (.openGroup, .EBUSY), (.openDeviceNode, .EBUSY): return RefusalCauses.held
  case (.getDevice, .EBUSY), (.askDevice, .EBUSY): return RefusalCauses.memoryClaimed
  case (.mapPage, .ENOMEM): return RefusalCauses.memoryLimit
  case (.checkViability, _), (.setContainer, .EPERM), (.setContainer, .EBUSY), (.bindDevice, .EPERM),
    (.bindDevice, .EBUSY), (.bindDevice, .EINVAL):
    return ownershipCause(members: members, holders: holders)
  case (.setContainer, .EINVAL): return reservedOrOther(group)
  case (.setIOMMU, .EPERM), (.attachDevice, .EPERM):
    // Intel's driver before 6.6 refused reserved memory with EPERM as well (device_is_rmrr_locked).
    return group.forbidsPassthrough ? RefusalCauses.reservedRegion : RefusalCauses.unsafeInterrupts
  case (.setIOMMU, .EINVAL), (.attachDevice, .EINVAL): return reservedOrOther(group)
  default: return RefusalCauses.other
  }
}

/// Somebody else owns the group: a host driver, or another user of VFIO.
private func ownershipCause(members: MembersAtHand, holders: [FileHolder]) -> Cause {
  if !members.onHostDrivers.isEmpty { return RefusalCauses.notViable }
  return holders.isEmpty ? RefusalCauses.notViable : RefusalCauses.held
}

/// Since 6.6 the kernel refuses reserved memory with EINVAL (require_direct in drivers/iommu/iommu.c).
private func reservedOrOther(_ group: IOMMUGroup) -> Cause {
  group.forbidsPassthrough ? RefusalCauses.reservedRegion : RefusalCauses.other
}

extension IOMMUGroup {
  /// Whether any of its reserved regions makes VFIO refuse it.
  var forbidsPassthrough: Bool { reservedRegions?.contains(where: \.forbidsPassthrough) == true }
}

private func summary(
  of refusal: VFIORefusal, _ cause: Cause, group: IOMMUGroup, members: MembersAtHand
) -> String {
  let subject = refusal.address.map { "\($0) of group \(group.id)" } ?? "group \(group.id)"
  let refused = "No guest can have \(subject) now: "
  switch cause.id {
  case RefusalCauses.notViable.id where !members.onHostDrivers.isEmpty:
    let culprits = members.onHostDrivers.map { "\($0.address) is on \($0.driver ?? "no driver")" }
    return refused + culprits.joined(separator: ", ") + "."
  case RefusalCauses.notBound.id: return refused + "none of its devices is on vfio-pci."
  case RefusalCauses.held.id: return refused + "another process has it open."
  case RefusalCauses.noPermission.id: return refused + "this user may not open \(refusal.path)."
  case RefusalCauses.unsafeInterrupts.id: return refused + "its interrupts are not remapped."
  case RefusalCauses.reservedRegion.id: return refused + "the firmware reserved memory for it."
  case RefusalCauses.memoryLimit.id: return refused + "this user may lock no more memory."
  case RefusalCauses.vfioMissing.id: return refused + "\(refusal.path) is not there."
  case RefusalCauses.typeMissing.id: return refused + "VFIO knows no type 1 IOMMU."
  case RefusalCauses.withoutIOMMU.id: return refused + "no IOMMU stands between it and the host's memory."
  default: return refused + "\(refusal.call.operation) gave \(refusal.error.name)."
  }
}

private func supportingEvidence(
  for cause: Cause, group: IOMMUGroup, members: MembersAtHand, holders: [FileHolder]
) -> [Quote] {
  switch cause.id {
  case RefusalCauses.held.id:
    return holders.map { Quote("proc/\($0.process)/fd", $0.description) }
  case RefusalCauses.notViable.id:
    return members.onHostDrivers.map { Quote("sys/bus/pci/devices/\($0.address)/driver", $0.driver ?? "") }
  case RefusalCauses.reservedRegion.id:
    return (group.reservedRegions ?? []).filter(\.forbidsPassthrough).map { region in
      Quote(
        "sys/kernel/iommu_groups/\(group.id)/reserved_regions",
        "0x\(String(region.first, radix: 16)) 0x\(String(region.last, radix: 16)) \(region.kind)")
    }
  default: return []
  }
}

private func commands(for cause: Cause, _ refusal: VFIORefusal, members: MembersAtHand) -> [RemedyCommand] {
  switch cause.id {
  case RefusalCauses.vfioMissing.id, RefusalCauses.typeMissing.id: ["passthru-doctor modules load"]
  case RefusalCauses.notBound.id, RefusalCauses.notViable.id:
    members.name.map { ["passthru-doctor detach \($0)"] } ?? []
  case RefusalCauses.unsafeInterrupts.id: ["passthru-doctor check --only iommu.interrupt-remapping"]
  case RefusalCauses.memoryClaimed.id:
    refusal.address.map { ["grep -A 3 \($0) /proc/iomem"] } ?? []
  default: []
  }
}

/// Everything was granted: what the devices answered.
private func judgeAnswers(_ trial: VFIOTrial, of group: IOMMUGroup) -> Verdict {
  let evidence = trial.devices.map { device in
    Quote("sys/bus/pci/devices/\(device.address)", device.answer)
  }
  if let silent = trial.devices.first(where: { $0.vendor == 0xffff }) {
    return .fail(
      RefusalCauses.silent, "\(silent.address) of group \(group.id) was opened, but does not answer.",
      evidence: evidence)
  }
  let stubborn = trial.devices.filter { !$0.canReset }.map(\.address.description)
  guard stubborn.isEmpty else {
    return .warn(
      RefusalCauses.noReset,
      "A guest can have group \(group.id), but \(stubborn.joined(separator: ", ")) cannot be reset.",
      evidence: evidence)
  }
  let addresses = trial.devices.map(\.address.description).joined(separator: ", ")
  return .pass("A guest can have group \(group.id): \(addresses).", evidence: evidence)
}

extension VFIODevice {
  /// "8086:10d3, BAR 0 128 KiB, BAR 1 128 KiB; INTx, MSI, MSI-X 5; can be reset"
  package var answer: String {
    let ids = hexText(UInt32(vendor), digits: 4) + ":" + hexText(UInt32(device), digits: 4)
    let windows = regions.map { "\($0.name) \(bytesInWords($0.size))" }
    let signals = interrupts.map { $0.count == 1 ? $0.name : "\($0.name) \($0.count)" }
    return [
      ([ids] + windows).joined(separator: ", "),
      signals.isEmpty ? "no interrupts" : signals.joined(separator: ", "),
      canReset ? "can be reset" : "cannot be reset by itself",
    ].joined(separator: "; ")
  }
}

/// "256 B", "128 KiB", "16 MiB": in the largest unit that leaves a whole number.
package func bytesInWords(_ count: UInt64) -> String {
  var number = count
  var unit = 0
  let units = ["B", "KiB", "MiB", "GiB", "TiB"]
  while number >= 1024, number % 1024 == 0, unit + 1 < units.count {
    number /= 1024
    unit += 1
  }
  return "\(number) \(units[unit])"
}
