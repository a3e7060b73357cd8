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
  private let stretch: ShellStretch

  package init(kind: Kind, range: Range<Int>) {
    self.kind = kind
    stretch = ShellStretch(range)
  }

  package var range: Range<Int> { stretch.range }
}

/// A range of a script's bytes in half the room: no file of four gigabytes is read, and a tree can have about as many
/// nodes as its file has bytes.
private struct ShellStretch: Sendable, Equatable {
  private let start: UInt32
  private let end: UInt32

  init(_ range: Range<Int>) {
    start = UInt32(clamping: range.lowerBound)
    end = UInt32(clamping: range.upperBound)
  }

  var range: Range<Int> { Int(start)..<Int(end) }
}

/// A word before expansion.
package struct ShellWord: Sendable {
  private let stretch: ShellStretch
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
      case nil, .literal(range): self = .literal
      case .singleQuoted(range): self = .singleQuoted
      case .doubleQuoted(range, let inner) where inner.count < 2:
        switch inner.first {
        case nil, .literal(ShellWord.inside(range)): self = .doubleQuoted
        default: break
        }
      default: break
      }
    }
  }

  package init(range: Range<Int>, parts: [ShellWordPart]) {
    stretch = ShellStretch(range)
    composition = Composition(of: parts, in: range)
  }

  /// A word of one literal; with an empty range, an empty word.
  init(literal range: Range<Int>) {
    stretch = ShellStretch(range)
    composition = .literal
  }

  /// A word that is one quote of a literal, or of nothing; the range includes the quotes.
  init(quote range: Range<Int>, isDouble: Bool) {
    stretch = ShellStretch(range)
    composition = isDouble ? .doubleQuoted : .singleQuoted
  }

  package var parts: [ShellWordPart] {
    switch composition {
    case .literal: return range.isEmpty ? [] : [.literal(range)]
    case .singleQuoted: return [.singleQuoted(range)]
    case .doubleQuoted:
      let inside = ShellWord.inside(range)
      return [.doubleQuoted(range, inside.isEmpty ? [] : [.literal(inside)])]
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
  case literal(Range<Int>)
  /// A backslash and the byte that it quotes.
  case escaped(Range<Int>)
  /// A backslash before a line end: both vanish.
  case continuation(Range<Int>)
  case singleQuoted(Range<Int>)
  case doubleQuoted(Range<Int>, [ShellWordPart])
  /// bash's `$'…'`.
  case ansiQuoted(Range<Int>)
  /// bash's `$"…"`, which the locale may translate.
  case translated(Range<Int>, [ShellWordPart])
  /// `$name`, all of it on one line.
  case variable(Range<Int>)
  indirect case parameter(Range<Int>, ShellParameter)
  case commandSubstitution(Range<Int>, ShellList)
  /// Backquotes: the text between them is read as a script of its own after its backslashes are undone.
  indirect case backquoted(Range<Int>, ShellScript)
  case arithmetic(Range<Int>, [ShellWordPart])
  /// bash's `(…)` after an equals sign.
  case array(Range<Int>, [ShellWord])
}

/// `${name…}`, or `$name` where a continued line cuts the name in two.
package struct ShellParameter: Sendable {
  package enum Operation: Sendable, Equatable {
    case value
    /// `-`, `=`, `?`, `+`; with a colon, an empty value counts as none.
    case useDefault(colon: Bool), assignDefault(colon: Bool), failIfUnset(colon: Bool)
    case useAlternative(colon: Bool)
    /// Lengths, patterns, indirection and all of bash's own.
    case other
  }
  package var name: String
  package var operation: Operation
  /// The word after the operation.
  package var word: [ShellWordPart]
}

/// `NAME=value` or `NAME+=value` where the shell takes it for an assignment.
package struct ShellAssignment: Sendable {
  package var name: String
  package var appends: Bool
  /// NAME[…]=value.
  package var hasSubscript: Bool
  package var value: ShellWord
  private let stretch: ShellStretch

  init(name: String, appends: Bool, hasSubscript: Bool, value: ShellWord, range: Range<Int>) {
    self.name = name
    self.appends = appends
    self.hasSubscript = hasSubscript
    self.value = value
    stretch = ShellStretch(range)
  }

  package var range: Range<Int> { stretch.range }
}

package struct ShellRedirection: Sendable {
  package var range: Range<Int>
  package var target: ShellWord
  /// The body of a here-document in which expansions take place.
  package var body: [ShellWordPart]
}

package struct ShellSimpleCommand: Sendable {
  package var assignments: [ShellAssignment] = []
  package var words: [ShellWord] = []
  package var redirections: [Int] = []
}

package enum ShellCommand: Sendable {
  case simple(ShellSimpleCommand)
  case group(ShellList)
  case subshell(ShellList)
  /// if: conditions with their bodies; an `else` has an empty condition.
  case conditional([(condition: ShellList, body: ShellList)])
  case whileLoop(condition: ShellList, body: ShellList)
  indirect case forLoop(variable: ShellWord, words: [ShellWord], body: ShellList)
  indirect case choice(ShellWord, [(patterns: [ShellWord], body: ShellList)])
  indirect case function(name: String, body: ShellCommand)
  /// bash's `[[ … ]]` and `(( … ))`.
  case expression(Range<Int>, [ShellWord])
  /// A command with redirections of its own, as indices into the script's.
  indirect case redirected(ShellCommand, [Int])
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
  indirect case andOr(ShellAndOr)

  /// The offset where it begins.
  package var start: Int {
    switch self {
    case .setting(let assignment): assignment.range.lowerBound
    case .andOr(let item): item.first.start
    }
  }
}

package struct ShellList: Sendable {
  package var items: [ShellListItem] = []

  /// The offset of its first command.
  package var start: Int? { items.first?.start }
}
