/// grubenv: a block of `name=value` lines, filled up with `#`, that GRUB reads and can write in place.
package struct GrubEnvironment: Sendable, Equatable {
  /// Below the root, links followed.
  package var path: String
  package var bytes: [UInt8]
  package var values: [String: String]
  /// Whether GRUB could write it: it must keep its size.
  package var isWhole: Bool

  package init(_ bytes: [UInt8], path: String = "boot/grub/grubenv") {
    self.path = path
    self.bytes = bytes
    isWhole = bytes.count == 1024 && bytes.contains("# GRUB Environment Block")
    values = [:]
    for line in bytes.lines where line.first != Byte.hash {
      guard let equals = line.firstIndex(of: Byte.equals) else { continue }
      values[line[..<equals].text] = Self.unescaped(line[(equals + 1)...])
    }
  }

  /// A backslash in a value is written twice (GRUB's manual, "The GRUB environment block").
  private static func unescaped(_ value: ArraySlice<UInt8>) -> String {
    var result: [UInt8] = []
    var isEscaped = false
    for byte in value {
      isEscaped = byte == Byte.backslash && !isEscaped
      if !isEscaped { result.append(byte) }
    }
    return result.text
  }
}
