extension ShellParser {
  /// The compound command that begins here; nil when a simple one does.
  ///
  /// - Parameter word: the reserved word that stands here.
  mutating func compoundCommand(beginningWith word: ReservedWord?) throws(ShellProblem) -> ShellCommand? {
    let start = at
    if peek() == Byte.leftParenthesis {
      if dialect == .bash, peek(1) == Byte.leftParenthesis {
        return try arithmeticCommand()
      }
      try takeOperator(1)
      let body = try filledList(after: "(")
      guard peek() == Byte.rightParenthesis else {
        throw syntax("the \"(\" that begins here has no end", at: start)
      }
      try takeOperator(1)
      return .subshell(body)
    }
    guard let word else { return nil }
    switch word {
    case .openBrace:
      take(.openBrace)
      let body = try filledList(after: "{")
      try expect(.closeBrace, closing: .openBrace, at: start)
      return .group(body)
    case .if: return try conditional()
    case .while, .until:
      take(word)
      let condition = try filledList(after: word.rawValue)
      return .whileLoop(condition: condition, body: try loopBody(of: word, at: start))
    case .for: return try forLoop()
    case .case: return try choice()
    case .doubleBracket: return try doubleBracket()
    case .function: return try functionKeyword()
    case .select, .time, .coproc: throw unfollowed("there is bash's \"\(word.rawValue)\"")
    default: return nil
    }
  }

  private mutating func conditional() throws(ShellProblem) -> ShellCommand {
    let start = at
    take(.if)
    var branches: [ShellBranch] = []
    var opener = ReservedWord.if
    while true {
      let condition = try filledList(after: opener.rawValue)
      try expect(.then, closing: opener, at: start)
      branches.append(ShellBranch(condition: condition, body: try filledList(after: "then")))
      switch reservedWord() {
      case .elif:
        take(.elif)
        opener = .elif
      case .else:
        take(.else)
        branches.append(ShellBranch(condition: ShellList(), body: try filledList(after: "else")))
        try expect(.fi, closing: .if, at: start)
        return .conditional(branches)
      default:
        try expect(.fi, closing: .if, at: start)
        return .conditional(branches)
      }
    }
  }

  private mutating func loopBody(of opener: ReservedWord, at start: Int) throws(ShellProblem) -> ShellList {
    try expect(.do, closing: opener, at: start)
    let body = try filledList(after: "do")
    try expect(.done, closing: opener, at: start)
    return body
  }

  private mutating func forLoop() throws(ShellProblem) -> ShellCommand {
    let start = at
    take(.for)
    skipBlanks()
    if dialect == .bash, peek() == Byte.leftParenthesis {
      if peek(1) == Byte.leftParenthesis { return try arithmeticLoop(from: start) }
      if continuedSign(after: 1) == Byte.leftParenthesis {
        throw unfollowed("a line is continued in the middle of an operator")
      }
    }
    guard let byte = peek(), Byte.isNameStart(byte) else {
      throw syntax("\"for\" lacks the name of its variable")
    }
    let variable = try word()
    if source[variable.range].contains(Byte.newline) {
      throw unfollowed("a line is continued in the middle of a word", at: variable.range.lowerBound)
    }
    guard source[variable.range].allSatisfy(Byte.isName) else {
      throw syntax("\"for\" lacks the name of its variable", at: variable.range.lowerBound)
    }
    try skipBlanksAndNewlines()
    var words: [ShellWord] = []
    if wordOfGrammar() == .in {
      take(.in)
      words = try wordsOfLine()
    }
    skipBlanks()
    if peek() == Byte.semicolon, peek(1) != Byte.semicolon { try takeOperator(1) }
    try skipBlanksAndNewlines()
    let body = try loopBody(of: .for, at: start)
    return .forLoop(variable: variable, words: words, body: body)
  }

  private mutating func wordsOfLine() throws(ShellProblem) -> [ShellWord] {
    var words: [ShellWord] = []
    skipBlanks()
    while let byte = peek(), !Byte.endsWord(byte) {
      words.append(try word())
      skipBlanks()
    }
    return words
  }

  private mutating func choice() throws(ShellProblem) -> ShellCommand {
    let start = at
    take(.case)
    skipBlanks()
    guard let byte = peek(), !Byte.endsWord(byte) else { throw syntax("\"case\" lacks its word") }
    let subject = try word()
    try skipBlanksAndNewlines()
    guard wordOfGrammar() == .in else {
      throw syntax("the \"case\" that begins here lacks its \"in\"", at: start)
    }
    take(.in)
    var arms: [ShellArm] = []
    while true {
      try skipBlanksAndNewlines()
      if wordOfGrammar() == .esac {
        take(.esac)
        return .choice(subject, arms)
      }
      guard peek() != nil else { throw syntax("the \"case\" that begins here lacks its \"esac\"", at: start) }
      let patterns = try patternList()
      let body = try list()
      arms.append(ShellArm(patterns: patterns, body: body))
      if let closer = closer(), closer == ";;" || closer == ";&" {
        try takeOperator(dialect == .bash && starts(with: ";;&") ? 3 : 2)
      } else if reservedWord() != .esac {
        throw syntax("the \"case\" that begins here lacks its \"esac\"", at: start)
      }
    }
  }

  private mutating func patternList() throws(ShellProblem) -> [ShellWord] {
    var patterns: [ShellWord] = []
    if peek() == Byte.leftParenthesis { try takeOperator(1) }
    while true {
      skipBlanks()
      guard let byte = peek(), !Byte.endsWord(byte) else { throw syntax("a pattern of \"case\" is missing") }
      patterns.append(try word())
      skipBlanks()
      if peek() == Byte.bar, peek(1) != Byte.bar {
        try takeOperator(1)
      } else if peek() == Byte.rightParenthesis {
        try takeOperator(1)
        return patterns
      } else {
        throw syntax("a pattern of \"case\" lacks its \")\"")
      }
    }
  }

  // MARK: bash's own

  /// `for ((…; …; …)) do … done`
  private mutating func arithmeticLoop(from start: Int) throws(ShellProblem) -> ShellCommand {
    let head = at
    let steps = try arithmeticCommand()
    skipBlanks()
    if peek() == Byte.semicolon, peek(1) != Byte.semicolon { try takeOperator(1) }
    try skipBlanksAndNewlines()
    guard reservedWord() == .do else { throw unfollowed("there is bash's \"for ((\" with a body in braces") }
    return .whileLoop(
      condition: ShellList(items: [.command(steps, start: head)]), body: try loopBody(of: .for, at: start))
  }

  /// `function name [()] { … }`
  private mutating func functionKeyword() throws(ShellProblem) -> ShellCommand {
    take(.function)
    skipBlanks()
    let name = try word()
    skipBlanks()
    let inside = source[at..<end].dropFirst().drop { $0 == Byte.space || $0 == Byte.tab }
    // With something in it, the parenthesis is the body.
    if peek() == Byte.leftParenthesis, inside.first == Byte.rightParenthesis {
      try takeOperator(1)
      skipBlanks()
      try takeOperator(1)
    }
    return try functionBody(of: name)
  }

  private mutating func arithmeticCommand() throws(ShellProblem) -> ShellCommand {
    let start = at
    at += 2
    let parts = try nested { parser throws(ShellProblem) in
      parser.wordDepth += 1
      defer { parser.wordDepth -= 1 }
      return try parser.arithmeticParts(from: start)
    }
    emit(.word, from: start)
    return .expression(start..<at, [ShellWord(range: start..<at, parts: parts)])
  }

  private mutating func doubleBracket() throws(ShellProblem) -> ShellCommand {
    let start = at
    take(.doubleBracket)
    var words: [ShellWord] = []
    // Where the words begin that no operator parts.
    var term = 0
    while true {
      try skipBlanksAndNewlines()
      guard let byte = peek() else { throw syntax("the \"[[\" that begins here has no end", at: start) }
      if byte == Byte.semicolon { throw syntax("the \"[[\" that begins here has no end", at: start) }
      if Byte.isOperator(byte) {
        try checkTest(words[term...], at: start)
        term = words.count
        try takeOperator(1)
        continue
      }
      let word = try word()
      if source[word.range].elementsEqual([Byte.rightBracket, Byte.rightBracket]) {
        try checkTest(words[term...], at: start)
        return .expression(start..<at, words)
      }
      if source[word.range].filter({ $0 != Byte.backslash && $0 != Byte.newline })
        .elementsEqual([Byte.rightBracket, Byte.rightBracket])
      {
        throw unfollowed("a line is continued in the middle of a word", at: word.range.lowerBound)
      }
      words.append(word)
    }
  }

  /// What bash does not take for a test stops it at the "[[", in ways that differ between its versions.
  private func checkTest(_ words: ArraySlice<ShellWord>, at start: Int) throws(ShellProblem) {
    let test = words.drop { source[$0.range].elementsEqual([0x21]) }
    let isKnown: Bool
    switch test.count {
    case 0, 1: isKnown = true
    case 2:
      // In two, the operand of the second comes after an operator: the parenthesis of a pattern.
      let first = source[test[test.startIndex].range]
      isKnown = first.first == 0x2d && first.count == 2 || isBinaryTest(test[test.startIndex + 1])
    case 3: isKnown = isBinaryTest(test[test.startIndex + 1])
    default: isKnown = false
    }
    if !isKnown {
      throw unfollowed("there is a \"[[\" with a test that this program does not know", at: start)
    }
  }

  /// The operators of two operands of bash(1), CONDITIONAL EXPRESSIONS, but for `<` and `>`.
  private func isBinaryTest(_ word: ShellWord) -> Bool {
    switch source[word.range].text {
    case "=", "==", "!=", "=~", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot", "-ef": true
    default: false
    }
  }
}
