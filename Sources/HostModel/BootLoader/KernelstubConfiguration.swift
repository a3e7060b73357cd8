/// etc/kernelstub/configuration: JSON in which kernelstub keeps the arguments of Pop!_OS' boot entries.
package struct KernelstubConfiguration: Sendable, Equatable {
  package static let path = "etc/kernelstub/configuration"

  /// The user's `kernel_options`.
  package var options: [String]

  /// Nil where the file does not hold them.
  package init?(_ bytes: [UInt8]) {
    // The user's settings stand in an object of their own, beside the defaults.
    guard let user = Self.rest(of: bytes[...], behind: "\"user\""),
      let list = Self.rest(of: user, behind: "\"kernel_options\""),
      let start = list.firstIndex(of: Byte.leftBracket)
    else { return nil }
    options = []
    var text: [UInt8]?
    var isEscaped = false
    for byte in list[start...].dropFirst() {
      if var open = text {
        if isEscaped || (byte != Byte.doubleQuote && byte != Byte.backslash) {
          open.append(byte)
          isEscaped = false
          text = open
        } else if byte == Byte.backslash {
          isEscaped = true
        } else {
          options.append(open.text)
          text = nil
        }
      } else if byte == Byte.doubleQuote {
        text = []
      } else if byte == UInt8(ascii: "]") {
        return
      }
    }
    return nil
  }

  private static func rest(of bytes: ArraySlice<UInt8>, behind word: String) -> ArraySlice<UInt8>? {
    let needle = Array(word.utf8)
    var rest = bytes
    while let start = rest.firstIndex(of: Byte.doubleQuote) {
      rest = rest[start...]
      if rest.starts(with: needle) { return rest.dropFirst(needle.count) }
      rest = rest.dropFirst()
    }
    return nil
  }
}
