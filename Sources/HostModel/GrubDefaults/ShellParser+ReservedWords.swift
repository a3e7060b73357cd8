/// A word that the grammar gives a meaning where a command may begin.
enum ReservedWord: String, CaseIterable {
  case `if`, then, `elif`, `else`, fi, `while`, until, `for`, `do`, done, `case`, esac, `in`
  case openBrace = "{"
  case closeBrace = "}"
  case not = "!"
  // bash's own.
  case doubleBracket = "[["
  case function, select, time, coproc

  /// Whether it can only end a list of commands.
  var closes: Bool {
    switch self {
    case .then, .elif, .else, .fi, .do, .done, .esac, .closeBrace: true
    default: false
    }
  }

  var isBashOnly: Bool {
    switch self {
    case .doubleBracket, .function, .select, .time, .coproc: true
    default: false
    }
  }

  /// With their bytes as one number: most words of a file are looked up, and few are any of these.
  private static let numbered = allCases.map { (number: number($0.rawValue.utf8), word: $0) }

  static let longest = 8

  private static func number(_ text: some Collection<UInt8>) -> UInt64 {
    text.reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// - Parameter number: the bytes of a word of at most `longest` bytes, the last one lowest.
  static func numbered(_ number: UInt64) -> ReservedWord? {
    for entry in numbered where entry.number == number { return entry.word }
    return nil
  }

  static func mayBegin(with byte: UInt8) -> Bool {
    switch byte {
    // ! [ c d e f i s t u w { }
    case 0x21, 0x5b, 0x63, 0x64, 0x65, 0x66, 0x69, 0x73, 0x74, 0x75, 0x77, 0x7b, 0x7d: true
    default: false
    }
  }

  static func named(_ text: ArraySlice<UInt8>) -> ReservedWord? {
    guard text.count <= longest else { return nil }
    return numbered(number(text))
  }
}

extension ShellParser {
  /// The reserved word that stands here; nil when what stands here is none.
  mutating func reservedWord() -> ReservedWord? {
    guard let word = wordOfGrammar(), word != .in, dialect == .bash || !word.isBashOnly else { return nil }
    return word
  }

  /// The word here if it is one of the grammar's, wherever that counts.
  mutating func wordOfGrammar() -> ReservedWord? {
    // A look at the first byte tells most words.
    guard let first = peek(), ReservedWord.mayBegin(with: first) else { return nil }
    if let last = lastLookUp, last.at == at, last.end == end { return last.word }
    var wordEnd = at
    var number: UInt64 = 0
    let limit = min(end, at + ReservedWord.longest + 1)
    while wordEnd < limit, !Byte.endsWord(source[wordEnd]) {
      number = number << 8 | UInt64(source[wordEnd])
      wordEnd += 1
    }
    if wordEnd < end, wordEnd > at, source[wordEnd] == Byte.newline, source[wordEnd - 1] == Byte.backslash {
      noteHiddenWord()
    }
    let word = wordEnd - at > ReservedWord.longest ? nil : ReservedWord.numbered(number)
    lastLookUp = (at, end, word)
    return word
  }

  /// Remembers a word of the grammar that a continued line cuts in two.
  private mutating func noteHiddenWord() {
    guard hiddenReservedWord == nil else { return }
    var word: [UInt8] = []
    var offset = at
    while offset < end, word.count <= ReservedWord.longest {
      if source[offset] == Byte.backslash, offset + 1 < end, source[offset + 1] == Byte.newline {
        offset += 2
        continue
      }
      if Byte.endsWord(source[offset]) { break }
      word.append(source[offset])
      offset += 1
    }
    if ReservedWord.named(word[...]) != nil { hiddenReservedWord = at }
  }

  mutating func take(_ word: ReservedWord) {
    let start = at
    at += word.rawValue.utf8.count
    emit(.word, from: start)
  }

  /// Takes the reserved word that must stand here.
  mutating func expect(
    _ word: ReservedWord, closing opener: ReservedWord, at offset: Int
  ) throws(ShellProblem) {
    guard reservedWord() == word else {
      throw syntax("the \"\(opener.rawValue)\" that begins here lacks its \"\(word.rawValue)\"", at: offset)
    }
    take(word)
  }
}
