/// A value of GRUB_CMDLINE_LINUX as GRUB's own script reads it from the `linux` line.
enum GrubCommandText {
  /// Why arguments after this value would not reach the kernel, as a clause; nil when they would.
  static func obstacle(in value: [UInt8]) -> String? {
    var offset = 0
    var beginsWord = true
    while offset < value.count {
      let byte = value[offset]
      switch byte {
      case Byte.newline: return "a line end stands in the value"
      case Byte.backslash:
        guard offset + 1 < value.count else { return "the value ends in a backslash" }
        offset += 1
      case Byte.singleQuote, Byte.doubleQuote:
        guard let end = endOfQuote(in: value, from: offset) else {
          return "a quote in the value has no end, and grub.cfg would not be readable"
        }
        offset = end
      case Byte.semicolon, Byte.ampersand, Byte.bar, Byte.less, Byte.greater:
        return "GRUB ends the command at \"\(Character(UnicodeScalar(byte)))\" and ignores the rest"
      case Byte.leftBrace where !(offset > 0 && value[offset - 1] == Byte.dollar):
        return "GRUB takes \"{\" for a block"
      case Byte.hash where beginsWord: return "GRUB takes what follows \"#\" for a comment"
      default: break
      }
      beginsWord = byte == Byte.space || byte == Byte.tab
      offset += 1
    }
    // The probe is an argument like any other: is it still the kernel's?
    if !KernelCommandLine(parsing: value + " probe".utf8).parameters.contains(where: { $0.name == "probe" }) {
      return "the kernel hands what follows \"--\" to init"
    }
    return nil
  }

  private static func endOfQuote(in value: [UInt8], from start: Int) -> Int? {
    let quote = value[start]
    var offset = start + 1
    while offset < value.count, value[offset] != quote {
      offset += value[offset] == Byte.backslash && quote == Byte.doubleQuote ? 2 : 1
    }
    return offset < value.count ? offset : nil
  }
}
