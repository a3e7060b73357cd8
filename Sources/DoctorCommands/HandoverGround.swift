import ChangePlanning
import Diagnosis
import DriverHandover
import HostFiles
import HostModel
import HostSurvey
import VFIOAccess

/// What is known of a host before devices change hands on it now.
struct HandoverGround {
  private let evidence: HostEvidence
  private let root: HostRoot

  /// - Parameter evidence: the devices and groups; what the host uses them for is looked at when it counts.
  init(_ evidence: HostEvidence, _ root: HostRoot) {
    self.evidence = evidence
    self.root = root
  }

  /// What keeps the devices where they are: of those that go to VFIO, the host's uses and processes that
  /// have a node open; of the others, who has their group open.
  func obstacles(
    to rebindings: [Rebinding], overrides: Set<HandoverOverride> = []
  ) -> [HandoverObstacle] {
    let leaving = rebindings.filter(\.isToVFIO).map(\.device)
    let returning = rebindings.filter { !$0.isToVFIO }.map(\.device)
    return (leaving.isEmpty ? [] : obstacles(toTaking: leaving, overrides))
      + guests(of: groups(of: returning))
  }

  /// The same before a guest gets the groups of these functions: of what is not on VFIO yet, for libvirt
  /// would take that from under the host.
  func obstacles(
    toGiving functions: [PCIAddress], overrides: Set<HandoverOverride> = []
  ) -> [HandoverObstacle] {
    let devices = evidence.pciDevices.value ?? []
    return obstacles(
      to: detachment(of: groups(of: functions), devices: devices) { _ in "vfio-pci" }, overrides: overrides)
  }

  private func obstacles(
    toTaking devices: [PCIAddress], _ overrides: Set<HandoverOverride>
  ) -> [HandoverObstacle] {
    var evidence = evidence
    evidence.hostUses = evidence.pciDevices.map { surveyHostUses(root, devices: $0) }
    return PCIIndex(evidence).obstacles(
      to: groups(of: devices), heldBy: holders(of: devices), overrides: overrides)
  }

  private func groups(of devices: [PCIAddress]) -> [IOMMUGroup] {
    (evidence.iommuGroups.value ?? []).filter { $0.members.contains(where: devices.contains) }
  }

  /// The processes that have a node of each device open.
  private func holders(of devices: [PCIAddress]) -> [PCIAddress: [FileHolder]] {
    let nodes = devices.map { ($0, surveyDeviceNodes(of: $0, root)) }
    let all = nodes.reduce(into: Set<String>()) { $0.formUnion($1.1) }
    guard !all.isEmpty else { return [:] }
    let found = surveyFileHolders(of: all, root).holders
    return Dictionary(
      uniqueKeysWithValues: nodes.map { address, paths in (address, found.filter { paths.contains($0.path) })
      })
  }

  private func guests(of groups: [IOMMUGroup]) -> [HandoverObstacle] {
    groups.flatMap { group in
      surveyFileHolders(of: vfioNodes(of: group, root), root).holders.compactMap { holder in
        group.members.first.map {
          HandoverObstacle(address: $0, reason: "\(holder).", command: nil, override: nil)
        }
      }
    }
  }
}

extension Refusal {
  /// Why a guest does not get the device.
  init(_ obstacle: HandoverObstacle) {
    self.init(
      reason: "host-needs-it", detail: "The host would lose \(obstacle.address): \(obstacle.reason)",
      steps: obstacle.command.map { [$0] } ?? [],
      override: obstacle.override.map { "--override \(obstacle.address)=\($0)" })
  }
}
