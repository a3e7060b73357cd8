import HostModel

/// One command of a remedy: something that this program can do itself, or words for a person's shell.
///
/// What a finding prints and what `setup` does come from the same value, so that they cannot differ.
package enum RemedyCommand: Sendable, Equatable, ExpressibleByStringInterpolation, CustomStringConvertible {
  /// A change that this program plans, shows, makes and takes back.
  case change(ChangeIntent)
  /// To be typed by a person, exact.
  case shell(String)

  package init(stringLiteral value: String) { self = .shell(value) }

  /// As it is typed.
  package var description: String {
    switch self {
    case .change(let intent): intent.shellCommand
    case .shell(let text): text
    }
  }

  /// The same words are the same command.
  package static func == (one: RemedyCommand, other: RemedyCommand) -> Bool {
    one.description == other.description
  }
}
