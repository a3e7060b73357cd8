// Lists of commands, and what joins commands in them.

extension ShellParser {
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

  /// The redirections of a compound command, as indices into `redirections`.
  mutating func trailingRedirections() throws(ShellProblem) -> [Int] {
    var found: [Int] = []
    skipBlanks()
    while let redirection = try redirection() {
      found.append(redirection)
      skipBlanks()
    }
    return found
  }
}
