extension ShellParser {
  /// The word that begins here; one byte at least belongs to it.
  mutating func word(mayHoldArray: Bool = false) throws(ShellProblem) -> ShellWord {
    let start = at
    wordDepth += 1
    defer {
      wordDepth -= 1
      emit(.word, from: start)
    }
    return try wordToItsEnd(from: start, mayHoldArray: mayHoldArray)
  }

  /// The rest of a word, or all of it, from here on.
  mutating func wordToItsEnd(from start: Int, mayHoldArray: Bool = false) throws(ShellProblem) -> ShellWord {
    if start == at, let quote = plainQuoteToTheEnd() { return quote }
    skipLiteral()
    guard let byte = peek(), !Byte.endsWord(byte) || byte == Byte.leftParenthesis && mayHoldArray else {
      return ShellWord(literal: start..<at)
    }
    var parts: [ShellWordPart] = start < at ? [.literal(ShellRange(start..<at))] : []
    while let byte = peek() {
      if byte == Byte.leftParenthesis, mayHoldArray, dialect == .bash, isAssignmentPrefix(start..<at) {
        parts.append(try array())
        continue
      }
      if Byte.endsWord(byte) { break }
      parts.append(try unquotedPart())
    }
    return ShellWord(range: start..<at, parts: parts)
  }

  /// The word that is one quote, on one line and without expansions; nil, and nothing taken, for all else.
  private mutating func plainQuoteToTheEnd() -> ShellWord? {
    guard let quote = peek(), quote == Byte.singleQuote || quote == Byte.doubleQuote else { return nil }
    var next = at &+ 1
    while next < end, source[next] != quote {
      if source[next] == Byte.newline || quote == Byte.doubleQuote && Self.endsPlainQuote(source[next]) {
        return nil
      }
      next &+= 1
    }
    next &+= 1
    guard next < end, Byte.endsWord(source[next]), source[next] != Byte.leftParenthesis else { return nil }
    defer { at = next }
    return ShellWord(quote: at..<next, isDouble: quote == Byte.doubleQuote)
  }

  /// Whether a byte between double quotes begins what is no literal.
  private static func endsPlainQuote(_ byte: UInt8) -> Bool {
    byte == Byte.dollar || byte == Byte.backquote || byte == Byte.backslash
  }

  /// Passes over bytes that stand for themselves outside quotes.
  private mutating func skipLiteral() { at = literalEnd(from: at) }

  /// Where bytes end that stand for themselves outside quotes.
  func literalEnd(from start: Int) -> Int {
    var next = start
    while next < end, !Byte.endsWord(source[next]), !Self.beginsPart(source[next]) { next &+= 1 }
    return next
  }

  private func isAssignmentPrefix(_ range: Range<Int>) -> Bool {
    guard range.count > 1, source[range.upperBound - 1] == Byte.equals,
      Byte.isNameStart(source[range.lowerBound])
    else { return false }
    var name = Array(source[range].dropLast())
    // A name may be continued on the next line.
    while let backslash = name.firstIndex(of: Byte.backslash), backslash + 1 < name.count,
      name[backslash + 1] == Byte.newline
    { name.removeSubrange(backslash...(backslash + 1)) }
    return (name.last == Byte.plus ? name.dropLast() : name).allSatisfy(Byte.isName)
  }

  /// One part outside quotes.
  private mutating func unquotedPart() throws(ShellProblem) -> ShellWordPart {
    let start = at
    switch source[at] {
    case Byte.backslash: return try escape(everyByte: true)
    case Byte.singleQuote: return try singleQuoted()
    case Byte.doubleQuote: return try doubleQuoted()
    case Byte.backquote: return try backquoted(inDoubleQuotes: false)
    case Byte.dollar: return try dollar(inDoubleQuotes: false)
    default:
      skipLiteral()
      return .literal(ShellRange(start..<at))
    }
  }

  private static func beginsPart(_ byte: UInt8) -> Bool {
    byte == Byte.backslash || byte == Byte.singleQuote || byte == Byte.doubleQuote || byte == Byte.backquote
      || byte == Byte.dollar
  }

  /// Whether a backslash that ends the file is here: bash drops it where a single quote before it goes over a line
  /// end, and keeps it elsewhere.
  func isDoubtfulBackslash(at offset: Int) -> Bool {
    dialect == .bash && offset == source.count - 1 && source[offset] == Byte.backslash
      && source[min(lineStart, offset)..<offset].contains(Byte.newline)
  }

  /// A backslash and what it does outside quotes, or (not `everyByte`) inside double ones.
  mutating func escape(everyByte: Bool, alsoBrace: Bool = false) throws(ShellProblem) -> ShellWordPart {
    let start = at
    guard let next = peek(1) else {
      if isDoubtfulBackslash(at: at) { throw unfollowed("a backslash ends the file") }
      at += 1
      if at == source.count { endsInBackslash = true }
      return .literal(ShellRange(start..<at))
    }
    if next == Byte.newline {
      at += 2
      return .continuation(ShellRange(start..<at))
    }
    let quotes =
      everyByte || next == Byte.dollar || next == Byte.backquote || next == Byte.doubleQuote
      || next == Byte.backslash || (alsoBrace && next == Byte.rightBrace)
    at += quotes ? 2 : 1
    return quotes ? .escaped(ShellRange(start..<at)) : .literal(ShellRange(start..<at))
  }

  mutating func singleQuoted() throws(ShellProblem) -> ShellWordPart {
    let start = at
    guard let close = source[(at + 1)..<end].firstIndex(of: Byte.singleQuote) else {
      throw syntax("the quote ' that begins here has no end", at: start)
    }
    at = close + 1
    noteDoubt(start)
    return .singleQuoted(ShellRange(start..<at))
  }

  mutating func doubleQuoted() throws(ShellProblem) -> ShellWordPart {
    try nested { parser throws(ShellProblem) in
      let start = parser.at
      parser.at += 1
      parser.openQuotes.append(start)
      let parts = try parser.quotedParts(until: Byte.doubleQuote)
      guard parser.peek() == Byte.doubleQuote else {
        throw parser.syntax("the quote \" that begins here has no end", at: start)
      }
      parser.at += 1
      parser.openQuotes.removeLast()
      parser.noteDoubt(start)
      return .doubleQuoted(ShellRange(start..<parser.at), parts)
    }
  }

  /// Remembers the first quote, from `start` to here, that looks as if it lost its end.
  mutating func noteDoubt(_ start: Int) {
    if doubtfulQuote == nil, runsIntoAnotherLine(start..<at) { doubtfulQuote = start }
  }

  /// Whether a quote goes on, after a line end, with a comment or an assignment.
  func runsIntoAnotherLine(_ range: Range<Int>) -> Bool {
    var rest = range
    while let lineEnd = source[rest].firstIndex(of: Byte.newline) {
      rest = (lineEnd + 1)..<range.upperBound
      let line = source[rest].prefix { $0 != Byte.newline }
      if line.first == Byte.hash { return true }
      guard let equals = line.firstIndex(of: Byte.equals), let first = line.first, Byte.isNameStart(first)
      else {
        continue
      }
      if line[..<equals].allSatisfy(Byte.isName) { return true }
    }
    return false
  }

  /// Parts as between double quotes, up to an unquoted `end` or the end of the file.
  mutating func quotedParts(until end: UInt8?) throws(ShellProblem) -> [ShellWordPart] {
    var parts: [ShellWordPart] = []
    // Room for those of most quotes, in one piece.
    if peek() != end { parts.reserveCapacity(4) }
    while let byte = peek(), byte != end {
      switch byte {
      case Byte.backslash: parts.append(try escape(everyByte: false))
      case Byte.backquote: parts.append(try backquoted(inDoubleQuotes: true))
      case Byte.dollar: parts.append(try dollar(inDoubleQuotes: true))
      default:
        let start = at
        at += 1
        while let next = peek(), next != end, next != Byte.backslash, next != Byte.backquote,
          next != Byte.dollar
        { at += 1 }
        parts.append(.literal(ShellRange(start..<at)))
      }
    }
    return parts
  }

  private mutating func array() throws(ShellProblem) -> ShellWordPart {
    let start = at
    at += 1
    var words: [ShellWord] = []
    while true {
      try skipBlanksAndNewlines()
      guard let byte = peek() else { throw syntax("the \"(\" that begins here has no end", at: start) }
      if byte == Byte.rightParenthesis {
        at += 1
        return .array(ShellRange(start..<at), words)
      }
      if Byte.isOperator(byte) { throw syntax("an operator stands in a list of words") }
      words.append(try word())
    }
  }
}
