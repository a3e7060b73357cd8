import HostModel

// MARK: - By AMD's table

extension ReservedMemory {
  static func judge(_ table: IVRSTable, _ evidence: HostEvidence) -> Verdict {
    if let range = table.rangeOverAllDevices { return tiedEveryDevice(by: quote(range, evidence), evidence) }
    let ranges = table.bindingRanges
    guard !ranges.isEmpty else { return free(evidence.ivrs.source, "no IVMD") }
    guard let devices = evidence.pciDevices.value else {
      return .warn(
        someDevices, "The firmware ties devices to memory.",
        evidence: ranges.prefix(quoteLimit).map { quote($0, evidence) })
    }
    let guestable = devices.filter { !$0.isBridge && $0.subclass != 0x0806 }
    let tied = guestable.filter { device in ranges.contains { $0.ties(device.address) } }
    if let range = ranges.first, !guestable.isEmpty, tied.count == guestable.count {
      return tiedEveryDevice(by: quote(range, evidence), evidence)
    }
    guard !tied.isEmpty else {
      return free(evidence.ivrs.source, "IVMD for devices that are not there")
    }
    return listed(tied.map(\.address.description), ranges.map { quote($0, evidence) })
  }

  static func quote(_ range: IVRSTable.MemoryRange, _ evidence: HostEvidence) -> Quote {
    let devices =
      switch range.type {
      case 0x20: "all devices"
      case 0x21: PCIAddress.text(range.deviceID)
      default: "\(PCIAddress.text(range.deviceID)) to \(PCIAddress.text(range.lastDeviceID))"
      }
    let length = String(range.length, radix: 16)
    return Quote(
      evidence.ivrs.source, "IVMD for \(devices): 0x\(length) bytes from 0x\(String(range.start, radix: 16))")
  }
}

extension IVRSTable.MemoryRange {
  fileprivate func ties(_ address: PCIAddress) -> Bool {
    address.domain == UInt32(segment) && covers(address.deviceID)
  }
}

// MARK: - By Intel's table

extension ReservedMemory {
  static func judge(_ table: DMARTable, _ evidence: HostEvidence) -> Verdict {
    guard !table.reservedRegions.isEmpty else { return free(evidence.dmar.source, "no RMRR") }
    guard let devices = evidence.pciDevices.value else {
      return .unknown(
        "The firmware ties devices to memory; whether more than USB controllers and graphics, for which Linux "
          + "makes an exception, the list of devices would have to tell.",
        evidence: table.reservedRegions.prefix(quoteLimit).map { quote($0, evidence) })
    }
    let topology = DeviceTopology(devices)
    var tied: [String] = []
    var quotes: [Quote] = []
    for region in table.reservedRegions {
      let found = region.scopes.flatMap { topology.tied(by: $0, segment: region.segment) }
      if !found.isEmpty { quotes.append(quote(region, evidence)) }
      for device in found where !tied.contains(device) { tied.append(device) }
    }
    guard !tied.isEmpty else {
      return free(
        evidence.dmar.source, "RMRR only for USB controllers, graphics, or devices that are not there")
    }
    return listed(tied, quotes)
  }

  static func quote(_ region: DMARTable.ReservedRegion, _ evidence: HostEvidence) -> Quote {
    let devices = region.scopes.prefix(quoteLimit).map(\.pathText).joined(separator: ", ")
    let range = "0x\(String(region.base, radix: 16))-0x\(String(region.limit, radix: 16))"
    return Quote(evidence.dmar.source, "RMRR \(range) for \(devices.isEmpty ? "no device" : devices)")
  }
}
