/// A JSON document whose keys keep the order in which they were written.
///
/// Foundation's JSONEncoder drops nil keys and can only sort the others; the interface
/// promises every key, always, in a fixed order, so that two runs give the same bytes.
package enum JSON: Sendable {
  case null
  case bool(Bool)
  case number(Int)
  case string(String)
  case array([JSON])
  case object([(key: String, value: JSON)])

  /// A string, or null.
  package init(_ text: String?) { self = text.map(JSON.string) ?? .null }

  /// A number, or null.
  package init(_ number: Int?) { self = number.map(JSON.number) ?? .null }

  /// A list of strings.
  package init(_ texts: [String]) { self = .array(texts.map(JSON.string)) }

  /// UTF-8 text with two-space indentation and a line feed at the end.
  package var document: [UInt8] {
    var bytes: [UInt8] = []
    write(to: &bytes, depth: 0)
    bytes.append(0x0a)
    return bytes
  }

  /// Appends it as it stands inside a document, below `depth` others.
  func write(to bytes: inout [UInt8], depth: Int) {
    switch self {
    case .null: bytes += "null".utf8
    case .bool(let value): bytes += (value ? "true" : "false").utf8
    case .number(let value): bytes += String(value).utf8
    case .string(let value): Self.quote(value, to: &bytes)
    case .array(let values) where values.allSatisfy(\.isScalar):
      // A list of words on one line reads and diffs better than one word a line.
      bytes.append(UInt8(ascii: "["))
      for (index, value) in values.enumerated() {
        if index > 0 { bytes += ", ".utf8 }
        value.write(to: &bytes, depth: depth)
      }
      bytes.append(UInt8(ascii: "]"))
    case .array(let values):
      Self.enclose("[", "]", values.count, depth, to: &bytes) { index, bytes in
        values[index].write(to: &bytes, depth: depth + 1)
      }
    case .object(let members):
      Self.enclose("{", "}", members.count, depth, to: &bytes) { index, bytes in
        Self.quote(members[index].key, to: &bytes)
        bytes += ": ".utf8
        members[index].value.write(to: &bytes, depth: depth + 1)
      }
    }
  }

  private var isScalar: Bool {
    switch self {
    case .array, .object: false
    default: true
    }
  }

  private static func enclose(
    _ open: String, _ close: String, _ count: Int, _ depth: Int, to bytes: inout [UInt8],
    item: (Int, inout [UInt8]) -> Void
  ) {
    bytes += open.utf8
    for index in 0..<count {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      indent(depth + 1, to: &bytes)
      item(index, &bytes)
    }
    if count > 0 { indent(depth, to: &bytes) }
    bytes += close.utf8
  }

  private static func indent(_ depth: Int, to bytes: inout [UInt8]) {
    bytes.append(0x0a)
    bytes.append(contentsOf: repeatElement(0x20, count: 2 * depth))
  }

  /// RFC 8259, section 7. Control characters are escaped; everything else stays UTF-8.
  private static func quote(_ text: String, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
      case 0x0a: bytes += #"\n"#.utf8
      case 0x0d: bytes += #"\r"#.utf8
      case 0x09: bytes += #"\t"#.utf8
      case 0..<0x20, 0x7f:
        bytes += #"\u00"#.utf8
        appendHexByte(byte, to: &bytes)
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private static func appendHexByte(_ byte: UInt8, to bytes: inout [UInt8]) {
    let digits = Array("0123456789abcdef".utf8)
    bytes.append(digits[Int(byte >> 4)])
    bytes.append(digits[Int(byte & 0xf)])
  }
}
