/// What is to become of the kernel arguments in one line of text; all around them stays, byte for byte.
package struct ArgumentEdit: Sendable, Equatable {
  package var adding: [BootArgument]
  package var removing: [KernelParameter]
  /// Whether arguments that say the opposite of the added ones go.
  package var isReplacing: Bool

  package init(_ intent: ChangeIntent) throws(GrubRefusal) {
    (adding, removing, isReplacing) = ([], [], false)
    switch intent {
    case .addArguments(let arguments, let replacing):
      isReplacing = replacing
      for argument in arguments {
        let argument = try BootArgument(adding: argument)
        if !adding.contains(argument) { adding.append(argument) }
      }
      try refuseContradictions()
    case .removeArguments(let arguments):
      removing = arguments.flatMap { KernelCommandLine(parsing: $0.utf8).parameters }
      if let refusal = GrubRefusal(forArgumentsOfTheBoot: removing) { throw refusal }
    default: break
    }
  }

  /// The same for arguments that were looked at before.
  package init(adding: [BootArgument], removing: [KernelParameter], isReplacing: Bool) {
    self.adding = adding
    self.removing = removing
    self.isReplacing = isReplacing
  }

  private func refuseContradictions() throws(GrubRefusal) {
    for (index, argument) in adding.enumerated() {
      let others = adding[(index + 1)...].flatMap { KernelCommandLine(parsing: $0.bytes).parameters }
      if let other = others.first(where: argument.contradicts) {
        throw GrubRefusal(.conflict, "\(argument) and \(other.text) contradict each other.")
      }
    }
  }

  /// The text with the change.
  ///
  /// - Parameters:
  ///   - others: arguments that stand elsewhere and count together with those of the text.
  ///   - path: the file, for the refusal.
  package func applied(
    to text: [UInt8], besides others: [KernelParameter] = [], in path: String
  ) throws(GrubRefusal) -> [UInt8] {
    let tokens = Self.tokens(of: text)
    var goes = tokens.filter { token in removing.contains { $0.means(token.parameter) } }
    for argument in adding {
      let contrary = tokens.filter { argument.contradicts($0.parameter) }
      guard contrary.isEmpty || isReplacing else {
        throw GrubRefusal(
          .conflict, path: path,
          "\(contrary[0].parameter.text) is there already and says something else than \(argument).")
      }
      goes += contrary.filter { !goes.contains($0) }
    }
    let stays = Self.removing(goes, from: text)
    let present = Self.tokens(of: stays).map(\.parameter) + others
    let missing = adding.filter { argument in
      let wanted = KernelCommandLine(parsing: argument.bytes).parameters
      return !present.contains { own in wanted.contains(where: own.means) }
    }
    return Self.adding(missing, to: stays)
  }

  // MARK: Text

  private struct Token: Equatable {
    var range: Range<Int>
    var parameter: KernelParameter
  }

  /// The kernel's arguments with their places; what follows `--` is init's.
  private static func tokens(of text: [UInt8]) -> [Token] {
    var tokens: [Token] = []
    var start: Int?
    var isQuoted = false
    for (index, byte) in (text + [Byte.space]).enumerated() {
      if isSpace(byte), !isQuoted || index == text.count {
        guard let first = start else { continue }
        let bytes = text[first..<index]
        if bytes.elementsEqual("--".utf8) { return tokens }
        if let parameter = KernelCommandLine(parsing: bytes).parameters.first {
          tokens.append(Token(range: first..<index, parameter: parameter))
        }
        start = nil
        isQuoted = false
      } else {
        if start == nil { start = index }
        if byte == Byte.doubleQuote { isQuoted.toggle() }
      }
    }
    return tokens
  }

  /// Each goes with the blank that separated it.
  private static func removing(_ tokens: [Token], from text: [UInt8]) -> [UInt8] {
    var result = text
    for token in tokens.sorted(by: { $0.range.lowerBound > $1.range.lowerBound }) {
      var (start, end) = (token.range.lowerBound, token.range.upperBound)
      if start > 0, isSpace(result[start - 1]) {
        start -= 1
      } else if end < result.count, isSpace(result[end]) {
        end += 1
      }
      result.removeSubrange(start..<end)
    }
    return result
  }

  /// Behind the last argument, before what is init's.
  private static func adding(_ arguments: [BootArgument], to text: [UInt8]) -> [UInt8] {
    guard !arguments.isEmpty else { return text }
    let added = Array(arguments.map(\.text).joined(separator: " ").utf8)
    var result = text
    if let last = tokens(of: text).last {
      result.insert(contentsOf: [Byte.space] + added, at: last.range.upperBound)
    } else if let first = text.firstIndex(where: { !isSpace($0) }) {
      result.insert(contentsOf: added + [Byte.space], at: first)
    } else {
      result += added
    }
    return result
  }
}
