extension ShellParser {
  /// What begins with a dollar sign.
  mutating func dollar(inDoubleQuotes: Bool) throws(ShellProblem) -> ShellWordPart {
    let start = at
    guard let next = peek(1) else {
      at += 1
      return .literal(ShellRange(start..<at))
    }
    switch next {
    case Byte.leftBrace:
      return try nested { parser throws(ShellProblem) in
        try parser.bracedParameter(inDoubleQuotes: inDoubleQuotes)
      }
    case Byte.leftParenthesis:
      // dash takes it for arithmetic all the same.
      guard continuedSign(after: 2) != Byte.leftParenthesis else {
        throw unfollowed("a line is continued in the middle of an expansion")
      }
      return try nested { parser throws(ShellProblem) in
        if parser.peek(2) == Byte.leftParenthesis {
          parser.at += 3
          let parts = try parser.arithmeticParts(from: start)
          return .arithmetic(ShellRange(start..<parser.at), parts)
        }
        return try parser.commandSubstitution()
      }
    case Byte.singleQuote where dialect == .bash && !inDoubleQuotes: return try ansiQuoted()
    case Byte.doubleQuote where dialect == .bash && !inDoubleQuotes:
      at += 1
      guard case .doubleQuoted(_, let parts) = try doubleQuoted() else {
        return .literal(ShellRange(start..<at))
      }
      return .translated(ShellRange(start..<at), parts)
    case Byte.leftBracket where dialect == .bash:
      return try nested { parser throws(ShellProblem) in
        parser.at += 2
        let parts = try parser.bracketArithmetic(from: start)
        return .arithmetic(ShellRange(start..<parser.at), parts)
      }
    case Byte.backslash where peek(2) == Byte.newline:
      throw unfollowed("a line is continued in the middle of an expansion")
    default: break
    }
    if Byte.isNameStart(next) {
      at += 1
      skipName(of: Byte.isName)
      return .variable(ShellRange(start..<at))
    }
    if Byte.isDigit(next) || Self.isSpecialParameter(next) {
      at += 2
      return .variable(ShellRange(start..<at))
    }
    at += 1
    return .literal(ShellRange(start..<at))
  }

  /// Passes over a name, and over lines that are continued in the middle of it.
  private mutating func skipName(of belongs: (UInt8) -> Bool) {
    while let byte = peek() {
      if belongs(byte) {
        at += 1
      } else if byte == Byte.backslash, peek(1) == Byte.newline {
        at += 2
      } else {
        return
      }
    }
  }

  private static func isSpecialParameter(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x40, 0x2a, 0x23, 0x3f, 0x2d, 0x24, 0x21: true  // @ * # ? - $ !
    default: false
    }
  }

  private static func opensQuoting(_ byte: UInt8) -> Bool {
    byte == Byte.singleQuote || byte == Byte.doubleQuote || byte == Byte.backquote || byte == Byte.dollar
  }

  private mutating func ansiQuoted() throws(ShellProblem) -> ShellWordPart {
    let start = at
    at += 2
    while let byte = peek() {
      at += byte == Byte.backslash && peek(1) != nil ? 2 : 1
      if byte == Byte.singleQuote { return .ansiQuoted(ShellRange(start..<at)) }
    }
    throw syntax("the quote $' that begins here has no end", at: start)
  }

  private mutating func bracedParameter(inDoubleQuotes: Bool) throws(ShellProblem) -> ShellWordPart {
    let start = at
    at += 2
    // `${#name}` and bash's `${!name}` have a sigil; `${#}`, `${!}` and `${#-…}` are parameters themselves.
    var hasSigil = false
    if let byte = peek(), byte == Byte.hash || byte == 0x21, let next = peek(1),
      Byte.isName(next) || (Self.isSpecialParameter(next) && peek(2) == Byte.rightBrace)
    {
      hasSigil = true
      at += 1
    }
    let nameStart = at
    if let byte = peek(), Byte.isNameStart(byte) {
      skipName(of: Byte.isName)
    } else if let byte = peek(), Byte.isDigit(byte) {
      skipName(of: Byte.isDigit)
    } else if let byte = peek(), Self.isSpecialParameter(byte) {
      at += 1
    }
    let name = nameStart..<at
    if peek() == Byte.backslash || peek() == Byte.colon && peek(1) == Byte.backslash {
      throw unfollowed("there is a backslash in the middle of an expansion")
    }
    guard !name.isEmpty else {
      // The shells find it only where they come to expand it.
      throw unfollowed("\"${\" lacks the name of a variable", at: start)
    }
    // dash takes whatever stands there for an operation, and finds out that it is none when it expands it.
    let operationAt = !hasSigil && peek() == Byte.colon ? 1 : 0
    if dialect == .dash, let byte = peek(operationAt), Self.opensQuoting(byte) {
      throw unfollowed("a quote or a \"$\" stands in the place of an operation of \"${…}\"", at: start)
    }
    let hasPattern = peek().map(Self.beginsPattern) ?? false
    let (operation, mayQuote) = hasSigil ? (.other, true) : takeOperation()
    let word = try bracedWord(
      quoted: inDoubleQuotes,
      singleQuotesCount: !inDoubleQuotes || mayQuote && (hasPattern || dialect == .dash))
    // With any other operation, bash as /bin/sh takes the quote for text until a pattern begins.
    if dialect == .bash, inDoubleQuotes, mayQuote, !hasPattern,
      source[name.upperBound..<at].contains(Byte.singleQuote)
    {
      throw unfollowed("there is a quote ' in an operation of \"${…}\" that is not followed", at: start)
    }
    guard peek() == Byte.rightBrace else { throw syntax("the \"${\" that begins here has no end", at: start) }
    at += 1
    return .parameter(ShellRange(start..<at), ShellParameter(name: name, operation: operation, word: word))
  }

  /// The operation after a name, and whether single quotes quote in its word even inside double ones.
  private mutating func takeOperation() -> (ShellParameter.Operation, Bool) {
    guard let first = peek(), first != Byte.rightBrace else { return (.value, false) }
    let colon = first == Byte.colon
    let sign = colon ? peek(1) : first
    let operation: ShellParameter.Operation
    switch sign {
    case 0x2d: operation = .useDefault(colon: colon)
    case Byte.equals: operation = .assignDefault(colon: colon)
    case 0x3f: operation = .failIfUnset(colon: colon)
    case Byte.plus: operation = .useAlternative(colon: colon)
    default: return (.other, true)
    }
    at += colon ? 2 : 1
    return (operation, false)
  }

  /// Whether an operation of bash's that begins so is followed by a pattern.
  private static func beginsPattern(_ byte: UInt8) -> Bool {
    switch byte {
    case Byte.hash, 0x25, 0x2f, 0x5e, 0x2c: true  // # % / ^ ,
    default: false
    }
  }

  private mutating func bracedWord(
    quoted: Bool, singleQuotesCount: Bool
  ) throws(ShellProblem) -> [ShellWordPart] {
    var parts: [ShellWordPart] = []
    while let byte = peek(), byte != Byte.rightBrace {
      switch byte {
      case Byte.backslash: parts.append(try escape(everyByte: !quoted, alsoBrace: true))
      case Byte.singleQuote where singleQuotesCount: parts.append(try singleQuoted())
      case Byte.doubleQuote: parts.append(try doubleQuoted())
      case Byte.backquote: parts.append(try backquoted(inDoubleQuotes: quoted))
      case Byte.dollar: parts.append(try dollar(inDoubleQuotes: quoted))
      default:
        let start = at
        repeat { at += 1 } while peek().map { !Self.beginsPartInBraces($0) } ?? false
        parts.append(.literal(ShellRange(start..<at)))
      }
    }
    return parts
  }

  /// Whether a byte in the word of `${…}` may be more than itself.
  private static func beginsPartInBraces(_ byte: UInt8) -> Bool {
    byte == Byte.rightBrace || byte == Byte.backslash || opensQuoting(byte)
  }

  private mutating func commandSubstitution() throws(ShellProblem) -> ShellWordPart {
    let start = at
    at += 2
    let outer = pendingHereDocuments
    pendingHereDocuments = []
    wordDepth += 1
    defer { wordDepth -= 1 }
    let list = try list()
    guard peek() == Byte.rightParenthesis else {
      // bash lets a here-document end where the substitution does.
      if openHereDocument != nil { throw unfollowed("a here-document in a \"$(…)\" has no end", at: start) }
      throw syntax("the \"$(\" that begins here has no end", at: start)
    }
    at += 1
    guard pendingHereDocuments.isEmpty, openHereDocument == nil else {
      throw unfollowed("a here-document in a \"$(…)\" has no end", at: start)
    }
    if !outer.isEmpty, source[start..<at].contains(Byte.newline) {
      throw unfollowed("a \"$(…)\" over several lines follows a here-document", at: start)
    }
    pendingHereDocuments = outer
    return .commandSubstitution(ShellRange(start..<at), list)
  }

  mutating func backquoted(inDoubleQuotes: Bool) throws(ShellProblem) -> ShellWordPart {
    let start = at
    at += 1
    var inner: [UInt8] = []
    while let byte = peek(), byte != Byte.backquote {
      if byte == Byte.backslash, let next = peek(1) {
        let vanishes =
          next == Byte.backquote || next == Byte.dollar || next == Byte.backslash
          || (inDoubleQuotes && next == Byte.doubleQuote)
        inner += vanishes ? [next] : [byte, next]
        at += 2
      } else {
        inner.append(byte)
        at += 1
      }
    }
    guard peek() != nil else { throw syntax("the backquote that begins here has no end", at: start) }
    at += 1
    guard depth < Self.depthLimit else { throw unfollowed("it is nested more than \(Self.depthLimit) deep") }
    var commands: [(ShellListItem, [ShellRedirection])] = []
    let script = ShellScript(inner, dialect: dialect, depth: depth + 1) { commands.append(($0, $1)) }
    // bash reads what stands between backquotes only when it runs it; a mistake in it is not the script's. dash
    // reads up to the first token that no command can go on with, and forgets the rest.
    if let problem = script.problem, dialect == .dash || problem.kind == .unfollowed {
      throw unfollowed("between backquotes, " + problem.reason, at: start)
    }
    if script.openHereDocument != nil {
      throw unfollowed("a here-document between backquotes has no end", at: start)
    }
    return .backquoted(ShellRange(start..<at), ShellBackquotedText(source: inner, commands: commands))
  }

  /// What stands up to the `]` of bash's old arithmetic, and the `]` itself.
  private mutating func bracketArithmetic(from start: Int) throws(ShellProblem) -> [ShellWordPart] {
    var parts: [ShellWordPart] = []
    var open = 0
    while let byte = peek() {
      let here = at
      switch byte {
      case Byte.backslash, Byte.singleQuote, Byte.backquote, Byte.doubleQuote:
        throw unfollowed("there is a quote in arithmetic", at: start)
      case Byte.dollar: parts.append(try dollar(inDoubleQuotes: true))
      default:
        at += 1
        if byte == Byte.leftBracket { open += 1 }
        if byte == Byte.rightBracket {
          if open == 0 { return parts }
          open -= 1
        }
        parts.append(.literal(ShellRange(here..<at)))
      }
    }
    throw syntax("the \"$[\" that begins here has no end", at: start)
  }

  /// What stands up to the `))` of an arithmetic expansion or command, and the `))` itself.
  mutating func arithmeticParts(from start: Int) throws(ShellProblem) -> [ShellWordPart] {
    var parts: [ShellWordPart] = []
    var open = 0
    while let byte = peek() {
      let here = at
      switch byte {
      case Byte.backslash: parts.append(try escape(everyByte: false))
      case Byte.doubleQuote: parts.append(try doubleQuoted())
      case Byte.singleQuote: throw unfollowed("there is a quote ' in arithmetic", at: start)
      case Byte.backquote: parts.append(try backquoted(inDoubleQuotes: true))
      case Byte.dollar: parts.append(try dollar(inDoubleQuotes: true))
      case Byte.rightParenthesis where open == 0:
        guard peek(1) == Byte.rightParenthesis else {
          throw unfollowed("\"((\" may be arithmetic or two subshells", at: start)
        }
        at += 2
        return parts
      default:
        if byte == Byte.leftParenthesis { open += 1 }
        if byte == Byte.rightParenthesis { open -= 1 }
        at += 1
        parts.append(.literal(ShellRange(here..<at)))
      }
    }
    throw syntax("the \"((\" that begins here has no end", at: start)
  }
}
