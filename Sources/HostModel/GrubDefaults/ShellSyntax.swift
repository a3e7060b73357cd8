// The syntax tree of a shell script. Nodes hold byte ranges of the script they were read from;
// nothing of the text is copied or normalised, so that an edit can name the exact place.

/// A piece of a script that the shell's grammar knows as one token.
package struct ShellToken: Sendable, Equatable {
  package enum Kind: Sendable, Equatable {
    case blank, continuation, comment, newline, word, `operator`, hereDocument
    /// What follows the place where reading stopped.
    case unread
  }
  package let kind: Kind
  private let stretch: ShellRange

  package init(kind: Kind, range: Range<Int>) {
    self.kind = kind
    stretch = ShellRange(range)
  }

  package var range: Range<Int> { stretch.range }
}

/// A range of a script's bytes in half the room: no file of four gigabytes is read, and a tree can have about as many
/// nodes as its file has bytes.
package struct ShellRange: Sendable, Equatable {
  private let start: UInt32
  private let end: UInt32

  package init(_ range: Range<Int>) {
    start = UInt32(clamping: range.lowerBound)
    end = UInt32(clamping: range.upperBound)
  }

  package var range: Range<Int> { Int(start)..<Int(end) }
  package var lowerBound: Int { Int(start) }
  package var upperBound: Int { Int(end) }
}

extension [UInt8] {
  subscript(range: ShellRange) -> ArraySlice<UInt8> { self[range.range] }
}

/// A word before expansion.
package struct ShellWord: Sendable {
  private let stretch: ShellRange
  private let composition: Composition

  package var range: Range<Int> { stretch.range }

  /// Most words are one literal or one quote of a literal, and a file can have hundreds of thousands of them: they
  /// keep no list of parts.
  private enum Composition: Sendable {
    case literal, singleQuoted, doubleQuoted
    case parts([ShellWordPart])

    init(of parts: [ShellWordPart], in range: Range<Int>) {
      self = .parts(parts)
      guard parts.count < 2 else { return }
      switch parts.first {
      case nil, .literal(ShellRange(range)): self = .literal
      case .singleQuoted(ShellRange(range)): self = .singleQuoted
      case .doubleQuoted(ShellRange(range), let inner) where inner.count < 2:
        switch inner.first {
        case nil, .literal(ShellRange(ShellWord.inside(range))): self = .doubleQuoted
        default: break
        }
      default: break
      }
    }
  }

  package init(range: Range<Int>, parts: [ShellWordPart]) {
    stretch = ShellRange(range)
    composition = Composition(of: parts, in: range)
  }

  /// A word of one literal; with an empty range, an empty word.
  init(literal range: Range<Int>) {
    stretch = ShellRange(range)
    composition = .literal
  }

  /// A word that is one quote of a literal, or of nothing; the range includes the quotes.
  init(quote range: Range<Int>, isDouble: Bool) {
    stretch = ShellRange(range)
    composition = isDouble ? .doubleQuoted : .singleQuoted
  }

  package var parts: [ShellWordPart] {
    switch composition {
    case .literal: return range.isEmpty ? [] : [.literal(stretch)]
    case .singleQuoted: return [.singleQuoted(stretch)]
    case .doubleQuoted:
      let inside = ShellWord.inside(range)
      return [.doubleQuoted(stretch, inside.isEmpty ? [] : [.literal(ShellRange(inside))])]
    case .parts(let parts): return parts
    }
  }

  /// Whether it is one literal, or empty.
  var isLiteral: Bool { if case .literal = composition { true } else { false } }

  /// The bytes that it stands for, where it is one literal or one quote of a literal; nil for all else.
  var plainText: Range<Int>? {
    switch composition {
    case .literal: range
    case .singleQuoted, .doubleQuoted: ShellWord.inside(range)
    case .parts: nil
    }
  }

  fileprivate static func inside(_ quote: Range<Int>) -> Range<Int> {
    quote.count < 2 ? quote : (quote.lowerBound + 1)..<(quote.upperBound - 1)
  }
}

/// A piece of a word. Ranges include quotes and sigils.
package enum ShellWordPart: Sendable {
  /// Bytes that stand for themselves.
  case literal(ShellRange)
  /// A backslash and the byte that it quotes.
  case escaped(ShellRange)
  /// A backslash before a line end: both vanish.
  case continuation(ShellRange)
  case singleQuoted(ShellRange)
  case doubleQuoted(ShellRange, [ShellWordPart])
  /// bash's `$'…'`.
  case ansiQuoted(ShellRange)
  /// bash's `$"…"`, which the locale may translate.
  case translated(ShellRange, [ShellWordPart])
  /// `$name`; a line may be continued in the middle of it.
  case variable(ShellRange)
  indirect case parameter(ShellRange, ShellParameter)
  case commandSubstitution(ShellRange, ShellList)
  /// Backquotes: the text between them is read as a script of its own after its backslashes are undone.
  indirect case backquoted(ShellRange, ShellBackquotedText)
  case arithmetic(ShellRange, [ShellWordPart])
  /// bash's `(…)` after an equals sign.
  case array(ShellRange, [ShellWord])
}

/// What stands between backquotes.
package struct ShellBackquotedText: Sendable {
  /// Without the backslashes that the backquotes take away; the ranges of `commands` are ranges of it.
  let source: [UInt8]
  /// Each with the redirections that it names.
  let commands: [(ShellListItem, [ShellRedirection])]
}

/// `${name…}`
package struct ShellParameter: Sendable {
  package enum Operation: Sendable, Equatable {
    case value
    /// `-`, `=`, `?`, `+`; with a colon, an empty value counts as none.
    case useDefault(colon: Bool), assignDefault(colon: Bool), failIfUnset(colon: Bool)
    case useAlternative(colon: Bool)
    /// Lengths, patterns, indirection and all of bash's own.
    case other
  }
  /// Where its name stands; a line may be continued in the middle of it.
  package var name: Range<Int>
  package var operation: Operation
  /// The word after the operation.
  package var word: [ShellWordPart]
}

/// `NAME=value` or `NAME+=value` where the shell takes it for an assignment.
package struct ShellAssignment: Sendable {
  private let nameStretch: ShellRange
  package var appends: Bool
  /// NAME[…]=value.
  package var hasSubscript: Bool
  package var value: ShellWord
  private let stretch: ShellRange

  init(name: Range<Int>, appends: Bool, hasSubscript: Bool, value: ShellWord, range: Range<Int>) {
    nameStretch = ShellRange(name)
    self.appends = appends
    self.hasSubscript = hasSubscript
    self.value = value
    stretch = ShellRange(range)
  }

  package var range: Range<Int> { stretch.range }
  /// Where its name stands; a line may be continued in the middle of it.
  package var name: Range<Int> { nameStretch.range }
}

package struct ShellRedirection: Sendable {
  package var range: Range<Int>
  package var target: ShellWord
  /// The body of a here-document in which expansions take place.
  package var body: [ShellWordPart]
}

package struct ShellSimpleCommand: Sendable {
  package var assignments: [ShellAssignment] = []
  /// What is run; nil where there are only assignments and redirections.
  package var name: ShellWord?
  package var arguments: [ShellWord] = []
  package var redirections: [Int] = []
}

package enum ShellCommand: Sendable {
  case simple(ShellSimpleCommand)
  case group(ShellList)
  case subshell(ShellList)
  case conditional([ShellBranch])
  case whileLoop(condition: ShellList, body: ShellList)
  indirect case forLoop(variable: ShellWord, words: [ShellWord], body: ShellList)
  indirect case choice(ShellWord, [ShellArm])
  indirect case function(name: String, body: ShellCommand)
  /// bash's `[[ … ]]` and `(( … ))`.
  case expression(Range<Int>, [ShellWord])
  /// A command with redirections of its own, as indices into the script's.
  indirect case redirected(ShellCommand, [Int])
}

/// `if`, `elif` or `else` of a condition; that of an `else` is empty.
package struct ShellBranch: Sendable {
  package var condition: ShellList
  package var body: ShellList
}

/// What `case` runs where a pattern fits.
package struct ShellArm: Sendable {
  package var patterns: [ShellWord]
  package var body: ShellList
}

package struct ShellPipeline: Sendable {
  package var first: ShellCommand
  package var isNegated: Bool
  /// The offset where it begins.
  package var start: Int
  /// What its output goes through.
  package var rest: [ShellCommand]
}

/// Pipelines joined by `&&` and `||`.
package struct ShellAndOr: Sendable {
  package var first: ShellPipeline
  package var rest: [ShellPipeline]
  package var runsInBackground: Bool
}

/// What stands between the separators of a list.
package enum ShellListItem: Sendable {
  /// An assignment that has its line to itself: nearly all there is in most files.
  case setting(ShellAssignment)
  /// A command that nothing is joined to, and the offset where it begins.
  case command(ShellCommand, start: Int)
  indirect case andOr(ShellAndOr)

  /// The offset where it begins.
  package var start: Int {
    switch self {
    case .setting(let assignment): assignment.range.lowerBound
    case .command(_, let start): start
    case .andOr(let item): item.first.start
    }
  }
}

package struct ShellList: Sendable {
  package var items: [ShellListItem] = []

  /// The offset of its first command.
  package var start: Int? { items.first?.start }
}
