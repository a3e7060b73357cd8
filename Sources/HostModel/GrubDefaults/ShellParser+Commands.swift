extension ShellParser {
  // MARK: Simple commands

  /// Assignments, words and redirections up to an operator or the line's end; or `name()`.
  ///
  /// - Parameter opening: the first of it, where that was read already.
  mutating func simpleCommand(
    beginningWith opening: ShellAssignment? = nil
  ) throws(ShellProblem) -> ShellCommand {
    var command = ShellSimpleCommand()
    if let opening { command.assignments.append(opening) }
    while true {
      skipBlanks()
      if let redirection = try redirection() {
        command.redirections.append(redirection)
        continue
      }
      guard let byte = peek(), byte != Byte.newline else { break }
      if byte == Byte.leftParenthesis {
        if isContinuedHere { throw unfollowed("a line is continued before a \"(\"") }
        guard command.arguments.isEmpty, command.assignments.isEmpty, command.redirections.isEmpty,
          let name = command.name
        else { throw syntax("a \"(\" stands where none can") }
        return try functionDefinition(name)
      }
      if Byte.isOperator(byte) { break }
      let mayAssign = command.name == nil
      if mayAssign, let assignment = try plainAssignment() {
        command.assignments.append(assignment)
      } else {
        let word = try word(mayHoldArray: true)
        if mayAssign, let assignment = Self.assignment(in: word, of: source, dialect) {
          command.assignments.append(assignment)
        } else {
          if mayAssign, isContinuedBeforeSign(word) {
            throw unfollowed("a line is continued in the middle of an assignment", at: word.range.lowerBound)
          }
          if mayAssign {
            command.name = word
          } else {
            // Room for those of most commands, in one piece.
            if command.arguments.isEmpty { command.arguments.reserveCapacity(4) }
            command.arguments.append(word)
          }
        }
      }
    }
    if command.name == nil, command.assignments.isEmpty, command.redirections.isEmpty {
      throw syntax("a command is missing")
    }
    return .simple(command)
  }

  private mutating func functionDefinition(_ name: ShellWord) throws(ShellProblem) -> ShellCommand {
    try takeOperator(1)
    skipBlanks()
    guard peek() == Byte.rightParenthesis else { throw syntax("a \"(\" stands where none can") }
    try takeOperator(1)
    return try functionBody(of: name)
  }

  mutating func functionBody(of name: ShellWord) throws(ShellProblem) -> ShellCommand {
    try skipBlanksAndNewlines()
    let text = source[name.range]
    guard let first = text.first, Byte.isNameStart(first), text.allSatisfy(Byte.isName) else {
      throw unfollowed("\"\(text.prefix(40).text)\" is no portable function name", at: name.range.lowerBound)
    }
    return .function(name: text.text, body: try nestedCommand())
  }

  private mutating func nestedCommand() throws(ShellProblem) -> ShellCommand {
    try nested { parser throws(ShellProblem) in
      parser.skipBlanks()
      if let compound = try parser.compoundCommand(beginningWith: parser.reservedWord()) {
        let redirections = try parser.trailingRedirections()
        return redirections.isEmpty ? compound : .redirected(compound, redirections)
      }
      guard parser.dialect == .dash, parser.closer() == nil, parser.peek() != nil else {
        throw parser.syntax("a function's body must be a compound command")
      }
      return try parser.simpleCommand()
    }
  }

  /// The assignment that begins here with a name and its sign, as nearly all do; nil for all else.
  mutating func plainAssignment() throws(ShellProblem) -> ShellAssignment? {
    guard let first = peek(), Byte.isNameStart(first) else { return nil }
    let start = at
    var sign = at + 1
    while sign < end, Byte.isName(source[sign]) { sign += 1 }
    let nameEnd = sign
    if dialect == .bash, sign < end, source[sign] == Byte.plus { sign += 1 }
    guard sign < end, source[sign] == Byte.equals else { return nil }
    if dialect == .bash, sign + 1 < end, source[sign + 1] == Byte.leftParenthesis { return nil }
    wordDepth += 1
    defer {
      wordDepth -= 1
      emit(.word, from: start)
    }
    at = sign + 1
    let value = try wordToItsEnd(from: at)
    return ShellAssignment(
      name: start..<nameEnd, appends: nameEnd < sign, hasSubscript: false, value: value, range: start..<at)
  }

  /// The assignment that a word is where the shell expects one; nil for other words.
  static func assignment(in word: ShellWord, of source: [UInt8], _ dialect: ShellDialect) -> ShellAssignment?
  {
    var isInName = false
    if word.isLiteral {
      guard source[word.range].contains(Byte.equals),
        let end = assignmentSign(in: word.range, of: source, dialect, isInName: &isInName),
        let sign = end.sign
      else { return nil }
      return end.assignment(of: ShellWord(literal: (sign + 1)..<word.range.upperBound), in: word)
    }
    for (index, part) in word.parts.enumerated() {
      switch part {
      case .continuation: continue
      case .literal(let range):
        guard let end = assignmentSign(in: range.range, of: source, dialect, isInName: &isInName) else {
          if !isInName { return nil }
          continue
        }
        guard let sign = end.sign else { return nil }
        let rest = (sign + 1)..<range.upperBound
        var parts = Array(word.parts[(rest.isEmpty ? index + 1 : index)...])
        if !rest.isEmpty { parts[0] = .literal(ShellRange(rest)) }
        return end.assignment(
          of: ShellWord(range: (sign + 1)..<word.range.upperBound, parts: parts), in: word)
      default: return nil
      }
    }
    return nil
  }

  /// Whether the bytes before this one are a backslash and a line end.
  private var isContinuedHere: Bool {
    at >= 2 && source[at - 1] == Byte.newline && source[at - 2] == Byte.backslash
  }

  /// Whether a line is continued in what may be the left side of an assignment.
  private func isContinuedBeforeSign(_ word: ShellWord) -> Bool {
    guard !word.isLiteral, Byte.isNameStart(source[word.range.lowerBound]) else { return false }
    var isContinued = false
    for part in word.parts {
      switch part {
      case .continuation: isContinued = true
      case .literal(let range) where source[range].contains(Byte.equals): return isContinued
      case .literal: continue
      default: return false
      }
    }
    return false
  }

  private struct AssignmentSign {
    /// The offset of `=`; nil when the text cannot be an assignment's left side.
    var sign: Int?
    var nameEnd = 0
    var appends = false
    var hasSubscript = false

    func assignment(of value: ShellWord, in word: ShellWord) -> ShellAssignment {
      ShellAssignment(
        name: word.range.lowerBound..<nameEnd, appends: appends, hasSubscript: hasSubscript, value: value,
        range: word.range)
    }
  }

  /// Reads on in a name; nil while there is neither an equals sign nor anything that forbids one.
  ///
  /// - Parameter isInName: whether a byte of the name was read.
  private static func assignmentSign(
    in range: Range<Int>, of source: [UInt8], _ dialect: ShellDialect, isInName: inout Bool
  ) -> AssignmentSign? {
    var offset = range.lowerBound
    while offset < range.upperBound {
      let byte = source[offset]
      if isInName ? Byte.isName(byte) : Byte.isNameStart(byte) {
        isInName = true
      } else if !isInName {
        return AssignmentSign()
      } else if byte == Byte.equals {
        return AssignmentSign(sign: offset, nameEnd: offset)
      } else if dialect == .bash, byte == Byte.plus, offset + 1 < range.upperBound,
        source[offset + 1] == Byte.equals
      {
        return AssignmentSign(sign: offset + 1, nameEnd: offset, appends: true)
      } else if dialect == .bash, byte == Byte.leftBracket {
        // In the subscript, which is arithmetic, there may be equals signs, too.
        let rest = source[offset..<range.upperBound]
        guard
          let close = rest.indices.first(where: {
            rest[$0] == Byte.rightBracket
              && (rest[$0...].dropFirst().first == Byte.equals
                || rest[$0...].dropFirst().starts(with: [Byte.plus, Byte.equals]))
          }), close > offset + 1
        else { return AssignmentSign() }
        let appends = rest[close + 1] == Byte.plus
        return AssignmentSign(
          sign: close + (appends ? 2 : 1), nameEnd: offset, appends: appends, hasSubscript: true)
      } else {
        return AssignmentSign()
      }
      offset += 1
    }
    return nil
  }

  // MARK: Redirections

  /// The redirection that begins here, as an index into `redirections`; nil when none does.
  mutating func redirection() throws(ShellProblem) -> Int? {
    var length = 0
    while let byte = peek(length), Byte.isDigit(byte) { length += 1 }
    let start = at
    if length > 0, let sign = continuedSign(after: length), sign == Byte.less || sign == Byte.greater {
      throw unfollowed("a line is continued in the middle of an operator")
    }
    if dialect == .bash, length == 0, peek() == Byte.ampersand, peek(1) == Byte.greater {
      try takeOperator(peek(2) == Byte.greater ? 3 : 2)
      return try redirection(from: start, isHereDocument: false, stripsTabs: false)
    }
    guard let sign = peek(length), sign == Byte.less || sign == Byte.greater else { return nil }
    let next = peek(length + 1)
    if next == Byte.leftParenthesis {
      throw dialect == .bash
        ? unfollowed("there is a process substitution")
        : syntax("a \"(\" stands where none can", at: at + length + 1)
    }
    var isHere = false
    var stripsTabs = false
    if sign == Byte.less, next == Byte.less {
      length += 2
      if peek(length) == Byte.less {
        guard dialect == .bash else { throw syntax("dash does not know \"<<<\"") }
        length += 1
      } else {
        isHere = true
        stripsTabs = peek(length) == 0x2d
        if stripsTabs { length += 1 }
      }
    } else {
      length += 1
      let second: [UInt8] =
        sign == Byte.less ? [Byte.ampersand, Byte.greater] : [Byte.greater, Byte.ampersand, Byte.bar]
      if let next, second.contains(next) { length += 1 }
    }
    try takeOperator(length)
    return try redirection(from: start, isHereDocument: isHere, stripsTabs: stripsTabs)
  }

  /// The byte that the shell sees after so many others, where a line is continued there.
  func continuedSign(after length: Int) -> UInt8? {
    var next = length
    while peek(next) == Byte.backslash, peek(next + 1) == Byte.newline { next += 2 }
    return next > length ? peek(next) : nil
  }

  private mutating func redirection(
    from start: Int, isHereDocument: Bool, stripsTabs: Bool
  ) throws(ShellProblem) -> Int {
    skipBlanks()
    guard let byte = peek(), !Byte.endsWord(byte) else {
      let sign = peek()
      if dialect == .bash, sign == Byte.less || sign == Byte.greater,
        (peek(1) == Byte.backslash ? continuedSign(after: 1) : peek(1)) == Byte.leftParenthesis
      {
        throw unfollowed("there is a process substitution")
      }
      throw syntax("a redirection lacks its target")
    }
    let target: ShellWord
    do throws(ShellProblem) {
      target = try word()
    } catch {
      // The shells do not expand the word at which a here-document ends.
      throw isHereDocument
        ? unfollowed("in the word that ends a here-document, " + error.reason, at: error.offset) : error
    }
    redirections.append(ShellRedirection(range: start..<at, target: target, body: []))
    let index = redirections.count - 1
    if isHereDocument {
      pendingHereDocuments.append(
        try pendingHereDocument(delimiter: target, stripsTabs: stripsTabs, redirection: index, offset: start))
    }
    return index
  }
}
