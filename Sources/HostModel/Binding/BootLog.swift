/// run/passthru-doctor/boot.log: what the boot program did, one line of `key=value` an event.
package struct BootEvent: Equatable, Sendable, CustomStringConvertible {
  package static let path = "run/passthru-doctor/boot.log"

  package enum Kind: String, Sendable {
    /// The program began.
    case start
    /// Nothing is bound in this boot: `reason`, `detail`.
    case switchedOff = "switched-off"
    /// One device is on its driver: `chosen` (its address then), `address` (now), `driver`, `from`
    /// (the driver that had it before, or `none`).
    case bound
    /// A group was not touched: `chosen` (addresses then), `reason`, `detail`.
    case declined
    /// A group was given back after it had been begun: as `declined`.
    case gaveBack = "gave-back"
    /// The program ended by itself: `bound`, `declined` (counts), `milliseconds`.
    case done
    /// The program was left behind so that the boot goes on.
    case timeout
  }

  package let kind: Kind
  /// In the order in which they are written.
  package let fields: [Field]

  package struct Field: Equatable, Sendable {
    package let key: String
    package let value: String

    package init(_ key: String, _ value: String) {
      self.key = key
      self.value = value
    }
  }

  package init(_ kind: Kind, _ fields: [Field] = []) {
    self.kind = kind
    self.fields = fields
  }

  /// The value of a key; nil when the event has none.
  package subscript(_ key: String) -> String? { fields.first { $0.key == key }?.value }

  /// The addresses that the event's group was chosen at.
  package var chosen: [PCIAddress] {
    (self["chosen"] ?? "").split(separator: ",").compactMap { PCIAddress($0) }
  }

  /// The line, without its line feed. A value with blanks stands in double quotes; within them a
  /// backslash precedes a quote or a backslash.
  package var description: String {
    var text = "event=\(kind.rawValue)"
    for field in fields { text += " \(field.key)=\(Self.quoted(field.value))" }
    return text
  }

  private static func quoted(_ value: String) -> String {
    let plain = value.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7f && $0 != UInt8(ascii: "\"") }
    guard !plain || value.isEmpty else { return value }
    var bytes: [UInt8] = [UInt8(ascii: "\"")]
    for byte in value.utf8 {
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { bytes.append(UInt8(ascii: "\\")) }
      bytes.append(byte < 0x20 || byte == 0x7f ? UInt8(ascii: " ") : byte)
    }
    return (bytes + [UInt8(ascii: "\"")]).text
  }

  /// Reads a line; nil when it is none of these events.
  package init?(_ line: some Collection<UInt8>) {
    var fields: [Field] = []
    var rest = Array(line)[...]
    while true {
      rest = rest.drop { isSpace($0) }
      guard !rest.isEmpty else { break }
      guard let equals = rest.firstIndex(of: UInt8(ascii: "=")) else { return nil }
      let key = rest[..<equals].text
      rest = rest[(equals + 1)...]
      guard let value = Self.value(&rest) else { return nil }
      fields.append(Field(key, value))
    }
    guard let first = fields.first, first.key == "event", let kind = Kind(rawValue: first.value) else {
      return nil
    }
    self.init(kind, Array(fields.dropFirst()))
  }

  /// Takes one value off the front; nil when its quote is not closed.
  private static func value(_ rest: inout ArraySlice<UInt8>) -> String? {
    guard rest.first == UInt8(ascii: "\"") else {
      let word = rest.prefix { !isSpace($0) }
      rest = rest.dropFirst(word.count)
      return word.text
    }
    var bytes: [UInt8] = []
    rest = rest.dropFirst()
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "\"") { return bytes.text }
      if byte == UInt8(ascii: "\\") {
        guard let escaped = rest.popFirst() else { return nil }
        bytes.append(escaped)
      } else {
        bytes.append(byte)
      }
    }
    return nil
  }
}
