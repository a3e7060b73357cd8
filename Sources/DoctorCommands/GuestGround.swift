import Diagnosis
import GuestDefinitions
import HostFiles
import HostModel
import HostSurvey

/// What is known before groups go to a guest.
struct GuestGround {
  /// What the groups take up in the guest.
  let slots: [GuestSlot]
  private let evidence: HostEvidence
  private let root: HostRoot

  init(_ target: TargetArguments, _ root: HostRoot) throws(CommandError) {
    self.root = root
    evidence = surveyDevices(root)
    let groups = try target.select(on: evidence).groups
    slots = guestSlots(of: groups, devices: evidence.pciDevices.value ?? [])
    guard !slots.isEmpty else {
      throw CommandError(.failed, "there is nothing for a guest in the group: only bridges")
    }
  }

  /// What keeps the groups from going to a guest.
  func obstacles(overriding overrides: [HandoverOverride] = []) -> [HandoverObstacle] {
    HandoverGround(evidence, root).obstacles(
      toGiving: slots.flatMap { $0.functions.map(\.host) }, overrides: Set(overrides))
  }

  /// The same, said on standard error, for commands that print and change nothing.
  func warnedObstacles() -> [HandoverObstacle] {
    let found = obstacles()
    for obstacle in found {
      complain("passthru-doctor: a guest should not have \(obstacle.address) now: \(obstacle.reason)")
    }
    return found
  }

  /// libvirt's part in taking the devices, where the owner does not say: none in what is bound at every
  /// boot, and none in what the host is known to use.
  func usualManagement(_ obstacles: [HandoverObstacle]) -> DeviceManagement {
    let chosen = surveyBindings(root).value
    let isBoundAtBoot = slots.allSatisfy { slot in
      slot.functions.allSatisfy { chosen?.group(holding: $0.host) != nil }
    }
    return isBoundAtBoot || obstacles.contains(where: \.isMeasured) ? .boot : .libvirt
  }
}
