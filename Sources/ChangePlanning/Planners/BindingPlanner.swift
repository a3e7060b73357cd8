import HostModel

/// What is planned for the configuration of early binding.
package struct BindingPlan: Equatable, Sendable {
  package var before: BindingConfiguration
  package var after: BindingConfiguration
  /// The groups that are new, or that go.
  package var groups: [ChosenGroup]
  /// What to know, full sentences: siblings that come along, twins.
  package var notes: [String]

  package var changesNothing: Bool { before == after }
}

/// What the planner looks at.
package struct BindingGround: Sendable {
  package var devices: [PCIDevice]
  package var groups: [IOMMUGroup]
  package var uses: HostUses
  package var needs: HostNeeds
  package var boot: BootSources
  package var configuration: BindingConfiguration
  /// The vfio driver for a device, and its name for people.
  package var drivers: [PCIAddress: String] = [:]
  package var names: [PCIAddress: String] = [:]

  package init(
    devices: [PCIDevice], groups: [IOMMUGroup], uses: HostUses, needs: HostNeeds, boot: BootSources,
    configuration: BindingConfiguration
  ) {
    self.devices = devices
    self.groups = groups
    self.uses = uses
    self.needs = needs
    self.boot = boot
    self.configuration = configuration
  }
}

extension BindingGround {
  /// Chooses the groups of the given numbers; each is taken as a whole.
  package func planBinding(
    groups numbers: [Int], overriding overrides: Set<UseOverride>
  ) throws(BindingRefusal) -> BindingPlan {
    var plan = BindingPlan(before: configuration, after: configuration, groups: [], notes: [])
    for number in numbers {
      let members = try bindableMembers(of: number)
      for device in members { try refuseUses(of: device, overrides) }
      let chosen = try choose(members, overrides)
      try refuseWhatBootWouldDecline(chosen)
      let addresses = Set(members.map(\.address))
      // A new choice of the same devices takes the place of the old one.
      plan.after.groups.removeAll { $0.devices.contains { addresses.contains($0.identity.address) } }
      plan.after.groups.append(chosen)
      if plan.after.groups.filter({ !configuration.groups.contains($0) }).contains(chosen) {
        plan.groups.append(chosen)
      }
      plan.notes += notes(on: chosen, members, number)
    }
    plan.after.groups.sort {
      ($0.devices.first?.identity.address).orders(before: $1.devices.first?.identity.address)
    }
    return plan
  }

  /// Takes back the choice of devices by the address that they were chosen at.
  /// One that is not chosen is only told of.
  package func planUnbinding(_ addresses: [PCIAddress]) -> BindingPlan {
    var plan = BindingPlan(before: configuration, after: configuration, groups: [], notes: [])
    for address in addresses {
      guard let group = configuration.group(holding: address) else {
        plan.notes.append("\(address) is not chosen for guests; there is nothing to take back.")
        continue
      }
      guard !plan.groups.contains(group) else { continue }
      plan.groups.append(group)
      plan.after.groups.removeAll { $0 == group }
    }
    return plan
  }

  /// The groups of now that hold the chosen devices, wherever those are by now.
  package func currentGroups(of chosen: [ChosenGroup]) -> [IOMMUGroup] {
    let places = chosen.flatMap(\.devices).compactMap { device -> PCIAddress? in
      if case .found(let address) = device.identity.search(devices) { address } else { nil }
    }
    return groups.filter { group in group.members.contains(where: places.contains) }
  }

  private func bindableMembers(of number: Int) throws(BindingRefusal) -> [PCIDevice] {
    guard let group = groups.first(where: { $0.id == number }) else {
      throw BindingRefusal(.noGroup, "There is no IOMMU group \(number).")
    }
    guard !group.isNoIOMMU else {
      throw BindingRefusal(.noGroup, "Group \(number) has no IOMMU: VFIO's unsafe mode made it.")
    }
    if let other = group.otherMembers.first {
      throw BindingRefusal(
        .notBindable, "\(other) is in group \(number), and is no PCI function that could be bound.")
    }
    if let region = group.reservedRegions?.first(where: \.forbidsPassthrough) {
      let range = "0x\(String(region.first, radix: 16))-0x\(String(region.last, radix: 16))"
      throw BindingRefusal(
        .reservedRegion,
        "The firmware keeps memory mapped for group \(number) (\(range)): VFIO refuses to attach it.")
    }
    var members: [PCIDevice] = []
    for address in group.members {
      guard let device = devices.first(where: { $0.address == address }) else {
        throw BindingRefusal(.notMeasured, "\(address), a member of group \(number), could not be read.")
      }
      if device.isNeverBound { continue }
      if let physical = device.virtualFunctionOf {
        throw BindingRefusal(
          .notBindable,
          "\(address) is a virtual function of \(physical): it is not there yet when the host starts.")
      }
      guard !device.isBridge else {
        throw BindingRefusal(.notBindable, "\(address) is a CardBus bridge, which VFIO does not take.")
      }
      members.append(device)
    }
    guard !members.isEmpty else {
      throw BindingRefusal(.notBindable, "Group \(number) holds only bridges, which stay with the host.")
    }
    return members
  }

  private func refuseUses(of device: PCIDevice, _ overrides: Set<UseOverride>) throws(BindingRefusal) {
    let uses = uses.of(device.address).filter(\.isEssential)
    if let use = uses.first(where: { !UseOverride.kinds.contains($0.kind) }) {
      throw BindingRefusal(.hostNeedsIt, "The host lives on \(device.address): \(use.detail)")
    }
    let open = uses.filter { !overrides.contains(UseOverride(device.address, $0.kind)) }
    if let use = open.first {
      let kinds = Set(open.map(\.kind)).sorted { $0.rawValue < $1.rawValue }
      throw BindingRefusal(
        .hostUsesIt, "The host would lose \(device.address): \(use.detail)",
        override: kinds.map { UseOverride(device.address, $0).option }.joined(separator: " "))
    }
    // What VFIO has already, the host does without.
    let isGivenAway = device.driver.map { ChosenDevice.isVFIODriver($0) } ?? false
    if !isGivenAway, let doubt = self.uses.doubt(about: device) {
      throw BindingRefusal(
        .notMeasured, "It is not certain that the host can do without \(device.address): \(doubt).")
    }
  }

  private func choose(_ members: [PCIDevice], _ overrides: Set<UseOverride>) throws(BindingRefusal)
    -> ChosenGroup
  {
    var chosen: [ChosenDevice] = []
    for device in members {
      guard let identity = DeviceIdentity(of: device, among: devices) else {
        throw BindingRefusal(
          .notMeasured, "What \(device.address) is, and how it is reached, could not be read.")
      }
      let words = overrides.filter { $0.address == device.address }.map(\.kind.rawValue).sorted()
      chosen.append(
        ChosenDevice(
          identity: identity, driver: drivers[device.address] ?? "vfio-pci", overrides: words,
          name: names[device.address]))
    }
    return ChosenGroup(devices: chosen)
  }

  /// The boot program's own judgement, on the host of now: what it would decline is not chosen.
  private func refuseWhatBootWouldDecline(_ chosen: ChosenGroup) throws(BindingRefusal) {
    do throws(Decline) {
      let bindings = try chosen.match(devices: devices, groups: groups).get()
      try Optional(needs).approve(bindings, devices: devices, boot: boot)
    } catch {
      throw BindingRefusal(.bootWouldDecline, "At boot nothing of it would be bound: \(error.detail).")
    }
  }

  private func notes(on chosen: ChosenGroup, _ members: [PCIDevice], _ number: Int) -> [String] {
    var notes: [String] = []
    if members.count > 1 {
      let list = members.map(\.address.description).joined(separator: ", ")
      notes.append("Group \(number) is taken as a whole: \(list).")
    }
    for device in chosen.devices where !device.identity.twins.isEmpty {
      notes.append(
        "\(device.identity.address) has \(device.identity.twins.count) of its kind beside it: it is bound as long as all of "
          + "them stay in their slots; when one comes, goes or moves, none is, until you choose anew.")
    }
    return notes
  }
}

extension PCIAddress? {
  fileprivate func orders(before other: PCIAddress?) -> Bool {
    guard let self, let other else { return self != nil }
    return self < other
  }
}
