import HostModel
import TestHosts
import Testing

@Suite(.enabled(if: RealInputs.areThere))
struct RealTableTests {
  @Test func remappingTables() throws {
    let names = try RealInputs.names(in: "acpi-tables", endingWith: ".DMAR.bin")
    #expect(!names.isEmpty)
    for name in names {
      let decoded = try decoding(of: name)
      let reading = DMARReading(parsing: try RealInputs.bytes("acpi-tables/\(name).DMAR.bin"))
      let table = try #require(reading.table, "\(name)")
      try compare(table.header, with: decoded, name)
      #expect(table.hostAddressWidth == decoded["host_addr_width"] as? Int, "\(name)")
      #expect(Int(table.flags) == decoded["flags"] as? Int, "\(name)")
      #expect(table.supportsInterruptRemapping == decoded["intr_remap"] as? Bool, "\(name)")
      #expect(table.optsOutOfX2APIC == decoded["x2apic_opt_out"] as? Bool, "\(name)")
      #expect(table.optsIntoDMAControl == decoded["dma_opt_in"] as? Bool, "\(name)")
      let structures = decoded["structs"] as? [[String: Any]] ?? []
      #expect(table.structures.map(\.length) == structures.compactMap { $0["len"] as? Int }, "\(name)")
      #expect(table.defects == [], "\(name)")

      let units = structures.filter { $0["type"] as? String == "DRHD" }
      #expect(
        table.units.map { "0x" + String($0.registerBase, radix: 16) } == units.map { $0["base"] as? String })
      #expect(table.units.map(\.includesAll) == units.map { $0["include_all"] as? Bool }, "\(name)")
      #expect(table.units.map { $0.scopes.map(text) } == units.map(scopes), "\(name)")
      let regions = structures.filter { $0["type"] as? String == "RMRR" }
      #expect(
        table.reservedRegions.map { "0x" + String($0.limit, radix: 16) }
          == regions.map { $0["end"] as? String })
      #expect(table.reservedRegions.map { $0.scopes.map(text) } == regions.map(scopes), "\(name)")
      let ports = structures.filter { $0["type"] as? String == "ATSR" }
      #expect(table.rootPortATS.map { $0.scopes.map(text) } == ports.map(scopes), "\(name)")
      let devices = structures.filter { $0["type"] as? String == "ANDD" }
      #expect(table.namespaceDevices.map(\.name) == devices.map { $0["name"] as? String }, "\(name)")
      let isBroken = try (RealInputs.json("acpi-tables/\(name).json")["why"] as? String)?.contains("BROKEN")
      #expect((table.brokenUnit != nil) == isBroken, "\(name)")
    }
  }

  @Test func amdTables() throws {
    let names = try RealInputs.names(in: "acpi-tables", endingWith: ".IVRS.bin")
    #expect(!names.isEmpty)
    for name in names {
      let decoded = try decoding(of: name)
      let reading = IVRSReading(parsing: try RealInputs.bytes("acpi-tables/\(name).IVRS.bin"))
      let table = try #require(reading.table, "\(name)")
      try compare(table.header, with: decoded, name)
      #expect("0x" + String(table.information, radix: 16) == decoded["ivinfo"] as? String, "\(name)")
      #expect(table.asksForDMARemapping == decoded["dma_remap_support"] as? Bool, "\(name)")
      let blocks = decoded["structs"] as? [[String: Any]] ?? []
      #expect(table.blocks.map { "0x" + String($0.type, radix: 16) } == blocks.map { $0["type"] as? String })
      #expect(table.blocks.map(\.length) == blocks.compactMap { $0["len"] as? Int }, "\(name)")
      let units = blocks.filter { $0["entries"] != nil }
      #expect(table.units.map(\.entryCount) == units.map { $0["entries"] as? Int }, "\(name)")
      #expect(
        table.units.map { PCIAddress.text($0.deviceID) } == units.map { $0["devid"] as? String }, "\(name)")
      #expect(table.units.map { $0.specialDevices.map(text) } == units.map(specials), "\(name)")
      let ranges = blocks.filter { $0["start"] != nil }
      #expect(
        table.memoryRanges.map { "0x" + String($0.start, radix: 16) } == ranges.map { $0["start"] as? String }
      )
      let lacksIOAPIC = try (RealInputs.json("acpi-tables/\(name).json")["why"] as? String)?.contains(
        "without IO-APIC")
      #expect(table.hasSouthbridgeIOAPIC != lacksIOAPIC, "\(name)")
    }
  }

  private func decoding(of name: String) throws -> [String: Any] {
    try #require(try RealInputs.json("acpi-tables/\(name).json")["decoded"] as? [String: Any])
  }

  private func compare(_ header: ACPITableHeader, with decoded: [String: Any], _ name: String) throws {
    #expect(header.length == decoded["length"] as? Int, "\(name)")
    #expect(header.actualLength == decoded["actual"] as? Int, "\(name)")
    #expect(Int(header.revision) == decoded["revision"] as? Int, "\(name)")
    #expect(header.checksumIsValid == decoded["checksum_ok"] as? Bool, "\(name)")
    #expect(header.oemID == decoded["oem"] as? String, "\(name)")
    #expect(header.oemTableID == decoded["oem_table"] as? String, "\(name)")
  }

  private func text(_ scope: DeviceScope) -> String {
    let kind = scope.kind == .namespace ? "acpi" : "\(scope.kind)"
    return "\(kind) \(scope.enumerationID) \(scope.pathText)"
  }

  private func scopes(_ structure: [String: Any]) -> [String] {
    (structure["scopes"] as? [[String: Any]] ?? []).map {
      "\($0["type"] as? String ?? "") \($0["id"] as? Int ?? -1) \($0["path"] as? String ?? "")"
    }
  }

  private func text(_ device: IVRSTable.SpecialDevice) -> String {
    "\(device.kind) \(device.handle) \(PCIAddress.text(device.deviceID))"
  }

  private func specials(_ block: [String: Any]) -> [String] {
    (block["special"] as? [[String: Any]] ?? []).map {
      "\($0["kind"] as? String ?? "") \($0["handle"] as? Int ?? -1) \($0["devid"] as? String ?? "")"
    }
  }
}
