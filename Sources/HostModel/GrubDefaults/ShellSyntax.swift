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
  // No file of four gigabytes is read, and there are about as many tokens as bytes.
  private let start: UInt32
  private let end: UInt32

  package init(kind: Kind, range: Range<Int>) {
    self.kind = kind
    start = UInt32(clamping: range.lowerBound)
    end = UInt32(clamping: range.upperBound)
  }

  package var range: Range<Int> { Int(start)..<Int(end) }
}

/// A word before expansion.
package struct ShellWord: Sendable {
  package var range: Range<Int>
  /// Empty for a word of one literal, as most are: a file can have hundreds of thousands of them.
  private var composition: [ShellWordPart]

  package init(range: Range<Int>, parts: [ShellWordPart]) {
    self.range = range
    composition = parts
    if parts.count == 1, case .literal(range) = parts[0] { composition = [] }
  }

  /// A word of one literal; with an empty range, an empty word.
  init(literal range: Range<Int>) {
    self.range = range
    composition = []
  }

  package var parts: [ShellWordPart] {
    composition.isEmpty && !range.isEmpty ? [.literal(range)] : composition
  }

  /// Whether it is one literal, or empty.
  var isLiteral: Bool { composition.isEmpty }
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
  indirect case parameter(Range<Int>, ShellParameter)
  case commandSubstitution(Range<Int>, ShellList)
  /// Backquotes: the text between them is read as a script of its own after its backslashes are undone.
  indirect case backquoted(Range<Int>, ShellScript)
  case arithmetic(Range<Int>, [ShellWordPart])
  /// bash's `(…)` after an equals sign.
  case array(Range<Int>, [ShellWord])
}

/// `$name` or `${name…}`.
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
  package var range: Range<Int>
}

package struct ShellRedirection: Sendable {
  package var range: Range<Int>
  package var target: ShellWord
  /// The body of a here-document in which expansions take place.
  package var body: [ShellWordPart]
}

package struct ShellSimpleCommand: Sendable {
  package var range: Range<Int>
  package var assignments: [ShellAssignment] = []
  package var words: [ShellWord] = []
  package var redirections: [Int] = []

  init(at offset: Int) { range = offset..<offset }
}

package enum ShellCommand: Sendable {
  case simple(ShellSimpleCommand)
  case group(ShellList)
  case subshell(ShellList)
  /// if: conditions with their bodies; an `else` has an empty condition.
  case conditional([(condition: ShellList, body: ShellList)])
  case whileLoop(condition: ShellList, body: ShellList)
  case forLoop(variable: ShellWord, words: [ShellWord], body: ShellList)
  case choice(ShellWord, [(patterns: [ShellWord], body: ShellList)])
  indirect case function(name: String, body: ShellCommand)
  /// bash's `[[ … ]]` and `(( … ))`.
  case expression(Range<Int>, [ShellWord])
  /// A command with redirections of its own, as indices into the script's.
  indirect case redirected(ShellCommand, [Int])
}

package struct ShellPipeline: Sendable {
  package var range: Range<Int>
  package var isNegated: Bool
  package var first: ShellCommand
  /// What its output goes through.
  package var rest: [ShellCommand]
}

/// Pipelines joined by `&&` and `||`.
package struct ShellAndOr: Sendable {
  package var first: ShellPipeline
  package var rest: [ShellPipeline]
  package var runsInBackground: Bool
}

package struct ShellList: Sendable {
  package var items: [ShellAndOr] = []

  /// The offset of its first command.
  package var start: Int? { items.first?.first.range.lowerBound }
}
