/// A place in one of several scripts that are read one after the other.
package struct ShellPlace: Sendable, Equatable {
  /// Which script, from 0.
  package var script: Int
  package var offset: Int

  /// Whether it is read before the other.
  package func isBefore(_ other: ShellPlace) -> Bool { (script, offset) < (other.script, other.offset) }
}

/// What reading scripts, one after the other in the same shell, tells of the variables one asks
/// for, without running anything.
package struct ShellReading: Sendable {
  /// A place where a script does what cannot be known by reading alone.
  package struct Hazard: Sendable, Equatable {
    package enum Kind: Int, CaseIterable, Sendable {
      /// It may set any variable: eval, a sourced file, a command whose name is computed.
      case opaque
      /// It may end its script before the last line: return.
      case mayEndScript
      /// It may end the shell that reads the scripts: exit, exec.
      case mayEndShell
      /// A command whose success is not known; under `set -e` its failure ends everything.
      case mayFail
      /// After it, what fails may end nothing: `set +e`.
      case mayPassFailures
    }
    package var kind: Kind
    package var place: ShellPlace
    /// The command's name, or what it is, for a sentence.
    package var subject: String
  }

  /// The bytes of a word that is one literal.
  package struct Literal: Sendable, Equatable {
    package enum Quote: Sendable, Equatable { case none, single, double }
    package var quote: Quote
    /// The bytes between the quotes; without quotes, the whole word.
    package var content: Range<Int>
  }

  /// The assignment that has the last word on a variable.
  package struct LastWord: Sendable {
    package var place: ShellPlace
    package var word: ShellWord
    /// Nil when the value is not one plain literal.
    package var literal: Literal?
  }

  /// One of the variables asked for.
  package struct Variable: Sendable {
    package var binding: ShellBinding
    /// What it is if commands that are not followed have not changed what assignments after them mean.
    package var presumed: ShellBinding
    /// The last assignment, if it stands at the top level and nothing after it reads the variable,
    /// changes it, or could.
    package var lastWord: LastWord?
    /// Why there is no `lastWord`, as a clause; nil when nothing assigns the variable.
    package var obstacle: (reason: String, place: ShellPlace)?
    /// Where it becomes read-only.
    package var readOnlyAt: ShellPlace?
    /// The scripts that mention it in any way, in order.
    package var mentioningScripts: [Int]
    /// The values of all its assignments, in order.
    package var assignedWords: [(script: Int, word: ShellWord)]
  }

  /// Of each kind in a script, no more than so many are told, in the order in which they run: nearly every command may
  /// fail.
  package static let toldHazards = 8

  package var variables: [String: Variable]
  /// As read, up to the first that has a problem.
  package var scripts: [ShellScript] = []
  package var hazards: [Hazard]
  /// A command that would fail wherever it runs, as a clause.
  package var broken: (reason: String, place: ShellPlace)?

  /// Reads scripts, asking for what they do to the named variables.
  ///
  /// - Parameter bindings: what is known of variables before the first script runs; all others may
  ///   have any value, because the shell that sources the scripts sets some.
  package init(
    _ sources: [[UInt8]], dialect: ShellDialect, asking names: [String],
    after bindings: [String: ShellBinding]
  ) {
    var evaluator = ShellEvaluator(asking: names, bindings: bindings)
    for source in sources where scripts.last?.problem == nil {
      scripts.append(evaluator.run(source, dialect: dialect))
    }
    variables = [:]
    for target in evaluator.targets {
      let presumed = evaluator.variables.binding(evaluator.variables.name(target.name)) ?? .unknown
      variables[target.name] = Variable(
        binding: evaluator.mayMeanElse ? .unknown : presumed, presumed: presumed, lastWord: target.lastWord,
        obstacle: target.obstacle, readOnlyAt: target.readOnlyAt,
        mentioningScripts: target.mentioningScripts, assignedWords: target.assignedWords)
    }
    hazards = evaluator.hazards
    broken = evaluator.broken
  }
}
