extension ShellEvaluator {
  /// What a word expands to where the shell does not split the result.
  mutating func value(of word: ShellWord) -> ShellValue {
    guard let text = word.plainText else { return value(of: word.parts) }
    noticeNames(in: text)
    return ShellValue(source[text])
  }

  /// What a word's parts expand to where the shell does not split the result.
  mutating func value(of parts: [ShellWordPart]) -> ShellValue {
    var value = ShellValue()
    for part in parts { append(part, to: &value) }
    return value
  }

  private mutating func append(_ part: ShellWordPart, to value: inout ShellValue) {
    switch part {
    case .literal(let range):
      noticeNames(in: range.range)
      value.append(source[range])
    case .escaped(let range): value.append(source[range].dropFirst())
    case .continuation: break
    case .singleQuoted(let range):
      noticeNames(in: range.range)
      value.append(source[range].dropFirst().dropLast())
    case .doubleQuoted(_, let parts):
      for part in parts { append(part, to: &value) }
    case .ansiQuoted(let range):
      noticeNames(in: range.range)
      value.appendUnknown()
    case .translated(_, let parts):
      for part in parts { _ = self.value(of: [part]) }
      value.appendUnknown()
    case .variable(let range):
      let name = variable(in: (range.lowerBound + 1)..<range.upperBound)
      if let known = read(name, at: range.lowerBound) {
        value.append(known.value)
      } else {
        value.appendUnknown()
      }
    case .parameter(let range, let parameter): append(parameter, at: range.range, to: &value)
    case .commandSubstitution(let range, let list):
      hazard(.mayFail, range.lowerBound, "a command substitution")
      walkApart(list)
      value.appendUnknown()
    case .backquoted(let range, let text):
      hazard(.mayFail, range.lowerBound, "a command substitution")
      walk(text, at: range.lowerBound)
      value.appendUnknown()
    case .arithmetic(let range, let parts):
      for part in parts { _ = self.value(of: [part]) }
      forgetNames(in: range.range)
      hazard(.mayFail, range.lowerBound, "arithmetic")
      value.appendUnknown()
    case .array(_, let words):
      for word in words { _ = self.value(of: word) }
      value.appendUnknown()
    }
  }

  /// A substitution runs in a shell of its own; what it does to variables is lost, and it cannot end ours.
  private mutating func walkApart(_ list: ShellList) {
    walk(list, .apart)
  }

  private mutating func walk(_ text: ShellBackquotedText, at offset: Int) {
    let outer = (source, redirections, outerOffset)
    (source, outerOffset) = (text.source, outerOffset ?? offset)
    for (command, itsRedirections) in text.commands where !hasEnded {
      redirections = itsRedirections
      walk(command, .apart)
    }
    (source, redirections, outerOffset) = outer
  }

  /// What an expansion finds; nil where that is not known.
  private mutating func read(_ name: ShellName, at offset: Int) -> ShellBinding? {
    touch(name, offset, "its value is read again")
    // An unset name may still come from the script that sources this one.
    return isInFunction || variables.names.traits(name).contains(.magic) ? nil : variables.binding(name)
  }

  private mutating func append(_ parameter: ShellParameter, at range: Range<Int>, to value: inout ShellValue)
  {
    let name = variable(in: parameter.name)
    let binding = read(name, at: range.lowerBound) ?? .unknown
    let word = parameter.word.isEmpty ? .empty : self.value(of: parameter.word)
    switch parameter.operation {
    case .value: value.append(binding.value)
    case .useDefault(let colon): append(binding, if: colon, else: word, to: &value)
    case .assignDefault(let colon):
      append(binding, if: colon, else: word, to: &value)
      checkThatItCanBeSet(name, at: range.lowerBound)
      assign(name, .unknown, mode: .maybe)
      obstruct(name, "an expansion may set it", range.lowerBound)
    case .failIfUnset:
      hazard(.mayFail, range.lowerBound, "an expansion")
      value.append(binding.value)
    case .useAlternative(let colon):
      switch Self.counts(binding, colon: colon) {
      case true: value.append(word)
      case false: break
      case nil: value.appendUnknown(endsAtBlank: word.endsInBlank)
      }
    case .other:
      hazard(.mayFail, range.lowerBound, "an expansion")
      value.appendUnknown()
      if dialect == .bash { touchAll(range.lowerBound, "an expansion may read it by another name") }
    }
  }

  private func append(
    _ binding: ShellBinding, if colon: Bool, else word: ShellValue, to value: inout ShellValue
  ) {
    switch Self.counts(binding, colon: colon) {
    case true: value.append(binding.value)
    case false: value.append(word)
    case nil: value.appendUnknown()
    }
  }

  /// Whether a variable counts as set; with a colon, an empty one does not. Nil: not known.
  private static func counts(_ binding: ShellBinding, colon: Bool) -> Bool? {
    switch binding {
    case .unset: false
    // What is unknown may also be unset.
    case .value(.unknown): nil
    case .value(let value): colon ? value.isEmpty.map { !$0 } : true
    }
  }

  /// A name in plain text may become a name again: an argument of `read`, the text of an `eval`.
  mutating func noticeNames(in range: Range<Int>) {
    guard range.count >= 10 else { return }
    var rest = range
    while let found = source[rest].firstIndex(of: 0x47) {  // G, as all targets begin
      rest = (found + 1)..<range.upperBound
      guard found == range.lowerBound || !Byte.isName(source[found - 1]) else { continue }
      var end = found
      while end < range.upperBound, Byte.isName(source[end]) { end += 1 }
      guard end - found >= 10 else { continue }
      guard let target = target(variable(in: found..<end)) else { continue }
      touch(target, found, "its name stands in other text")
      isNamedInText = true
    }
  }

  /// The text of a word without expansions, quotes removed; nil when it has any.
  func literalText(_ word: ShellWord) -> [UInt8]? {
    var text: [UInt8] = []
    return collect(word.parts, into: &text) ? text : nil
  }

  private func collect(_ parts: [ShellWordPart], into text: inout [UInt8]) -> Bool {
    for part in parts {
      switch part {
      case .literal(let range): text += source[range]
      case .escaped(let range): text += source[range].dropFirst()
      case .continuation: break
      case .singleQuoted(let range): text += source[range].dropFirst().dropLast()
      case .doubleQuoted(_, let inner):
        guard collect(inner, into: &text) else { return false }
      default: return false
      }
    }
    return true
  }

  /// A value as the shell assigns it: a leading tilde, or one after a colon, is a home directory.
  mutating func assignedValue(_ word: ShellWord) -> ShellValue {
    let value = value(of: word)
    guard source[word.range].contains(Byte.tilde) else { return value }
    for (index, part) in word.parts.enumerated() {
      guard case .literal(let range) = part else { continue }
      let text = source[range]
      if text.isEmpty { continue }
      if index == 0, text.first == Byte.tilde { return .unknown }
      for offset in text.indices.dropFirst()
      where text[offset] == Byte.tilde && text[offset - 1] == Byte.colon {
        return .unknown
      }
    }
    return value
  }

  /// The word as one literal, if it is nothing but that.
  func literal(_ word: ShellWord) -> ShellReading.Literal? {
    guard outerOffset == nil else { return nil }
    if word.isLiteral {
      return source[word.range].contains(Byte.tilde) ? nil : .init(quote: .none, content: word.range)
    }
    if let text = word.plainText {
      let isSingle = source[word.range.lowerBound] == Byte.singleQuote
      return .init(quote: isSingle ? .single : .double, content: text)
    }
    // Escapes are literal, too.
    guard word.parts.count == 1, case .doubleQuoted(let range, let parts) = word.parts.first else {
      return nil
    }
    var text: [UInt8] = []
    guard collect(parts, into: &text) else { return nil }
    return .init(quote: .double, content: (range.lowerBound + 1)..<(range.upperBound - 1))
  }
}
