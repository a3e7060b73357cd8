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
    if byte == Byte.space || byte == Byte.tab || byte == Byte.backslash || byte == Byte.hash { skipThem() }
  }

  private mutating func skipThem() {
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
    // So are `<<\` and the `-` on the next line.
    let sign = source[start..<at].drop(while: Byte.isDigit)
    let mayGoOn = sign.count == 1 || sign.elementsEqual([Byte.less, Byte.less])
    if next > 0, mayGoOn, let byte = peek(next), Byte.isOperator(byte) || sign.count == 2 && byte == 0x2d {
      throw unfollowed("a line is continued in the middle of an operator")
    }
    emit(.operator, from: start)
  }

  // MARK: Lists

  /// Reads the whole script, and passes each command on as soon as it is complete.
  ///
  /// Nothing is kept of it then: a file has hundreds of thousands of commands, and their memory is the same few pages.
  mutating func script(
    passing take: (ShellListItem, [ShellRedirection]) -> Void
  ) throws(ShellProblem) {
    if let zero = source.firstIndex(of: 0) {
      throw unfollowed("there is a NUL byte: this is not a text file", at: zero)
    }
    // As many as the densest file has, so that nothing is copied; room that is not used costs next to nothing.
    tokens.reserveCapacity(source.count)
    // The text of a here-document comes on the lines after its command, and after others on its line.
    var waiting: [ShellListItem] = []
    // Those before a problem, too.
    defer { for item in waiting { take(item, redirections) } }
    try skipBlanksAndNewlines()
    while peek() != nil {
      if let unexpected = closer() { throw syntax("\"\(unexpected)\" stands where a command must begin") }
      let item = try item()
      if pendingHereDocuments.isEmpty, waiting.isEmpty {
        take(item, redirections)
        forgetRedirections()
        try skipBlanksAndNewlines()
        continue
      }
      waiting.append(item)
      try skipBlanksAndNewlines()
      guard pendingHereDocuments.isEmpty else { continue }
      for item in waiting { take(item, redirections) }
      while !waiting.isEmpty { waiting.removeLast() }
      forgetRedirections()
    }
    try readHereDocuments()
    if let hidden = hiddenReservedWord {
      throw unfollowed("a line is continued in the middle of a word", at: hidden)
    }
  }

  private mutating func forgetRedirections() {
    while !redirections.isEmpty { redirections.removeLast() }
  }

  /// Commands up to what can only end a list: the end, `)`, `;;`, or a word such as `fi`.
  mutating func list() throws(ShellProblem) -> ShellList {
    var list = ShellList()
    try skipBlanksAndNewlines()
    while peek() != nil, closer() == nil {
      list.items.append(try item())
      try skipBlanksAndNewlines()
    }
    return list
  }

  /// A command of a list, and what separates it from the next, but for line ends.
  private mutating func item() throws(ShellProblem) -> ShellListItem {
    let assignment = try nested { parser throws(ShellProblem) in try parser.plainAssignment() }
    if let assignment {
      skipBlanks()
      if peek() == Byte.newline { return .setting(assignment) }
    }
    skipBlanks()
    let start = assignment?.range.lowerBound ?? at
    let isNegated = assignment == nil ? try takePrefixes() : false
    let command = try command(beginningWith: assignment)
    skipBlanks()
    if !isNegated, peek() != Byte.bar, peek() != Byte.ampersand {
      try separator(isTaken: false)
      return .command(command, start: start)
    }
    let item = try andOr(try pipeline(command, isNegated: isNegated, start: start))
    try separator(isTaken: item.runsInBackground)
    return .andOr(item)
  }

  /// A list that must not be empty, as between `then` and `fi`.
  mutating func filledList(after word: String) throws(ShellProblem) -> ShellList {
    let start = at
    let list = try list()
    guard !list.items.isEmpty else { throw syntax("there is no command after \"\(word)\"", at: start) }
    return list
  }

  /// After a command: `;`, `&` (taken by `andOr`), a line end, or the end of the list.
  private mutating func separator(isTaken: Bool) throws(ShellProblem) {
    skipBlanks()
    // Only behind a compound command can a word be left.
    if !isTaken, let byte = peek(), byte != Byte.semicolon, byte != Byte.newline, closer() == nil {
      throw syntax("a word stands where a command must end")
    }
    if peek() == Byte.semicolon, peek(1) != Byte.semicolon, !(dialect == .bash && peek(1) == Byte.ampersand) {
      try takeOperator(1)
      skipBlanks()
      if peek() == Byte.semicolon || peek() == Byte.ampersand {
        throw syntax("an operator stands where a command must begin")
      }
    }
  }

  /// What ends a list here, if anything does.
  mutating func closer() -> String? {
    switch peek() {
    case Byte.rightParenthesis: return ")"
    case Byte.semicolon:
      if peek(1) == Byte.semicolon { return ";;" }
      return dialect == .bash && peek(1) == Byte.ampersand ? ";&" : nil
    default: break
    }
    guard let word = reservedWord() else { return nil }
    return word.closes ? word.rawValue : nil
  }

  /// What goes on behind a pipeline.
  private mutating func andOr(_ first: ShellPipeline) throws(ShellProblem) -> ShellAndOr {
    var andOr = ShellAndOr(first: first, rest: [], runsInBackground: false)
    while true {
      skipBlanks()
      if starts(with: "&&") || starts(with: "||") {
        try takeOperator(2)
        try skipBlanksAndNewlines()
        andOr.rest.append(try pipeline())
      } else if peek() == Byte.ampersand {
        try takeOperator(1)
        andOr.runsInBackground = true
        skipBlanks()
        if peek() == Byte.semicolon || peek() == Byte.ampersand {
          if closer() == nil { throw syntax("an operator stands where a command must begin") }
        }
        return andOr
      } else {
        return andOr
      }
    }
  }

  private mutating func pipeline() throws(ShellProblem) -> ShellPipeline {
    skipBlanks()
    let start = at
    let isNegated = try takePrefixes()
    return try pipeline(try command(), isNegated: isNegated, start: start)
  }

  /// What goes on behind a command.
  private mutating func pipeline(
    _ first: ShellCommand, isNegated: Bool, start: Int
  ) throws(ShellProblem) -> ShellPipeline {
    var rest: [ShellCommand] = []
    while true {
      skipBlanks()
      guard peek() == 0x7c, peek(1) != 0x7c else { break }
      if peek(1) == Byte.ampersand, dialect == .dash { throw syntax("dash does not know \"|&\"") }
      try takeOperator(peek(1) == Byte.ampersand ? 2 : 1)
      try skipBlanksAndNewlines()
      rest.append(try command())
    }
    return ShellPipeline(first: first, isNegated: isNegated, start: start, rest: rest)
  }

  /// What may stand before a pipeline; whether it is negated.
  private mutating func takePrefixes() throws(ShellProblem) -> Bool {
    var negations = 0
    var word = reservedWord()
    while word == .not {
      take(.not)
      negations += 1
      skipBlanks()
      word = reservedWord()
    }
    if word == .time { try takeTime() }
    if negations > 0, dialect == .bash, peek().map({ $0 == Byte.newline || $0 == Byte.semicolon }) ?? true {
      throw unfollowed("there is a \"!\" without a command, which bash takes for one that fails or succeeds")
    }
    return !negations.isMultiple(of: 2)
  }

  /// bash's `time`, which measures the pipeline after it.
  private mutating func takeTime() throws(ShellProblem) {
    take(.time)
    skipBlanks()
    guard let next = peek(), next != 0x2d, !Byte.endsWord(next), closer() == nil else {
      throw unfollowed("there is bash's \"time\"")
    }
  }

  private mutating func command(
    beginningWith assignment: ShellAssignment? = nil
  ) throws(ShellProblem) -> ShellCommand {
    try nested { parser throws(ShellProblem) in
      guard let assignment else { return try parser.anyCommand() }
      return try parser.simpleCommand(beginningWith: assignment)
    }
  }

  private mutating func anyCommand() throws(ShellProblem) -> ShellCommand {
    skipBlanks()
    guard let byte = peek() else { throw syntax("a command is missing at the end of the file") }
    let word = reservedWord()
    if let compound = try compoundCommand(beginningWith: word) {
      let redirections = try trailingRedirections()
      return redirections.isEmpty ? compound : .redirected(compound, redirections)
    }
    if word != nil || byte == Byte.rightParenthesis || byte == Byte.semicolon, let closer = closer() {
      throw syntax("\"\(closer)\" stands where a command must begin")
    }
    if byte == Byte.newline { throw syntax("the line ends where a command must begin") }
    if byte == Byte.semicolon || byte == Byte.ampersand || byte == 0x7c {
      if peek(1) == Byte.backslash, peek(2) == Byte.newline {
        throw unfollowed("a line is continued in the middle of an operator")
      }
      throw syntax("an operator stands where a command must begin")
    }
    return try simpleCommand()
  }

  private mutating func trailingRedirections() throws(ShellProblem) -> [Int] {
    var found: [Int] = []
    skipBlanks()
    while let redirection = try redirection() {
      found.append(redirection)
      skipBlanks()
    }
    return found
  }
}
