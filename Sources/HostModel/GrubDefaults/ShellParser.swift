/// A recursive descent over the bytes of a script, after the grammar of POSIX 2.10 and what
/// dash and bash add to it.
struct ShellParser {
  let source: [UInt8]
  let dialect: ShellDialect
  var at = 0
  /// Where the part of the source that is being read ends.
  var end: Int
  var tokens: [ShellToken] = []
  /// Of the commands that are not complete.
  var redirections: [ShellRedirection] = []
  var pendingHereDocuments: [PendingHereDocument] = []
  var openHereDocument: Int?
  var endsInBackslash = false
  /// Where the line begins that is being read; within quotes it may go over line ends.
  var lineStart = 0
  /// Where a word of the grammar is cut in two by a continued line.
  var hiddenReservedWord: Int?
  /// What was found where a word of the grammar was last looked for: it is asked several times.
  var lastLookUp: (at: Int, end: Int, word: ReservedWord?)?
  /// Where the quotes begin that are open here, outermost first.
  var openQuotes: [Int] = []
  /// The first quote that runs over a line end into what looks like another setting or a comment:
  /// probably the place of a mistake that shows only further on.
  var doubtfulQuote: Int?
  /// Inside a word nothing is a token of its own.
  var wordDepth = 0
  /// Nesting of commands and expansions, so that a hostile file cannot exhaust the stack.
  var depth: Int

  static let depthLimit = 60

  init(_ source: [UInt8], dialect: ShellDialect, depth: Int = 0) {
    self.source = source
    end = source.count
    self.dialect = dialect
    self.depth = depth
  }

  // MARK: Bytes

  /// The byte at an offset from here; nil past the end.
  func peek(_ offset: Int = 0) -> UInt8? {
    let index = at &+ offset
    return index < end ? source[index] : nil
  }

  func starts(with text: StaticString) -> Bool {
    text.withUTF8Buffer { bytes in
      guard at &+ bytes.count <= end else { return false }
      for index in 0..<bytes.count where source[at &+ index] != bytes[index] { return false }
      return true
    }
  }

  mutating func emit(_ kind: ShellToken.Kind, from start: Int) {
    if wordDepth == 0 && start < at { tokens.append(ShellToken(kind: kind, range: start..<at)) }
  }

  func syntax(_ reason: String, at offset: Int? = nil) -> ShellProblem {
    ShellProblem(kind: .syntax, offset: offset ?? at, reason: reason)
  }

  func unfollowed(_ reason: String, at offset: Int? = nil) -> ShellProblem {
    ShellProblem(kind: .unfollowed, offset: offset ?? at, reason: reason)
  }

  mutating func nested<Result>(
    _ body: (inout ShellParser) throws(ShellProblem) -> Result
  ) throws(ShellProblem) -> Result {
    guard depth < Self.depthLimit else { throw unfollowed("it is nested more than \(Self.depthLimit) deep") }
    depth += 1
    defer { depth -= 1 }
    return try body(&self)
  }

  // MARK: Between words

  /// Passes over blanks, continuation lines and a comment, if there are any: it is asked at every turn.
  mutating func skipBlanks() {
    guard at < end else { return }
    let byte = source[at]
    if byte == Byte.space || byte == Byte.tab || byte == Byte.backslash || byte == Byte.hash {
      passOverBlanks()
    }
  }

  private mutating func passOverBlanks() {
    while let byte = peek() {
      let start = at
      switch byte {
      case Byte.space, Byte.tab:
        while let next = peek(), next == Byte.space || next == Byte.tab { at += 1 }
        emit(.blank, from: start)
      case Byte.backslash where peek(1) == Byte.newline:
        at += 2
        emit(.continuation, from: start)
      case Byte.hash:
        while let next = peek(), next != Byte.newline { at += 1 }
        emit(.comment, from: start)
      default: return
      }
    }
  }

  /// A line end, and the here-documents that begin behind it.
  mutating func newline() throws(ShellProblem) {
    let start = at
    at += 1
    emit(.newline, from: start)
    try readHereDocuments()
    lineStart = at
  }

  mutating func skipBlanksAndNewlines() throws(ShellProblem) {
    skipBlanks()
    while peek() == Byte.newline {
      try newline()
      skipBlanks()
    }
  }

  mutating func takeOperator(_ length: Int) throws(ShellProblem) {
    let start = at
    at += length
    // `&\` and `&` on the next line are one operator to the shell.
    var next = 0
    while peek(next) == Byte.backslash, peek(next + 1) == Byte.newline { next += 2 }
    let sign = source[start..<at].drop(while: Byte.isDigit)
    if next > 0, let byte = peek(next), mayGoOn(sign, with: byte) {
      throw unfollowed("a line is continued in the middle of an operator")
    }
    emit(.operator, from: start)
  }

  /// Whether a byte may belong to an operator that seems whole.
  private func mayGoOn(_ sign: ArraySlice<UInt8>, with byte: UInt8) -> Bool {
    guard sign.count > 1 else { return Byte.isOperator(byte) }
    switch (sign.text, byte) {
    case ("<<", 0x2d), ("<<", Byte.less): return true
    case (";;", Byte.ampersand), ("&>", Byte.greater): return dialect == .bash
    default: return false
    }
  }
}
