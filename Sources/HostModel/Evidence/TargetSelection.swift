/// The groups that targets stand for.
///
/// The IOMMU cannot tell the members of a group apart, so a guest gets all of them or none.
package struct TargetSelection: Sendable, Equatable {
  /// Each group once, in the order in which the targets name them first.
  package private(set) var groups: [IOMMUGroup] = []
  /// One sentence for each address that stands for more than itself.
  package private(set) var notices: [String] = []

  /// Finds the groups in the evidence. Without targets there are none.
  package init(of targets: [DeviceTarget], on evidence: HostEvidence) throws(TargetError) {
    guard !targets.isEmpty else { return }
    let known = try Self.groups(of: evidence)
    for target in targets {
      let group = try Self.group(of: target, among: known, on: evidence)
      if case .device(let address) = target, group.members != [address] {
        notices.append("\(address) stands for its whole group \(group.id): \(group.memberList).")
      }
      if !groups.contains(where: { $0.id == group.id }) { groups.append(group) }
    }
  }

  /// Every PCI function of the groups, in order of group and address.
  package var members: [PCIAddress] { groups.flatMap(\.members) }

  private static func groups(of evidence: HostEvidence) throws(TargetError) -> [IOMMUGroup] {
    switch evidence.iommuGroups {
    case .found(let groups, let source):
      guard !groups.isEmpty else { throw .noIOMMU(source: source) }
      return groups
    case .absent(let source): throw .noIOMMU(source: source)
    case .unreadable(let source, let reason): throw .unreadable(source: source, reason: reason)
    }
  }

  private static func group(
    of target: DeviceTarget, among groups: [IOMMUGroup], on evidence: HostEvidence
  ) throws(TargetError) -> IOMMUGroup {
    switch target {
    case .group(let number):
      guard let group = groups.first(where: { $0.id == number }) else { throw .noSuchGroup(number) }
      return group
    case .device(let address):
      if let group = groups.first(where: { $0.members.contains(address) }) { return group }
      let isThere = evidence.pciDevices.value?.contains { $0.address == address } == true
      throw isThere ? .withoutGroup(address) : .noSuchDevice(address)
    }
  }
}

extension IOMMUGroup {
  /// Its members for a sentence: "0000:00:1f.0, 0000:00:1f.2".
  package var memberList: String { members.map(\.description).joined(separator: ", ") }
}

/// Why a target names no group of this host; says what to do.
package enum TargetError: Error, Sendable, Equatable, CustomStringConvertible {
  case noIOMMU(source: String)
  case unreadable(source: String, reason: String)
  case noSuchGroup(Int)
  case noSuchDevice(PCIAddress)
  case withoutGroup(PCIAddress)

  package var description: String {
    switch self {
    case .noIOMMU(let source):
      "this host has no IOMMU group (/\(source) is empty or missing), because no IOMMU is in use; "
        + "passthru-doctor check says why"
    case .unreadable(let source, let reason):
      "the IOMMU groups could not be read from /\(source): \(reason)"
    case .noSuchGroup(let number):
      "there is no IOMMU group \(number); passthru-doctor groups lists them (numbers change between boots)"
    case .noSuchDevice(let address):
      "there is no PCI device \(address); passthru-doctor devices lists them"
    case .withoutGroup(let address):
      "\(address) is in no IOMMU group, so no guest can have it; it may be the IOMMU itself, or a device "
        + "that no IOMMU translates"
    }
  }
}
