import HostModel

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
  /// Keys are the program's own words: plain text.
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

  /// Appends it as it stands inside a document, below `depth` others. A large document is tens of
  /// thousands of short pieces, so what can be is appended in one.
  func write(to bytes: inout [UInt8], depth: Int) {
    switch self {
    case .null: bytes.append("null")
    case .bool(let value): bytes.append(value ? "true" : "false")
    case .number(let value): bytes += String(value).utf8
    case .string(let value): Self.quote(value, to: &bytes)
    case .array(let values) where values.allSatisfy(\.isScalar):
      // A list of words on one line reads and diffs better than one word a line.
      bytes.append("[")
      for (index, value) in values.enumerated() {
        if index > 0 { bytes.append(", ") }
        value.write(to: &bytes, depth: depth)
      }
      bytes.append("]")
    case .array(let values):
      bytes.append("[")
      for (index, value) in values.enumerated() {
        Self.startLine(depth + 1, isFirst: index == 0, to: &bytes)
        value.write(to: &bytes, depth: depth + 1)
      }
      Self.startLine(depth, isFirst: true, to: &bytes)
      bytes.append("]")
    case .object(let members):
      Self.writeObject(to: &bytes, depth: depth) { add in
        for (key, value) in members { add(key, value) }
      }
    }
  }

  /// Appends an object as its members come, without a list of them.
  static func writeObject(
    to bytes: inout [UInt8], depth: Int, _ members: (_ add: (_ key: String, _ value: JSON) -> Void) -> Void
  ) {
    bytes.append("{")
    var isFirst = true
    members { key, value in
      startLine(depth + 1, isFirst: isFirst, to: &bytes)
      isFirst = false
      bytes.append("\"")
      bytes += key.utf8
      bytes.append("\": ")
      value.write(to: &bytes, depth: depth + 1)
    }
    if !isFirst { startLine(depth, isFirst: true, to: &bytes) }
    bytes.append("}")
  }

  private var isScalar: Bool {
    switch self {
    case .array, .object: false
    default: true
    }
  }

  /// A comma, unless there is nothing to part, and the next line's indentation.
  private static func startLine(_ depth: Int, isFirst: Bool, to bytes: inout [UInt8]) {
    let start = lineStart[(isFirst ? 1 : 0)..<min(2 + 2 * depth, lineStart.count)]
    bytes.append(contentsOf: start)
    // Deeper than any document of ours.
    for _ in 0..<max(0, 2 + 2 * depth - lineStart.count) { bytes.append(0x20) }
  }

  private static let lineStart = Array((",\n" + String(repeating: " ", count: 32)).utf8)

  /// RFC 8259, section 7. Control characters are escaped; everything else stays UTF-8.
  private static func quote(_ text: String, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    var text = text
    text.withUTF8 { text in
      // Nearly all text is plain, and is copied whole.
      if text.allSatisfy({ $0 >= 0x20 && $0 != 0x22 && $0 != 0x5c && $0 != 0x7f }) {
        bytes.append(contentsOf: text)
      } else {
        for byte in text { escape(byte, to: &bytes) }
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private static func escape(_ byte: UInt8, to bytes: inout [UInt8]) {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"):
      bytes.append(UInt8(ascii: "\\"))
      bytes.append(byte)
    case 0x0a: bytes.append(#"\n"#)
    case 0x0d: bytes.append(#"\r"#)
    case 0x09: bytes.append(#"\t"#)
    case 0..<0x20, 0x7f:
      bytes.append(#"\u00"#)
      appendHex(UInt32(byte), digits: 2, to: &bytes)
    default: bytes.append(byte)
    }
  }
}

extension [UInt8] {
  fileprivate mutating func append(_ text: StaticString) {
    append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }
}
