// Kernel files are bytes that are almost always ASCII. These helpers work on bytes, so
// that text which is not valid UTF-8 is neither refused nor changed before it is judged. They are
// inlinable, for they run on every attribute of thousands of devices.

/// Whether the byte is `0`-`9`, `a`-`f` or `A`-`F`.
@inlinable package func isHexDigit(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
    UInt8(ascii: "A")...UInt8(ascii: "F"):
    true
  default: false
  }
}

/// What a hexadecimal digit of either case is worth; nil for any other byte.
@inlinable package func hexDigitValue(_ byte: UInt8) -> UInt8? {
  // '0'…'9' are 0x30…0x39; letters have their value less 9 in the low four bits.
  isHexDigit(byte) ? (byte & 0xf) &+ (byte >= 0x40 ? 9 : 0) : nil
}

/// Whether the byte is a blank, a TAB, or one of the line-ending controls (C's isspace).
@inlinable package func isSpace(_ byte: UInt8) -> Bool {
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
  @inlinable package var text: String { String(decoding: self, as: UTF8.self) }
}

extension RandomAccessCollection where Element == UInt8 {
  /// Without white space at either end.
  @inlinable package var trimmed: SubSequence {
    var slice = self[...]
    while let first = slice.first, isSpace(first) { slice = slice.dropFirst() }
    while let last = slice.last, isSpace(last) { slice = slice.dropLast() }
    return slice
  }

  /// The pieces between line feeds, without a carriage return before one; a line feed at the
  /// end makes no empty last line.
  @inlinable package var lines: [SubSequence] {
    var pieces = split(separator: 0x0a, omittingEmptySubsequences: false)
    if pieces.last?.isEmpty == true { pieces.removeLast() }
    return pieces.map { $0.last == 0x0d ? $0.dropLast() : $0 }
  }

  /// The pieces between runs of white space.
  @inlinable package var words: [SubSequence] { split(whereSeparator: isSpace) }
}
