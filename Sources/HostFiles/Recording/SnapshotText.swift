import HostModel

/// What is wrong with a snapshot file, and where.
package struct SnapshotError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Counted from 1.
  package let line: Int
  package let reason: String

  package var description: String { "line \(line): \(reason)" }
}

/// The text form of a recorded host: reviewable, diffable, and read back without loss.
///
///     passthru-doctor snapshot 1
///     == file proc/cmdline
///     | root=/dev/vda1 quiet
///     == link sys/class/net/eth0 -> ../../devices/pci0000:00/0000:00:02.0/net/eth0
///     == bytes sys/firmware/acpi/tables/DMAR
///     | 444d4152 50000000
///     == directory sys/class/iommu
///     == device dev/kvm character
///     == denied dev/kmsg 1
///
/// `| ` begins each line of content; `|-` at the end says that the last line had no line feed.
/// In paths, `%XX` stands for a byte that is not printable ASCII, for a blank, and for `%`.
package enum SnapshotText {
  package static let firstLine = "passthru-doctor snapshot 1"

  /// The recording as text, paths in order.
  package static func print(_ files: RecordedFiles) -> [UInt8] {
    var text = Array((firstLine + "\n").utf8)
    for (path, entry) in files.entries.sorted(by: { $0.key < $1.key }) {
      let name = escape(path)
      switch entry {
      case .file(let bytes) where isText(bytes):
        text += "== file \(name)\n".utf8
        appendLines(of: bytes, to: &text)
      case .file(let bytes):
        text += "== bytes \(name)\n".utf8
        appendHexDump(of: bytes, to: &text)
      case .directory: text += "== directory \(name)\n".utf8
      case .link(let target): text += "== link \(name) -> \(escape(target))\n".utf8
      case .device(let kind):
        text += "== device \(name) \(kind == .blockDevice ? "block" : "character")\n".utf8
      case .denied(let code): text += "== denied \(name) \(code)\n".utf8
      }
    }
    return text
  }

  /// Reads the text form. Lines that begin with `#` before the first entry are comments.
  package static func parse(_ text: [UInt8]) throws(SnapshotError) -> RecordedFiles {
    let lines = text.split(separator: 0x0a, omittingEmptySubsequences: false)
    guard let first = lines.first, first.elementsEqual(firstLine.utf8) else {
      throw SnapshotError(line: 1, reason: "this is not a snapshot: it does not begin with \"\(firstLine)\"")
    }
    var files = RecordedFiles()
    var open: OpenEntry?
    for (index, line) in lines.enumerated().dropFirst() {
      if line.starts(with: "== ".utf8) {
        try close(&open, into: &files)
        open = try header(line.dropFirst(3), at: index + 1, into: &files)
      } else if open != nil, line.first == UInt8(ascii: "|") {
        try open?.append(line.dropFirst(), at: index + 1)
      } else if !line.isEmpty && !(line.first == UInt8(ascii: "#") && files.entries.isEmpty && open == nil) {
        throw SnapshotError(line: index + 1, reason: "neither an entry (== …) nor content (| …)")
      }
    }
    try close(&open, into: &files)
    return files
  }

  private static func close(_ open: inout OpenEntry?, into files: inout RecordedFiles) throws(SnapshotError) {
    guard let entry = open else { return }
    files.add(.file(entry.content), at: entry.path)
    open = nil
  }

  /// Adds an entry that is complete in its header, or opens one whose content follows.
  private static func header(
    _ line: ArraySlice<UInt8>, at number: Int, into files: inout RecordedFiles
  ) throws(SnapshotError) -> OpenEntry? {
    let words = line.split(separator: 0x20, omittingEmptySubsequences: false)
    guard words.count >= 2, let path = unescape(words[1]), !path.isEmpty else {
      throw SnapshotError(line: number, reason: "an entry needs a kind and a path")
    }
    switch (words[0].text, words.count) {
    case ("file", 2): return OpenEntry(path: path, isHex: false)
    case ("bytes", 2): return OpenEntry(path: path, isHex: true)
    case ("directory", 2): files.add(.directory, at: path)
    case ("device", 3):
      files.add(.device(words[2].text == "block" ? .blockDevice : .characterDevice), at: path)
    case ("denied", 3):
      guard let code = Int32(words[2].text) else {
        throw SnapshotError(line: number, reason: "denied needs an error number")
      }
      files.add(.denied(code), at: path)
    case ("link", 4) where words[2].text == "->":
      guard let target = unescape(words[3]) else {
        throw SnapshotError(line: number, reason: "the link's target is not well escaped")
      }
      files.add(.link(target), at: path)
    default:
      throw SnapshotError(
        line: number, reason: "unknown entry \"\(words[0].text)\", or a wrong number of words")
    }
    return nil
  }

  /// An entry whose content lines are being read.
  private struct OpenEntry {
    let path: String
    let isHex: Bool
    var content: [UInt8] = []
    var isClosed = false

    init(path: String, isHex: Bool) {
      self.path = path
      self.isHex = isHex
    }

    mutating func append(_ line: ArraySlice<UInt8>, at number: Int) throws(SnapshotError) {
      guard !isClosed else { throw SnapshotError(line: number, reason: "content after \"|-\"") }
      if line.elementsEqual([UInt8(ascii: "-")]), !isHex {
        if content.last == 0x0a { content.removeLast() }
        isClosed = true
      } else if isHex {
        try appendHexDigits(line, at: number)
      } else {
        content += line.first == 0x20 ? line.dropFirst() : line
        content.append(0x0a)
      }
    }

    private mutating func appendHexDigits(_ line: ArraySlice<UInt8>, at number: Int) throws(SnapshotError) {
      let digits = line.filter { $0 != 0x20 }
      guard digits.count.isMultiple(of: 2) else {
        throw SnapshotError(line: number, reason: "an odd number of hexadecimal digits")
      }
      for pair in stride(from: 0, to: digits.count, by: 2) {
        guard let byte = UInt8(digits[pair...(pair + 1)].text, radix: 16), digits[pair] != UInt8(ascii: "+")
        else {
          throw SnapshotError(line: number, reason: "not hexadecimal")
        }
        content.append(byte)
      }
    }
  }

  /// Text that survives being split into lines and looked at: no control characters but TAB and line feed.
  private static func isText(_ bytes: [UInt8]) -> Bool {
    bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7f || $0 == 0x09 || $0 == 0x0a }
      && String(validating: bytes, as: UTF8.self) != nil
  }

  private static func appendLines(of bytes: [UInt8], to text: inout [UInt8]) {
    guard !bytes.isEmpty else { return }
    let endsWithLineFeed = bytes.last == 0x0a
    for line in (endsWithLineFeed ? bytes.dropLast() : bytes[...])
      .split(separator: 0x0a, omittingEmptySubsequences: false)
    {
      text += "| ".utf8
      text += line
      text.append(0x0a)
    }
    if !endsWithLineFeed { text += "|-\n".utf8 }
  }

  private static func appendHexDump(of bytes: [UInt8], to text: inout [UInt8]) {
    for start in stride(from: 0, to: bytes.count, by: 32) {
      text += "|".utf8
      for (offset, byte) in bytes[start..<min(start + 32, bytes.count)].enumerated() {
        if offset.isMultiple(of: 4) { text.append(0x20) }
        appendHex(UInt32(byte), digits: 2, to: &text)
      }
      text.append(0x0a)
    }
  }

  private static func escape(_ path: String) -> String {
    var text: [UInt8] = []
    for byte in path.utf8 {
      if (0x21..<0x7f).contains(byte), byte != UInt8(ascii: "%") {
        text.append(byte)
      } else {
        text.append(UInt8(ascii: "%"))
        appendHex(UInt32(byte), digits: 2, to: &text)
      }
    }
    return text.text
  }

  private static func unescape(_ path: ArraySlice<UInt8>) -> String? {
    var bytes: [UInt8] = []
    var rest = path
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      let digits = rest.prefix(2)
      guard digits.count == 2, digits.allSatisfy(isHexDigit), let value = UInt8(digits.text, radix: 16) else {
        return nil
      }
      bytes.append(value)
      rest = rest.dropFirst(2)
    }
    return bytes.text
  }
}
