extension IVRSTable {
  /// Walks the blocks; unknown ones are passed over by their length.
  init(parsing bytes: [UInt8]) throws(ACPITableDamage) {
    let body = try ACPITableHeader.read(bytes, signature: "IVRS", smallest: 48)
    guard let information = body.bytes.uint32(36) else {
      throw ACPITableDamage(reason: "the table ends within its head")
    }
    self.init(header: body.header, information: information)
    if !header.checksumIsValid { defects.append("The checksum of the table is wrong.") }
    try readBlocks(in: body.bytes)
  }

  private mutating func readBlocks(in bytes: TableBytes) throws(ACPITableDamage) {
    var offset = 48
    while offset < bytes.count {
      guard let type = bytes.uint8(offset), let flags = bytes.uint8(offset + 1),
        let length = bytes.uint16(offset + 2).map(Int.init)
      else { throw ACPITableDamage(reason: "the table ends within a block at byte \(offset)") }
      guard length >= 4, let content = bytes.slice(offset, count: length) else {
        throw ACPITableDamage(reason: "a block at byte \(offset) states a wrong length of \(length) bytes")
      }
      blocks.append(Block(type: type, flags: flags, length: length))
      if !read(content, type: type, flags: flags) {
        defects.append("A block of type \(type) at byte \(offset) is too short.")
      }
      offset += length
    }
  }

  /// Takes in one block; false when it is too short for its type.
  private mutating func read(_ content: TableBytes, type: UInt8, flags: UInt8) -> Bool {
    switch type {
    case 0x10, 0x11, 0x40:
      guard var unit = Unit(content, type: type, flags: flags) else { return false }
      if !unit.readEntries(in: content.from(type == 0x10 ? 24 : 40)) {
        defects.append(
          "The list of devices of the IOMMU at \(PCIAddress.text(unit.deviceID)) has a wrong length.")
      }
      units.append(unit)
    case 0x20, 0x21, 0x22:
      guard let range = MemoryRange(content, type: type, flags: flags) else { return false }
      memoryRanges.append(range)
    default: break
    }
    return true
  }
}

extension IVRSTable.Unit {
  fileprivate init?(_ bytes: TableBytes, type: UInt8, flags: UInt8) {
    guard let deviceID = bytes.uint16(4), let base = bytes.uint64(8), let segment = bytes.uint16(16),
      bytes.count >= (type == 0x10 ? 24 : 40)
    else { return nil }
    self.init(
      type: type, flags: flags, deviceID: deviceID, registerBase: base, segment: segment,
      extendedFeatures: type == 0x10 ? nil : bytes.uint64(24))
  }

  /// Reads the device entries, whose type tells their length (ivhd_entry_length); false when one
  /// passes the end.
  fileprivate mutating func readEntries(in bytes: TableBytes) -> Bool {
    var offset = 0
    while offset < bytes.count {
      guard let type = bytes.uint8(offset), let length = Self.entryLength(type, at: offset, in: bytes),
        let entry = bytes.slice(offset, count: length)
      else { return false }
      entryCount += 1
      if type == 0x48, let special = IVRSTable.SpecialDevice(entry) { specialDevices.append(special) }
      if type == 0xf0, let id = entry.text(4, count: 8) { namespaceDevices.append(id) }
      offset += length
    }
    return true
  }

  private static func entryLength(_ type: UInt8, at offset: Int, in bytes: TableBytes) -> Int? {
    switch type {
    case ..<0x40: 4
    case ..<0x80: 8
    case 0xf0: bytes.uint8(offset + 21).map { Int($0) + 22 }
    default: nil
    }
  }
}

extension IVRSTable.SpecialDevice {
  fileprivate init?(_ entry: TableBytes) {
    guard let handle = entry.uint8(4), let deviceID = entry.uint16(5), let variety = entry.uint8(7) else {
      return nil
    }
    self.handle = handle
    self.deviceID = deviceID
    kind =
      switch variety {
      case 1: .ioapic
      case 2: .hpet
      default: .other(variety)
      }
  }
}

extension IVRSTable.MemoryRange {
  fileprivate init?(_ bytes: TableBytes, type: UInt8, flags: UInt8) {
    guard let deviceID = bytes.uint16(4), let last = bytes.uint16(6),
      let segment = bytes.uint16(8), let start = bytes.uint64(16),
      let length = bytes.uint64(24)
    else { return nil }
    self.init(
      type: type, flags: flags, deviceID: deviceID, lastDeviceID: last, segment: segment, start: start,
      length: length)
  }
}

extension PCIAddress {
  /// `00:14.0` for a 16-bit id.
  package static func text(_ deviceID: UInt16) -> String {
    guard let address = PCIAddress(segment: 0, deviceID: deviceID) else { return "" }
    return String(address.description.dropFirst(5))
  }
}
