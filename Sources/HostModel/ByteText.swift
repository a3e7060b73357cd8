// Kernel files are bytes that are almost always ASCII. These helpers work on bytes, so
// that text which is not valid UTF-8 is neither refused nor changed before it is judged.

/// Whether the byte is `0`-`9`, `a`-`f` or `A`-`F`.
package func isHexDigit(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
    UInt8(ascii: "A")...UInt8(ascii: "F"):
    true
  default: false
  }
}

/// Whether the byte is a blank, a TAB, or one of the line-ending controls (C's isspace).
package func isSpace(_ byte: UInt8) -> Bool {
  byte == 0x20 || (0x09...0x0d).contains(byte)
}

/// Appends `value` in lower-case hexadecimal, with at least `digits` digits' worth of its low bits.
package func appendHex(_ value: UInt32, digits: Int, to text: inout [UInt8]) {
  var shift = UInt32(4 * digits)
  while shift >= 4 {
    shift -= 4
    let nibble = UInt8(truncatingIfNeeded: value >> shift) & 0xf
    text.append(nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10)
  }
}

/// `value` in lower-case hexadecimal with exactly `digits` digits, no `0x`.
package func hexText(_ value: UInt32, digits: Int) -> String {
  var text: [UInt8] = []
  appendHex(value, digits: digits, to: &text)
  return String(decoding: text, as: UTF8.self)
}

extension Collection where Element == UInt8 {
  /// The bytes as text; what is not UTF-8 becomes U+FFFD.
  package var text: String { String(decoding: self, as: UTF8.self) }
}

extension RandomAccessCollection where Element == UInt8 {
  /// Without white space at either end.
  package var trimmed: SubSequence {
    var slice = self[...]
    while let first = slice.first, isSpace(first) { slice = slice.dropFirst() }
    while let last = slice.last, isSpace(last) { slice = slice.dropLast() }
    return slice
  }

  /// The pieces between line feeds, without a carriage return before one; a line feed at the
  /// end makes no empty last line.
  package var lines: [SubSequence] {
    var pieces = split(separator: 0x0a, omittingEmptySubsequences: false)
    if pieces.last?.isEmpty == true { pieces.removeLast() }
    return pieces.map { $0.last == 0x0d ? $0.dropLast() : $0 }
  }

  /// The pieces between runs of white space.
  package var words: [SubSequence] { split(whereSeparator: isSpace) }
}
