import HostModel

extension PCIIndex {
  /// What to know about a group that does not stand in the way.
  func notes(on group: IOMMUGroup) -> [GroupJudgement.Note] {
    var notes: [GroupJudgement.Note] = []
    if group.isNoIOMMU {
      notes.append(
        .init(
          address: nil,
          text: "VFIO's unsafe mode without any IOMMU made this group: nothing keeps its devices from the "
            + "host's memory."))
    }
    if !group.otherMembers.isEmpty {
      let names = group.otherMembers.joined(separator: ", ")
      notes.append(.init(address: nil, text: "It has members that are no PCI functions: \(names)."))
    }
    notes += reasonsForSize(of: group).map { .init(address: nil, text: $0) }
    let members = group.members.compactMap { devices[$0] }
    let isUnderWay = members.contains { $0.isOnVFIO }
    for device in members where !device.isPassage {
      if isUnderWay, device.driver == nil {
        notes.append(
          .init(
            address: device.address,
            text: "It has no driver; the guest does not get it unless it is bound to VFIO too."))
      }
      notes += remarks(on: device, in: group).map { .init(address: device.address, text: $0) }
    }
    return notes
  }

  private func remarks(on device: PCIDevice, in group: IOMMUGroup) -> [String] {
    var remarks: [String] = []
    remarks += uses.of(device.address).filter { !$0.isEssential || device.isOnVFIO }.map(\.detail)
    if device.resetMethods == [] {
      remarks.append("It cannot be reset: what one guest leaves in it, the next one finds.")
    }
    let strays = siblings(of: device).filter { $0.group != group.id && !$0.isBridge }
    if device.address.function == 0, device.baseClass == 0x03, !strays.isEmpty {
      let list = strays.map { sibling in
        "\(sibling.address)" + (sibling.group.map { " in group \($0)" } ?? " in no group")
      }
      remarks.append("Of the same card: \(list.joined(separator: ", ")). They belong along with it.")
    }
    let same = twins(of: device).filter {
      $0.group != group.id && $0.address.function == device.address.function
    }
    if !same.isEmpty, device.address.function == 0 {
      let names = same.prefix(3).map(\.address.description).joined(separator: ", ")
      let more = same.count > 3 ? " and \(same.count - 3) more" : ""
      let verb = same.count == 1 ? "has" : "have"
      remarks.append("\(names)\(more) \(verb) the same ids: choose by address, never by ids.")
    }
    let virtual = virtualFunctionCount(of: device)
    if virtual > 0 {
      remarks.append("It has \(virtual) virtual functions, which end when it leaves the host.")
    }
    if let physical = device.virtualFunctionOf {
      remarks.append("It is a virtual function of \(physical), which stays with the host.")
    }
    let largest = details[device.address]?.memoryRegions?.max() ?? 0
    if largest >= 4 << 30 {
      remarks.append("Its largest memory region is \(largest >> 30) GiB: the guest's firmware has to map it.")
    }
    if details[device.address]?.powerState == "D3cold" {
      remarks.append("It is switched off (D3cold) as long as nothing uses it; that is no fault.")
    }
    return remarks
  }

  // MARK: Why it is as large as it is

  /// The bridges that join what is below them, and slots whose functions are not kept apart.
  private func reasonsForSize(of group: IOMMUGroup) -> [String] {
    let members = Set(group.members)
    guard Set(group.members.map(\.slot)).count > 1 || group.members.count > 1 else { return [] }
    var reasons: [String] = []
    for address in group.members {
      guard let bridge = devices[address], bridge.isBridge else { continue }
      let below = group.members.filter { devices[$0]?.parent == address }
      guard !below.isEmpty else { continue }
      let list = below.prefix(3).map(\.description).joined(separator: ", ")
      let more = below.count > 3 ? " and \(below.count - 3) more" : ""
      reasons.append(
        "\(address) joins it with what is behind (\(list)\(more)): \(lack(of: bridge)).")
    }
    for (slot, functions) in Dictionary(grouping: group.members, by: \.slot).sorted(by: { $0.key < $1.key }) {
      guard functions.count > 1,
        functions.contains(where: { devices[$0]?.parent.map(members.contains) != true })
      else { continue }
      let name = slot.description.dropLast(2)
      reasons.append(
        "The functions of slot \(name) are together: one device, without access control (ACS) between them.")
    }
    return reasons
  }

  private func lack(of bridge: PCIDevice) -> String {
    switch details[bridge.address]?.accessControl {
    case .conventional?: "it leads to a conventional PCI bus, which has no access control"
    case .absent?: "it has no access control (ACS)"
    case .present(let control)?:
      control & AccessControl.required == AccessControl.required
        ? "its access control (ACS) is on, but not on the whole way to it"
        : "its access control (ACS) is not switched on"
    case nil: "it does not control access between them (no ACS)"
    }
  }
}
