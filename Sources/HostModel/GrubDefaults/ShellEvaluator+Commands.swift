extension ShellEvaluator {
  mutating func walk(_ command: ShellSimpleCommand, _ mode: Mode) {
    walk(redirections: command.redirections, mode)
    guard let word = command.name else {
      for assignment in command.assignments { assign(assignment, mode) }
      return
    }
    let start = word.range.lowerBound
    guard let name = commandName(word) else {
      _ = value(of: word)
      for word in command.arguments { _ = value(of: word) }
      for assignment in command.assignments { assign(assignment, .maybe) }
      return runOpaque(start, "a command whose name is computed", mode)
    }
    if dialect == .bash, let first = name.utf8.first, Byte.isNameStart(first),
      name.utf8.contains(Byte.leftBracket)
    {
      // bash takes what is between brackets for one word, blanks and all, where that makes an assignment of it.
      _ = value(of: word)
      for word in command.arguments { _ = value(of: word) }
      return runOpaque(start, "a subscript", mode)
    }
    let builtin = ShellBuiltin.named(name)
    if mode == .topLevel { lookForMistakes(in: command, name: name, builtin) }
    let isFunction = !functions.names.isEmpty && functions.names.contains(name)
    // Before a special builtin or a function an assignment may last; before others it does not.
    for assignment in command.assignments {
      let lasts = isFunction || builtin.contains(.special)
      assign(assignment, lasts && mode != .apart ? .maybe : .apart)
    }
    if isFunction && !builtin.contains(.special) {
      for word in command.arguments { _ = value(of: word) }
      return callFunction(start, name, mode)
    }
    run(name, builtin, command.arguments, at: start, mode)
    // What `X=1 unset X` or `X=1 export X=2` leaves differs between shells and their modes.
    if builtin.contains(.special), mode != .apart {
      for assignment in command.assignments { assign(variable(in: assignment.name), .unknown, mode: .maybe) }
    }
  }

  private func commandName(_ word: ShellWord) -> String? {
    word.isLiteral ? source[word.range].text : literalText(word)?.text
  }

  mutating func assign(_ assignment: ShellAssignment, _ mode: Mode) {
    let name = variable(in: assignment.name)
    let isPlain = !assignment.appends && !assignment.hasSubscript
    if isPlain, let stretch = plainStretch(assignment.value) {
      noticeNames(in: stretch)
      checkThatItCanBeSet(name, at: assignment.range.lowerBound)
      assign(name, stretch: stretch, mode: mode)
    } else {
      evaluate(assignment, to: name, mode)
    }
    note(assignment.value, of: name, isPlain: isPlain, mode, at: assignment.range.lowerBound)
  }

  /// The bytes that a word gives a variable, where they are a stretch of the script.
  private func plainStretch(_ word: ShellWord) -> Range<Int>? {
    guard let text = word.plainText, text.count <= ShellValue.lengthLimit,
      !word.isLiteral || !source[text].contains(Byte.tilde)
    else { return nil }
    return text
  }

  private mutating func evaluate(_ assignment: ShellAssignment, to name: ShellName, _ mode: Mode) {
    var value = assignedValue(assignment.value)
    if assignment.hasSubscript || isArray(assignment.value) {
      value = .unknown
      walk(subscriptOf: assignment, mode)
    } else if assignment.appends {
      // Taken out where it is put back below, and held nowhere else, so that it grows in its place.
      let isSure = mode == .topLevel && !isInFunction
      var joined = (isSure ? variables.take(name) : variables.binding(name))?.value ?? .unknown
      joined.append(value)
      value = joined
    }
    checkThatItCanBeSet(name, at: assignment.range.lowerBound)
    assign(name, .value(value), mode: mode)
  }

  /// A subscript is arithmetic: it may read and set variables, and it may be wrong.
  private mutating func walk(subscriptOf assignment: ShellAssignment, _ mode: Mode) {
    let left = source[assignment.range.lowerBound..<assignment.value.range.lowerBound]
    guard let open = left.firstIndex(of: Byte.leftBracket), let close = left.lastIndex(of: Byte.rightBracket),
      open < close
    else { return }
    let index = left[(open + 1)..<close]
    // A short number is only that.
    if index.count < 10, index.first != 0x30, index.allSatisfy(Byte.isDigit) { return }
    forgetNames(in: index.startIndex..<index.endIndex)
    if mode != .apart { hazard(.mayFail, assignment.range.lowerBound, "a subscript") }
  }

  /// Remembers an assignment to a variable that was asked for.
  private mutating func note(
    _ word: ShellWord, of name: ShellName, isPlain: Bool, _ mode: Mode, at offset: Int
  ) {
    guard let target = target(name), !isInFunction, mode != .apart else { return }
    if outerOffset == nil { targets[target].assignedWords.append((script, word)) }
    if mode == .topLevel, isPlain, !isNamedInText, outerOffset == nil {
      targets[target].lastWord = ShellReading.LastWord(
        place: place(offset), word: word, literal: literal(word))
      targets[target].obstacle = nil
    } else {
      let reason = isPlain ? "it is set under a condition" : "it is set by more than a plain assignment"
      targets[target].obstacle = (reason, place(offset))
    }
  }

  private func isContinued(_ word: ShellWord) -> Bool {
    word.plainText == nil && word.parts.contains { if case .continuation = $0 { true } else { false } }
  }

  private func isArray(_ word: ShellWord) -> Bool {
    if word.plainText == nil, case .array = word.parts.first { true } else { false }
  }

  // MARK: Builtins

  private mutating func run(
    _ name: String, _ builtin: ShellBuiltin, _ words: [ShellWord], at start: Int, _ mode: Mode
  ) {
    if builtin.contains(.reaching) { return runReaching(name, builtin, words, at: start, mode) }
    for word in words { _ = value(of: word) }
    noteOutcome(name, builtin, at: start, mode)
  }

  /// A command that does more than read its words.
  private mutating func runReaching(
    _ name: String, _ builtin: ShellBuiltin, _ words: [ShellWord], at start: Int, _ mode: Mode
  ) {
    switch name {
    case "export", "readonly": return declare(name, words, at: start, mode)
    case "unset", "read": return setOrUnset(name, words, at: start, mode)
    case "set":
      return setOptions(words, at: start, mode)
    case "return", "exit", "exec":
      for word in words { _ = value(of: word) }
      return end(name, words, at: start, mode)
    case "eval", ".", "source", "alias", "unalias", "trap", "builtin", "enable", "declare", "typeset",
      "local", "let", "mapfile", "readarray", "shopt", "getopts", "wait", "fc", "history", "complete",
      "compgen":
      for word in words { _ = value(of: word) }
      return runOpaque(start, "\"\(name)\"", mode)
    default: break
    }
    for word in words { _ = value(of: word) }
    if name == "command" {
      let option = words.first.flatMap { literalText($0) }?.text
      if option != "-v" && option != "-V" { runOpaque(start, "\"command\"", mode) }
      return
    }
    // bash's `-v NAME`, also as one word.
    if name == "printf", let first = words.first, literalText(first)?.starts(with: "-v".utf8) ?? true {
      return runOpaque(start, "\"printf\"", mode)
    }
    noteOutcome(name, builtin, at: start, mode)
  }

  private mutating func noteOutcome(_ name: String, _ builtin: ShellBuiltin, at start: Int, _ mode: Mode) {
    if builtin.contains(.alwaysSucceeds) { return }
    if mode != .apart { hazard(.mayFail, start, name) }
    if !builtin.contains(.inShell) {
      for target in targets.indices where targets[target].isExported {
        touch(target, start, "\(name) finds it in its environment")
      }
    }
  }

  private mutating func end(_ name: String, _ words: [ShellWord], at start: Int, _ mode: Mode) {
    if mode == .apart || (isInFunction && name == "return") { return }
    // `exec` without a command only moves descriptors.
    if name == "exec", words.isEmpty { return }
    hazard(name == "return" ? .mayEndScript : .mayEndShell, start, name)
    if mode == .topLevel { hasEnded = true } else { mayHaveEnded = true }
  }

  /// `set`: some of its options change who sees a variable, or whether anything runs any more.
  private mutating func setOptions(_ words: [ShellWord], at start: Int, _ mode: Mode) {
    if words.isEmpty { touchAll(start, "\"set\" lists it") }
    for word in words { _ = value(of: word) }
    for word in words {
      guard let text = literalText(word)?.text else {
        runOpaque(start, "\"set\" with computed options", mode)
        passFailures(start)
        continue
      }
      if text == "--" { break }
      if text.hasPrefix("+") { passFailures(start) }
      let isShort = (text.hasPrefix("-") || text.hasPrefix("+")) && !text.hasSuffix("o")
      guard mode != .apart else { continue }
      if isShort && text.utf8.contains(UInt8(ascii: "n")) || text == "noexec" {
        hazard(.mayEndShell, start, "set")
      }
      if isShort && text.utf8.contains(UInt8(ascii: "a")) || text == "allexport" {
        for target in targets.indices { targets[target].isExported = true }
      }
      hazard(.mayFail, start, "set")
    }
  }

  private mutating func passFailures(_ offset: Int) {
    mayPassFailures = true
    hazard(.mayPassFailures, offset, "\"set\"")
  }

  private mutating func declare(
    _ name: String, _ words: [ShellWord], at start: Int, _ mode: Mode
  ) {
    for word in words {
      if let assignment = declared(word) {
        // bash expands braces here, which it does not in an assignment of its own.
        let text = source[assignment.value.range]
        let isLiteral =
          literal(assignment.value) != nil && !(dialect == .bash && text.contains(Byte.leftBrace))
        // dash splits an unquoted expansion here; bash does not.
        assign(assignment, isLiteral || mode != .topLevel ? mode : .maybe)
        // Of an array's element bash makes neither.
        if !isLiteral || assignment.hasSubscript { hazard(.mayFail, start, name) }
        mark(variable(in: assignment.name), name, at: start, mode)
      } else if let text = literalText(word)?.text {
        if text.hasPrefix("-") {
          if text != "-p" || words.count == 1 { touchAll(start, "\"\(name)\" lists it") }
          hazard(.mayFail, start, name)
          continue
        }
        // Quoted, it is the same to the builtin: export "x=y" sets x.
        let beginning = String(text.prefix { $0 != "=" && $0 != "+" && $0 != "[" })
        let named = variables.name(beginning)
        if beginning != text { setByBuiltin(name, named, at: start, mode) }
        if !isValidName(text) { hazard(.mayFail, start, name) }
        mark(named, name, at: start, mode)
      } else {
        _ = value(of: word)
        runOpaque(start, "\"\(name)\" of a computed name", mode)
      }
    }
    if words.isEmpty { touchAll(start, "\"\(name)\" lists it") }
  }

  private mutating func setByBuiltin(_ builtin: String, _ name: ShellName, at start: Int, _ mode: Mode) {
    checkThatItCanBeSet(name, at: start)
    assign(name, .unknown, mode: mode)
    obstruct(name, "\"\(builtin)\" changes it", start)
  }

  private func declared(_ word: ShellWord) -> ShellAssignment? {
    ShellParser.assignment(in: word, of: source, dialect)
  }

  private func isValidName(_ text: String) -> Bool {
    guard let first = text.utf8.first, Byte.isNameStart(first) else { return false }
    return text.utf8.allSatisfy(Byte.isName)
  }

  private mutating func mark(_ name: ShellName, _ builtin: String, at start: Int, _ mode: Mode) {
    guard mode != .apart else { return }
    if builtin == "readonly" { readOnlyNames.insert(name) }
    guard let target = target(name) else { return }
    if isInFunction { functions.touchesTarget = true }
    targets[target].mention(in: script)
    if builtin == "export" {
      targets[target].isExported = true
    } else if targets[target].readOnlyAt == nil {
      targets[target].readOnlyAt = place(start)
    }
  }

  private mutating func setOrUnset(
    _ name: String, _ words: [ShellWord], at start: Int, _ mode: Mode
  ) {
    if name == "read" { hazard(.mayFail, start, name) }
    // `unset -f` is about functions, and leaves variables alone.
    if name == "unset", let option = words.first.flatMap({ literalText($0) })?.text, option == "-f" {
      for word in words { _ = value(of: word) }
      return
    }
    for word in words {
      guard let text = literalText(word)?.text, !text.hasPrefix("-") else {
        _ = value(of: word)
        runOpaque(start, "\"\(name)\" with options or computed names", mode)
        continue
      }
      // dash takes `unset X=1` for `unset X`.
      setByBuiltin(name, variables.name(String(text.prefix { $0 != "=" })), at: start, mode)
      if !isValidName(text) { hazard(.mayFail, start, name) }
      if name == "unset", isValidName(text) { assign(variables.name(text), .unset, mode: mode) }
    }
  }

  // MARK: What is certainly wrong

  private mutating func lookForMistakes(
    in command: ShellSimpleCommand, name: String, _ builtin: ShellBuiltin
  ) {
    if builtin.contains(.known), !builtin.contains(.bashOnly) { return }
    // After `set +e` a command that fails ends nothing; and `eval`, `command` and their like may have ended the script.
    guard broken == nil, !mayHaveEnded, !mayPassFailures, !mayMeanElse, !functions.names.contains(name),
      let start = command.name?.range.lowerBound
    else { return }
    if let reason = mistake(in: command, name: name, builtin) {
      broken = (reason, place(start))
      hasEnded = true
    }
  }

  private func mistake(in command: ShellSimpleCommand, name: String, _ builtin: ShellBuiltin) -> String? {
    // Put together over two lines, a word may be more than it seems.
    if command.name.map(isContinued) ?? false || command.arguments.contains(where: isContinued) { return nil }
    if name == "\r" {
      return "the line holds nothing but a carriage return, which the shell runs as a command"
    }
    if let next = command.arguments.first, source[next.range].first == Byte.equals, isValidName(name) {
      return "a blank stands before the equals sign, so the shell runs \"\(name)\" as a command"
    }
    if dialect == .dash, let sign = name.utf8.firstIndex(of: Byte.plus),
      name.utf8[sign...].starts(with: "+=".utf8),
      isValidName(String(name[..<sign]))
    {
      return "dash does not know \"+=\" and runs \"\(name.prefix(40))\" as a command"
    }
    if dialect == .dash, builtin.contains(.bashOnly) {
      return "dash does not know \"\(name)\""
    }
    if let assignment = command.assignments.last, source[assignment.name].starts(with: "GRUB_".utf8),
      builtin.isEmpty
    {
      let variable = source[assignment.name].filter { $0 != Byte.backslash && $0 != Byte.newline }.text
      return "\"\(name.prefix(40))\" stands after the value of \(variable), not inside its quotes, "
        + "so the shell runs it as a command"
    }
    if name.utf8.contains(where: { $0 == Byte.space || $0 == Byte.newline || $0 == Byte.equals || $0 == 0x0d }
    ) {
      return "the shell runs \"\(name.prefix(40))\" as a command"
    }
    return nil
  }
}
