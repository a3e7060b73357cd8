/// A script as the shell reads it: every byte in a token.
///
/// Reading never fails. Where the shell would stop with a syntax error, or where this reader
/// cannot follow, `problem` says so, and the rest of the bytes is one token. Who wants to know what the commands do
/// gets them one by one, as the shell does (`ShellReading`): no tree of the whole file is kept.
package struct ShellScript: Sendable {
  package let source: [UInt8]
  package let dialect: ShellDialect
  /// They lie end to end over the whole source.
  package private(set) var tokens: [ShellToken]
  package private(set) var problem: ShellProblem?
  /// The offset of a here-document's operator whose end never comes: the shell lets that pass,
  /// but what is appended would become its text.
  package private(set) var openHereDocument: Int?
  /// Whether the last byte is a backslash that quotes whatever is appended.
  package private(set) var endsInBackslash: Bool
  /// Whether the last line end is none to the shell: a backslash takes it away.
  package var endsInContinuation: Bool {
    guard source.last == Byte.newline, let last = tokens.last else { return false }
    if last.kind == .comment || last.kind == .hereDocument || last.kind == .newline { return false }
    let backslashes = source.dropLast().reversed().prefix { $0 == Byte.backslash }.count
    return backslashes % 2 == 1
  }

  package init(_ source: [UInt8], dialect: ShellDialect) {
    self.init(source, dialect: dialect, depth: 0) { _, _ in }
  }

  /// - Parameters:
  ///   - depth: of the nesting that the script stands in.
  ///   - take: is given each command before `problem`, in order, and the redirections that it names.
  init(
    _ source: [UInt8], dialect: ShellDialect, depth: Int,
    passing take: (ShellListItem, [ShellRedirection]) -> Void
  ) {
    self.source = source
    self.dialect = dialect
    var parser = ShellParser(source, dialect: dialect, depth: depth)
    do throws(ShellProblem) {
      try parser.script(passing: take)
    } catch {
      problem = parser.cause(of: error)
    }
    let read = parser.tokens.last?.range.upperBound ?? 0
    if read < source.count { parser.tokens.append(ShellToken(kind: .unread, range: read..<source.count)) }
    tokens = parser.tokens
    openHereDocument = parser.openHereDocument
    endsInBackslash = parser.endsInBackslash
  }

  /// The script's text, put together from its tokens.
  package var printed: [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(source.count)
    for token in tokens { text += source[token.range] }
    return text
  }

  /// Where an offset lies for a person with an editor.
  package func position(of offset: Int) -> TextPosition { TextPosition(of: offset, in: source) }
}

extension ShellParser {
  /// Where a problem probably comes from: a lost quote shows only at the next one.
  func cause(of problem: ShellProblem) -> ShellProblem {
    if problem.kind == .syntax, let hidden = hiddenReservedWord {
      return unfollowed("a line is continued in the middle of a word", at: hidden)
    }
    if isDoubtfulBackslash(at: problem.offset) {
      return unfollowed("a backslash ends the file", at: problem.offset)
    }
    let quote = doubtfulQuote ?? openQuotes.first ?? problem.offset
    guard problem.kind == .syntax, quote <= problem.offset, quote < source.count else { return problem }
    let line = source[quote...].prefix { $0 != Byte.newline }
    let isTypographic = line.text.contains { "\u{201c}\u{201d}\u{201e}\u{2018}\u{2019}".contains($0) }
    let hint = isTypographic ? "; the line holds a typographic quote, which is none to the shell" : ""
    guard quote < problem.offset, runsIntoAnotherLine(quote..<min(problem.offset + 1, source.count)) else {
      return ShellProblem(kind: .syntax, offset: problem.offset, reason: problem.reason + hint)
    }
    return ShellProblem(
      kind: .syntax, offset: quote,
      reason: "the quote that begins here seems to have lost its end: it runs on over the next lines" + hint)
  }
}

/// Why a script could not be read to its end.
package struct ShellProblem: Error, Sendable, Equatable {
  package enum Kind: Sendable, Equatable {
    /// The shell would stop here, too.
    case syntax
    /// The shell may understand it; this reader does not.
    case unfollowed
  }
  package var kind: Kind
  package var offset: Int
  /// A clause: "the quote that begins here has no end".
  package var reason: String
}

/// A line and a column, both from 1; columns count characters.
package struct TextPosition: Sendable, Equatable, CustomStringConvertible {
  package var line: Int
  package var column: Int

  package init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }

  package init(of offset: Int, in text: [UInt8]) {
    var line = 1
    var column = 1
    for byte in text.prefix(max(0, offset)) {
      if byte == 0x0a {
        line += 1
        column = 1
      } else if byte & 0xc0 != 0x80 {
        column += 1
      }
    }
    self.init(line: line, column: column)
  }

  package var description: String { "line \(line), column \(column)" }
}
