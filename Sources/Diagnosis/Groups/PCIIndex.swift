import HostModel

/// The host's functions and groups, found quickly by what is asked of them.
package struct PCIIndex: Sendable {
  package let devices: [PCIAddress: PCIDevice]
  package let groups: [IOMMUGroup]
  package let uses: HostUses
  package let details: [PCIAddress: PCIDeviceDetails]
  /// Functions of each slot, in order.
  private let slots: [PCIAddress: [PCIDevice]]
  /// Functions with the same vendor and device, in order.
  private let twins: [UInt32: [PCIDevice]]
  /// Functions with virtual functions of theirs.
  private let virtualFunctions: [PCIAddress: Int]

  package init(_ evidence: HostEvidence) {
    let list = evidence.pciDevices.value ?? []
    devices = Dictionary(list.map { ($0.address, $0) }, uniquingKeysWith: { first, _ in first })
    details = evidence.pciDetails
    switch evidence.hostUses {
    case .found(let found, _): uses = found
    case .absent, .unreadable: uses = .unknown
    }
    groups = Self.completed(evidence.iommuGroups.value ?? [], list)
    slots = Dictionary(grouping: list, by: \.address.slot)
    twins = Dictionary(
      grouping: list.filter {
        !$0.isBridge && $0.virtualFunctionOf == nil && $0.vendor != nil && $0.device != nil
      },
      by: { UInt32($0.vendor ?? 0) << 16 | UInt32($0.device ?? 0) })
    virtualFunctions = Dictionary(list.compactMap(\.virtualFunctionOf).map { ($0, 1) }, uniquingKeysWith: +)
  }

  /// The groups with members that only the functions' own links name, and groups that only these name.
  private static func completed(_ groups: [IOMMUGroup], _ devices: [PCIDevice]) -> [IOMMUGroup] {
    var members: [Int: [PCIAddress]] = [:]
    for device in devices {
      if let group = device.group { members[group, default: []].append(device.address) }
    }
    var result = groups.map { group in
      var group = group
      guard let named = members.removeValue(forKey: group.id), named != group.members else { return group }
      group.members = Set(group.members + named).sorted()
      return group
    }
    result += members.map { IOMMUGroup(id: $0, members: $1.sorted()) }
    return result.sorted { $0.id < $1.id }
  }

  /// The functions of a device's slot other than itself.
  func siblings(of device: PCIDevice) -> [PCIDevice] {
    (slots[device.address.slot] ?? []).filter { $0.address != device.address }
  }

  /// Other functions with the same ids, in other slots.
  func twins(of device: PCIDevice) -> [PCIDevice] {
    guard let vendor = device.vendor, let id = device.device else { return [] }
    return (twins[UInt32(vendor) << 16 | UInt32(id)] ?? []).filter {
      !$0.address.sharesSlot(with: device.address)
    }
  }

  func virtualFunctionCount(of device: PCIDevice) -> Int { virtualFunctions[device.address] ?? 0 }
}

extension PCIAddress {
  /// The address of function 0 of the slot.
  var slot: PCIAddress { PCIAddress(domain: domain, bus: bus, device: device, function: 0) ?? self }
}

extension HostUses {
  /// What is known when nobody looked: nothing.
  static var unknown: HostUses {
    var uses = HostUses()
    for scope: UseGap.Scope in [.storage, .network, .input, .display] {
      uses.add(UseGap("what the host uses was not looked at", scope))
    }
    return uses
  }
}
