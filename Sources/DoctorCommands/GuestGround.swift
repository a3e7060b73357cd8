import Diagnosis
import DriverHandover
import GuestDefinitions
import HostFiles
import HostModel
import HostSurvey

/// What is known before groups go to a guest.
struct GuestGround {
  /// What the groups take up in the guest.
  let slots: [GuestSlot]
  /// What the host uses the devices for that are not on VFIO yet: with managed='yes' libvirt would take them
  /// from under it.
  let obstacles: [HandoverObstacle]
  /// All of it is bound to VFIO at every boot.
  private let isBoundAtBoot: Bool

  init(_ target: TargetArguments, _ root: HostRoot, overrides: [HandoverOverride] = []) throws(CommandError) {
    let evidence = surveyDevices(root)
    let groups = try target.select(on: evidence).groups
    let devices = evidence.pciDevices.value ?? []
    slots = guestSlots(of: groups, devices: devices)
    guard !slots.isEmpty else {
      throw CommandError(.failed, "there is nothing for a guest in the group: only bridges")
    }
    let leaving = detachment(of: groups, devices: devices) { _ in "vfio-pci" }
    obstacles = HandoverGround(evidence, root).obstacles(to: leaving, overrides: Set(overrides))
    let chosen = surveyBindings(root).value
    isBoundAtBoot = slots.allSatisfy { slot in
      slot.functions.allSatisfy { chosen?.group(holding: $0.host) != nil }
    }
  }

  /// libvirt's part in taking the devices, where the owner does not say: none in what is bound at every
  /// boot, and none in what the host is known to use.
  var usualManagement: DeviceManagement {
    isBoundAtBoot || obstacles.contains(where: \.isMeasured) ? .boot : .libvirt
  }

  /// Says what the host would lose, for commands that print and change nothing.
  func warn() {
    for obstacle in obstacles {
      complain("passthru-doctor: a guest should not have \(obstacle.address) now: \(obstacle.reason)")
    }
  }
}
