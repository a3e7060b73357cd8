/// Builds ACPI tables for tests: header, body, right length and checksum.
package struct TableBuilder {
  package let signature: String
  let body: [UInt8]

  /// Width 39 and the flags, then the structures.
  package static func dmar(flags: UInt8 = 1, _ structures: [UInt8]...) -> TableBuilder {
    TableBuilder(
      signature: "DMAR", body: [38, flags] + Array(repeating: 0, count: 10) + structures.flatMap { $0 })
  }

  package static func ivrs(information: UInt32 = 0x203041, _ blocks: [UInt8]...) -> TableBuilder {
    TableBuilder(
      signature: "IVRS", body: little(information) + Array(repeating: 0, count: 8) + blocks.flatMap { $0 })
  }

  package var bytes: [UInt8] {
    var table =
      Array(signature.utf8) + little(UInt32(36 + body.count)) + [1, 0] + Array("MAKER ".utf8)
      + Array("TABLE   ".utf8) + Array(repeating: 0, count: 12) + body
    table[9] = 0 &- table.reduce(0, &+)
    return table
  }
}

package func little<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
  (0..<(Value.bitWidth / 8)).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
}

package func scope(_ steps: [UInt8], kind: UInt8 = 1, bus: UInt8 = 0, id: UInt8 = 0) -> [UInt8] {
  [kind, UInt8(6 + steps.count), 0, 0, id, bus] + steps
}

package func drhd(base: UInt64, includesAll: Bool = false, _ scopes: [UInt8]...) -> [UInt8] {
  let tail = scopes.flatMap { $0 }
  return little(UInt16(0)) + little(UInt16(16 + tail.count)) + [includesAll ? 1 : 0, 0, 0, 0] + little(base)
    + tail
}

package func rmrr(_ base: UInt64, _ limit: UInt64, _ scopes: [UInt8]...) -> [UInt8] {
  let tail = scopes.flatMap { $0 }
  return little(UInt16(1)) + little(UInt16(24 + tail.count)) + [0, 0, 0, 0] + little(base) + little(limit)
    + tail
}

package func ivhd(type: UInt8 = 0x10, device: UInt16 = 2, _ entries: [UInt8]...) -> [UInt8] {
  let tail = entries.flatMap { $0 }
  let head = type == 0x10 ? 24 : 40
  return [type, 0xb0] + little(UInt16(head + tail.count)) + little(device) + [0x40, 0]
    + little(UInt64(0xfdf0_0000))
    + Array(repeating: 0, count: head - 16) + tail
}

package func special(_ variety: UInt8, handle: UInt8, device: UInt16) -> [UInt8] {
  [0x48, 0, 0, 0, handle] + little(device) + [variety]
}

package func ivmd(type: UInt8, flags: UInt8 = 8, device: UInt16 = 0, last: UInt16 = 0) -> [UInt8] {
  [type, flags] + little(UInt16(32)) + little(device) + little(last) + Array(repeating: 0, count: 8)
    + little(UInt64(0xccd4_2000)) + little(UInt64(0x2_6000))
}
