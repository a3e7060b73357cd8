import HostModel

/// Replaces what identifies one machine or its owner: UUIDs, MAC addresses, serial numbers.
///
/// The same identifier always gets the same stand-in, so that a file system's UUID in fstab and
/// in dev/disk/by-uuid still agree in a snapshot.
package struct IdentifierReplacement: Sendable {
  private var standIns: [[UInt8]: [UInt8]] = [:]

  package init() {}

  /// The recording with every identifier in names, targets and contents replaced.
  package mutating func apply(to files: RecordedFiles) -> RecordedFiles {
    var result = RecordedFiles()
    for (path, entry) in files.entries.sorted(by: { $0.key < $1.key }) {
      let name = replaced(Array(path.utf8)).text
      switch entry {
      case .file(let bytes): result.add(.file(replaced(bytes)), at: name)
      case .link(let target): result.add(.link(replaced(Array(target.utf8)).text), at: name)
      case .directory, .device, .denied: result.add(entry, at: name)
      }
    }
    return result
  }

  /// The text with every identifier replaced.
  package mutating func replaced(_ text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var index = 0
    while index < text.count {
      // An identifier begins where a word begins; inside one nothing is looked for.
      let startsWord = index == 0 || !Self.isWordByte(text[index - 1])
      if startsWord, let length = Self.identifierLength(text[index...]) {
        result += standIn(for: Array(text[index..<(index + length)]))
        index += length
      } else if startsWord, let length = Self.serialLabelLength(text[index...]) {
        result += text[index..<(index + length)]
        index += length
        let serial = text[index...].prefix { $0 > 0x20 }
        if !serial.isEmpty { result += standIn(for: Array(serial)) }
        index += serial.count
      } else {
        result.append(text[index])
        index += 1
      }
    }
    return result
  }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    isHexDigit(byte) || (0x67...0x7a).contains(byte) || (0x47...0x5a).contains(byte)
  }

  /// UUID 8-4-4-4-12, FAT's 4-4 is too short to be told from other text and stays; MAC 2:2:2:2:2:2.
  private static func identifierLength(_ text: ArraySlice<UInt8>) -> Int? {
    for (groups, separator) in [
      ([8, 4, 4, 4, 12], UInt8(ascii: "-")), ([2, 2, 2, 2, 2, 2], UInt8(ascii: ":")),
    ] {
      if let length = matchedLength(text, groups, separator) { return length }
    }
    return nil
  }

  private static func matchedLength(_ text: ArraySlice<UInt8>, _ groups: [Int], _ separator: UInt8) -> Int? {
    var rest = text
    var length = 0
    for (index, group) in groups.enumerated() {
      if index > 0 {
        guard rest.popFirst() == separator else { return nil }
        length += 1
      }
      guard rest.count >= group, rest.prefix(group).allSatisfy(isHexDigit) else { return nil }
      rest = rest.dropFirst(group)
      length += group
    }
    if let next = rest.first, isWordByte(next) || next == separator { return nil }
    return length
  }

  /// `SerialNumber: ` of the USB core, `S/N `, `serial=`, `ID_SERIAL=`, `ID_SERIAL_SHORT=`.
  private static func serialLabelLength(_ text: ArraySlice<UInt8>) -> Int? {
    for label in [
      "SerialNumber: ", "S/N ", "serial=", "SERIAL=", "SERIAL_SHORT=", "ID_SERIAL=", "ID_SERIAL_SHORT=",
    ]
    where text.starts(with: label.utf8) {
      return label.utf8.count
    }
    return nil
  }

  private mutating func standIn(for identifier: [UInt8]) -> [UInt8] {
    // Case carries no meaning, and a stand-in stands for itself: replacing twice changes nothing.
    let key = identifier.map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }
    if let known = standIns[key] { return known }
    let number = UInt32(truncatingIfNeeded: standIns.count + 1)
    let made: String
    if key.count == 36, key.contains(UInt8(ascii: "-")) {
      made = "00000000-0000-4000-8000-\(hexText(number, digits: 12))"
    } else if key.count == 17, key.contains(UInt8(ascii: ":")) {
      made =
        key.allSatisfy({ $0 == UInt8(ascii: "0") || $0 == UInt8(ascii: ":") })
        ? "00:00:00:00:00:00"
        : "02:00:00:\(hexText(number >> 16, digits: 2)):\(hexText(number >> 8, digits: 2)):\(hexText(number, digits: 2))"
    } else {
      made = "SERIAL\(number)"
    }
    standIns[key] = Array(made.utf8)
    return Array(made.utf8)
  }
}
