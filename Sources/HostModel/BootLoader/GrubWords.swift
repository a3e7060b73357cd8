/// The words of a command in GRUB's script language, unquoted and expanded as GRUB's own lexer does
/// it (GRUB manual, "Shell-like scripting"), and what the kernel gets to see of them.
enum GrubWords {
  /// - Parameter value: a variable's value; nil where it is not set.
  static func split(_ text: some Collection<UInt8>, value: @escaping (String) -> String?) -> [[UInt8]] {
    var lexer = Lexer(bytes: Array(text), value: value)
    lexer.run()
    return lexer.words
  }

  /// The command line that GRUB hands over: a word with a blank gets quotes around it, and quotes
  /// and backslashes in it get a backslash (grub-core/lib/cmdline.c).
  static func commandLine(_ words: some Collection<[UInt8]>) -> [UInt8] {
    let parts = words.map { word -> [UInt8] in
      let escaped = word.flatMap { byte in
        [Byte.backslash, Byte.singleQuote, Byte.doubleQuote].contains(byte) ? [Byte.backslash, byte] : [byte]
      }
      return word.contains(Byte.space) ? [Byte.doubleQuote] + escaped + [Byte.doubleQuote] : escaped
    }
    return Array(parts.joined(separator: [Byte.space]))
  }

  /// The text with the values of its variables in their places, as blscfg makes it before GRUB splits
  /// it into words.
  static func expanding(_ text: String, value: (String) -> String?) -> String {
    var result: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      let isBraced = rest.first == Byte.leftBrace
      let name = rest.dropFirst(isBraced ? 1 : 0).prefix(while: Byte.isName)
      let after = rest[name.endIndex...]
      guard byte == Byte.dollar, !name.isEmpty, !isBraced || after.first == Byte.rightBrace else {
        result.append(byte)
        continue
      }
      result += (value(name.text) ?? "").utf8
      rest = isBraced ? after.dropFirst() : after
    }
    return result.text
  }

  private struct Lexer {
    let bytes: [UInt8]
    let value: (String) -> String?
    var words: [[UInt8]] = []
    private var word: [UInt8]?
    private var position = 0

    init(bytes: [UInt8], value: @escaping (String) -> String?) {
      self.bytes = bytes
      self.value = value
    }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func run() {
      while let byte = next {
        position += 1
        switch byte {
        case Byte.space, Byte.tab: endWord()
        case Byte.newline, Byte.semicolon, Byte.ampersand, Byte.bar, Byte.less, Byte.greater:
          return endWord()
        case Byte.hash where word == nil: return
        case Byte.backslash: escape()
        case Byte.singleQuote: quoteLiterally()
        case Byte.doubleQuote: quote()
        case Byte.dollar: expand(isQuoted: false)
        default: append(byte)
        }
      }
      endWord()
    }

    private mutating func append(_ byte: UInt8) { word = (word ?? []) + [byte] }

    private mutating func endWord() {
      if let word { words.append(word) }
      word = nil
    }

    private mutating func escape() {
      guard let byte = next else { return }
      position += 1
      if byte != Byte.newline { append(byte) }
    }

    private mutating func quoteLiterally() {
      word = word ?? []
      while let byte = next {
        position += 1
        if byte == Byte.singleQuote { return }
        append(byte)
      }
    }

    private mutating func quote() {
      word = word ?? []
      while let byte = next {
        position += 1
        switch byte {
        case Byte.doubleQuote: return
        case Byte.dollar: expand(isQuoted: true)
        case Byte.backslash:
          guard let escaped = next else { return append(byte) }
          if ![Byte.dollar, Byte.doubleQuote, Byte.backslash].contains(escaped) { append(byte) }
          position += 1
          append(escaped)
        default: append(byte)
        }
      }
    }

    /// Unquoted, a value is split at its blanks.
    private mutating func expand(isQuoted: Bool) {
      guard let name = name() else { return append(Byte.dollar) }
      let bytes = Array((value(name) ?? "").utf8)
      if isQuoted {
        word = (word ?? []) + bytes
      } else {
        for byte in bytes { byte == Byte.space ? endWord() : append(byte) }
      }
    }

    /// `name` or `{name}` after a dollar; nil, and nothing read, when no name follows.
    private mutating func name() -> String? {
      let start = position
      let isBraced = next == Byte.leftBrace
      if isBraced { position += 1 }
      let name = bytes[position...].prefix(while: Byte.isName)
      position += name.count
      if isBraced {
        guard next == Byte.rightBrace else {
          position = start
          return nil
        }
        position += 1
      }
      if name.isEmpty { position = start }
      return name.isEmpty ? nil : name.text
    }
  }
}
