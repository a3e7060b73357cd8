/// A line of the program's own files: a key, and what stands after it.
///
///     device 0000:01:00.0
///         id 10de:1b80
///
/// White space around a line means nothing; lines that are empty or begin with `#` are comments.
struct RecordLine {
  let key: String
  /// Empty when nothing stands after the key.
  let value: String
  /// From 1.
  let number: Int
  /// What the comment lines right before it say, without number sign.
  let comment: String?
}

/// Why one of the program's own files is refused: the whole file, for one line.
package struct RecordError: Error, Equatable, Sendable, CustomStringConvertible {
  /// From 1; nil when it is about the file as a whole.
  package let line: Int?
  package let reason: String

  package init(line: Int?, _ reason: String) {
    self.line = line
    self.reason = reason
  }

  package var description: String { line.map { "line \($0): \(reason)" } ?? reason }
}

/// More than any host can have to say.
private let longestFile = 256 << 10

/// Splits a file into its lines; the first one must be `version` with the number wanted.
func recordLines(_ bytes: [UInt8], version: Int) throws(RecordError) -> [RecordLine] {
  guard bytes.count <= longestFile else {
    throw RecordError(line: nil, "it is larger than \(longestFile) bytes")
  }
  var lines: [RecordLine] = []
  var comment: String?
  for (index, raw) in bytes.lines.enumerated() {
    let line = raw.trimmed
    guard line.allSatisfy({ $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7f) }) else {
      throw RecordError(line: index + 1, "it holds a control character")
    }
    if line.isEmpty {
      comment = nil
    } else if line.first == UInt8(ascii: "#") {
      comment = line.dropFirst().trimmed.text
    } else {
      let key = line.prefix { !isSpace($0) }
      lines.append(
        RecordLine(
          key: key.text, value: line.dropFirst(key.count).trimmed.text, number: index + 1, comment: comment))
      comment = nil
    }
  }
  guard let first = lines.first, first.key == "version" else {
    throw RecordError(line: lines.first?.number, "the file does not begin with its version")
  }
  guard first.value == String(version) else {
    throw RecordError(line: first.number, "version \(first.value) is not one that this program knows")
  }
  return Array(lines.dropFirst())
}

/// What the lines after `device ADDRESS` say about a device, taken one by one.
struct IdentityFields {
  let address: PCIAddress
  /// Of the `device` line.
  let line: Int
  private var ids: DeviceIDs?
  private var subsystem: DeviceIDs?
  private var deviceClass: UInt32?
  private var path: DevicePath?
  private var twins: [DevicePath] = []

  init(_ line: RecordLine) throws(RecordError) {
    guard let address = PCIAddress(line.value) else {
      throw RecordError(line: line.number, "\"\(line.value)\" is no PCI address")
    }
    self.address = address
    self.line = line.number
  }

  /// Whether the line was one of an identity's.
  mutating func take(_ line: RecordLine) throws(RecordError) -> Bool {
    switch line.key {
    case "id": try set(&ids, DeviceIDs(line.value), line, "ids, as 8086:10d3")
    case "subsystem": try set(&subsystem, DeviceIDs(line.value), line, "ids, as 8086:10d3")
    case "class":
      try set(&deviceClass, hexNumber(Array(line.value.utf8)[...], digits: 6...6), line, "a class, as 020000")
    case "path": try set(&path, DevicePath(line.value), line, "a path, as 0000:00/01.0=8086:1901/00.0")
    case "twin":
      var twin: DevicePath?
      try set(&twin, DevicePath(line.value), line, "a path, as 0000:00/01.0=8086:1901/00.0")
      if let twin { twins.append(twin) }
    default: return false
    }
    return true
  }

  private func set<Value>(
    _ field: inout Value?, _ value: Value?, _ line: RecordLine, _ wanted: String
  ) throws(RecordError) {
    guard field == nil else {
      throw RecordError(line: line.number, "a second \"\(line.key)\" for \(address)")
    }
    guard let value else { throw RecordError(line: line.number, "\"\(line.value)\" is not \(wanted)") }
    field = value
  }

  func identity() throws(RecordError) -> DeviceIdentity {
    func missing(_ key: String) -> RecordError { RecordError(line: line, "\(address) has no \"\(key)\"") }
    guard let ids else { throw missing("id") }
    guard let deviceClass else { throw missing("class") }
    guard let path else { throw missing("path") }
    guard path.device == address.device, path.function == address.function else {
      throw RecordError(line: line, "the path of \(address) leads elsewhere: \(path)")
    }
    return DeviceIdentity(
      address: address, ids: ids, subsystem: subsystem, deviceClass: deviceClass, path: path,
      twins: twins.sorted(by: precedes))
  }
}

extension DeviceIdentity {
  /// The lines after `device ADDRESS` that `IdentityFields` reads, each with its line feed.
  var fieldLines: String {
    var text = "    id \(ids)\n"
    if let subsystem { text += "    subsystem \(subsystem)\n" }
    text += "    class \(hexText(deviceClass, digits: 6))\n    path \(path)\n"
    for twin in twins { text += "    twin \(twin)\n" }
    return text
  }
}
