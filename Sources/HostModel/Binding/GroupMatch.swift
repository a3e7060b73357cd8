/// What is to be done with one device, decided before anything is touched.
package struct PlannedBinding: Equatable, Sendable {
  /// Where it is now.
  package let address: PCIAddress
  package let chosen: ChosenDevice

  package init(address: PCIAddress, chosen: ChosenDevice) {
    self.address = address
    self.chosen = chosen
  }
}

/// What becomes of a chosen group.
package typealias GroupDecision = Result<[PlannedBinding], Decline>

extension BindingConfiguration {
  /// Finds every chosen group among the devices and groups of now; in the configuration's order.
  ///
  /// A device that two chosen groups are led to gives both up.
  package func match(devices: [PCIDevice], groups current: [IOMMUGroup]) -> [GroupDecision] {
    let decisions = groups.map { $0.match(devices: devices, groups: current) }
    var claims: [PCIAddress] = []
    for case .success(let bindings) in decisions {
      for binding in bindings { claims.append(binding.address) }
    }
    return decisions.map { decision in
      guard case .success(let bindings) = decision,
        let contested = bindings.first(where: { binding in claims.count { $0 == binding.address } != 1 })
      else { return decision }
      return .failure(Decline(.claimedTwice, "\(contested.address) is what two chosen groups are led to"))
    }
  }
}

extension ChosenGroup {
  /// Where each device is now, if all of them are certain and nothing else shares a group with them.
  package func match(devices: [PCIDevice], groups: [IOMMUGroup]) -> GroupDecision {
    do throws(Decline) {
      guard groups.contains(where: { !$0.isNoIOMMU }) else {
        throw Decline(.iommuOff, "the kernel made no IOMMU group: the IOMMU is off")
      }
      let bindings = try locate(devices)
      try refuseStrangers(to: bindings, devices, groups)
      return .success(bindings)
    } catch {
      return .failure(error)
    }
  }

  private func locate(_ current: [PCIDevice]) throws(Decline) -> [PlannedBinding] {
    var bindings: [PlannedBinding] = []
    for chosen in devices {
      switch chosen.identity.search(current) {
      case .uncertain(let uncertainty): throw uncertainty.decline(for: chosen.identity)
      case .found(let address):
        guard !bindings.contains(where: { $0.address == address }) else {
          throw Decline(.ambiguous, "\(address) is what two devices of the group are led to")
        }
        bindings.append(PlannedBinding(address: address, chosen: chosen))
      }
    }
    return bindings
  }

  /// The kernel may form other groups than when they were chosen: every group that is touched must
  /// hold chosen devices, and bridges that stay with the host, only.
  private func refuseStrangers(
    to bindings: [PlannedBinding], _ devices: [PCIDevice], _ groups: [IOMMUGroup]
  ) throws(Decline) {
    let byAddress = DevicesByAddress(devices)
    let chosen = bindings.map { $0.address }
    for binding in bindings {
      guard let device = byAddress[binding.address], !device.isNeverBound else {
        throw Decline(.identityChanged, "\(binding.address) is a bridge, which vfio does not take")
      }
      guard let number = device.group else {
        throw Decline(.iommuOff, "\(binding.address) is in no IOMMU group: the IOMMU does not cover it")
      }
      guard let group = groups.first(where: { $0.id == number }), group.members.contains(binding.address)
      else {
        throw Decline(.unreadable, "the members of IOMMU group \(number) cannot be read")
      }
      guard !group.isNoIOMMU else {
        throw Decline(.iommuOff, "IOMMU group \(number) has no IOMMU: vfio made it for its unsafe mode")
      }
      if let other = group.otherMembers.first {
        throw Decline(.stranger, "\(other), no PCI device, is in IOMMU group \(number)")
      }
      for member in group.members where !chosen.contains(member) {
        guard let other = byAddress[member], other.isNeverBound else {
          throw Decline(.stranger, "\(member) is in IOMMU group \(number) and was not chosen")
        }
      }
    }
  }
}
