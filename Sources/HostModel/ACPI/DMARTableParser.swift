extension DMARTable {
  /// Walks the table as the kernel does (dmar_walk_remapping_entries): unknown structures are passed
  /// over by their length, a length of zero ends the walk, one that passes the end spoils the table.
  init(parsing bytes: [UInt8]) throws(ACPITableDamage) {
    let body = try ACPITableHeader.read(bytes, signature: "DMAR", smallest: 48)
    guard let width = body.bytes.uint8(36), let flags = body.bytes.uint8(37) else {
      throw ACPITableDamage(reason: "the table ends within its head")
    }
    self.init(header: body.header, hostAddressWidth: Int(width) + 1, flags: flags)
    if !header.checksumIsValid { defects.append("The checksum of the table is wrong.") }
    try readStructures(in: body.bytes)
  }

  private mutating func readStructures(in bytes: TableBytes) throws(ACPITableDamage) {
    var offset = 48
    while offset < bytes.count {
      guard let type = bytes.uint16(offset), let length = bytes.uint16(offset + 2).map(Int.init) else {
        throw ACPITableDamage(reason: "the table ends within a structure at byte \(offset)")
      }
      guard length > 0 else {
        defects.append("A structure of length 0 at byte \(offset) ends the table early.")
        return
      }
      guard let content = bytes.slice(offset, count: length) else {
        throw ACPITableDamage(reason: "a structure at byte \(offset) passes the end of the table")
      }
      structures.append(Structure(type: type, length: length))
      if !read(content, type: type) {
        defects.append("A structure of type \(type) at byte \(offset) is too short.")
      }
      offset += length
    }
  }

  /// Takes in one structure; false when it is too short for its type.
  private mutating func read(_ content: TableBytes, type: UInt16) -> Bool {
    guard type <= 6 else { return true }
    guard let flags = content.uint8(4), let segment = content.uint16(6) else { return false }
    switch type {
    case 0:
      guard let base = content.uint64(8) else { return false }
      let scopes = readScopes(in: content.from(16))
      units.append(Unit(segment: segment, registerBase: base, includesAll: flags & 1 != 0, scopes: scopes))
    case 1:
      guard let base = content.uint64(8), let limit = content.uint64(16) else { return false }
      let scopes = readScopes(in: content.from(24))
      if limit < base { defects.append("A reserved region ends before it begins.") }
      reservedRegions.append(ReservedRegion(segment: segment, base: base, limit: limit, scopes: scopes))
    case 2:
      let scopes = readScopes(in: content.from(8))
      rootPortATS.append(RootPortATS(segment: segment, coversAllPorts: flags & 1 != 0, scopes: scopes))
    case 3:
      guard let base = content.uint64(8), let domain = content.uint32(16) else { return false }
      affinities.append(Affinity(registerBase: base, proximityDomain: domain))
    case 4:
      guard let number = content.uint8(7), let name = content.text(8, count: content.count - 8) else {
        return false
      }
      namespaceDevices.append(NamespaceDevice(number: number, name: name))
    case 5: integratedATS.append(DeviceList(segment: segment, scopes: readScopes(in: content.from(8))))
    default:
      integratedProperties.append(DeviceList(segment: segment, scopes: readScopes(in: content.from(8))))
    }
    return true
  }

  /// The device scopes that fill the rest of a structure.
  private mutating func readScopes(in bytes: TableBytes) -> [DeviceScope] {
    var scopes: [DeviceScope] = []
    var offset = 0
    while offset < bytes.count {
      guard let length = bytes.uint8(offset + 1).map(Int.init), length >= 6,
        let content = bytes.slice(offset, count: length), let scope = DeviceScope(content)
      else {
        defects.append("The list of devices of a structure has a wrong length.")
        break
      }
      scopes.append(scope)
      offset += length
    }
    return scopes
  }
}

extension DeviceScope {
  fileprivate init?(_ bytes: TableBytes) {
    guard let type = bytes.uint8(0), let id = bytes.uint8(4), let bus = bytes.uint8(5) else { return nil }
    kind =
      switch type {
      case 1: .endpoint
      case 2: .bridge
      case 3: .ioapic
      case 4: .hpet
      case 5: .namespace
      default: .other(type)
      }
    enumerationID = id
    startBus = bus
    path = stride(from: 6, to: bytes.count - 1, by: 2).compactMap { offset in
      guard let device = bytes.uint8(offset), let function = bytes.uint8(offset + 1) else { return nil }
      return Step(device: device, function: function)
    }
  }
}

extension ACPITableHeader {
  /// The header, and the table cut to the length that it states.
  static func read(_ bytes: [UInt8], signature: String, smallest: Int) throws(ACPITableDamage) -> (
    header: ACPITableHeader, bytes: TableBytes
  ) {
    guard let header = ACPITableHeader(bytes) else {
      throw ACPITableDamage(reason: "the table ends after \(bytes.count) bytes")
    }
    guard header.signature == signature else {
      throw ACPITableDamage(reason: "the table does not begin with \(signature)")
    }
    guard header.length >= smallest else {
      throw ACPITableDamage(
        reason: "the table states a length of \(header.length) bytes, less than its own head")
    }
    guard let table = TableBytes(bytes).slice(0, count: header.length) else {
      throw ACPITableDamage(
        reason: "the table states a length of \(header.length) bytes, and there are \(header.actualLength)")
    }
    return (header, table)
  }
}
