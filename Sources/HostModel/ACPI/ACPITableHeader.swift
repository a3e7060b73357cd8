/// The 36 bytes that every ACPI table begins with (ACPI specification, "System Description Table Header").
package struct ACPITableHeader: Sendable, Equatable {
  /// Four letters: DMAR, IVRS.
  package let signature: String
  /// Bytes, as the table says.
  package let length: Int
  /// Bytes, as there are.
  package let actualLength: Int
  package let revision: UInt8
  /// Whether all bytes add up to zero.
  package let checksumIsValid: Bool
  package let oemID: String
  package let oemTableID: String

  package static let size = 36

  /// Nil when there are fewer than 36 bytes.
  package init?(_ bytes: [UInt8]) {
    let fields = TableBytes(bytes)
    guard let signature = fields.text(0, count: 4), let length = fields.uint32(4),
      let revision = fields.uint8(8),
      let oemID = fields.text(10, count: 6), let oemTableID = fields.text(16, count: 8),
      bytes.count >= Self.size
    else { return nil }
    self.signature = signature
    self.length = Int(length)
    self.actualLength = bytes.count
    self.revision = revision
    self.checksumIsValid = bytes.prefix(Int(length)).reduce(0, &+) == 0 && Int(length) <= bytes.count
    self.oemID = oemID
    self.oemTableID = oemTableID
  }
}

/// Why a table cannot be read at all, as a clause about the table.
struct ACPITableDamage: Error {
  let reason: String
}

/// Little-endian fields of a table; nil where it ends before the field does.
struct TableBytes {
  private let bytes: ArraySlice<UInt8>

  init(_ bytes: some Collection<UInt8>) { self.bytes = ArraySlice(bytes) }

  private init(slice: ArraySlice<UInt8>) { bytes = slice }

  var count: Int { bytes.count }

  func uint8(_ offset: Int) -> UInt8? {
    guard offset >= 0, offset < bytes.count else { return nil }
    return bytes[bytes.startIndex + offset]
  }

  func uint16(_ offset: Int) -> UInt16? { integer(offset) }
  func uint32(_ offset: Int) -> UInt32? { integer(offset) }
  func uint64(_ offset: Int) -> UInt64? { integer(offset) }

  private func integer<Value: FixedWidthInteger>(_ offset: Int) -> Value? {
    guard let field = slice(offset, count: Value.bitWidth / 8) else { return nil }
    return field.bytes.reversed().reduce(0) { $0 << 8 | Value(truncatingIfNeeded: $1) }
  }

  /// `count` bytes from `offset` on.
  func slice(_ offset: Int, count: Int) -> TableBytes? {
    guard offset >= 0, count >= 0, offset <= bytes.count, count <= bytes.count - offset else { return nil }
    let start = bytes.startIndex + offset
    return TableBytes(slice: bytes[start..<(start + count)])
  }

  /// All bytes from `offset` on; none when it lies behind the end.
  func from(_ offset: Int) -> TableBytes { TableBytes(slice: bytes.dropFirst(max(0, offset))) }

  /// A text field, without the NULs and blanks that fill it.
  func text(_ offset: Int, count: Int) -> String? {
    slice(offset, count: count).map { $0.bytes.prefix { $0 != 0 }.trimmed.text }
  }
}
