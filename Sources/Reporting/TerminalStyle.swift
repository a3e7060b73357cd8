/// How a report is drawn: with colour or not, Unicode marks or not, how wide.
package struct TerminalStyle: Sendable {
  package var usesColor: Bool
  package var usesUnicode: Bool
  /// Columns; text is wrapped to it.
  package var width: Int

  package init(usesColor: Bool, usesUnicode: Bool, width: Int) {
    self.usesColor = usesColor
    self.usesUnicode = usesUnicode
    self.width = max(40, min(width, 120))
  }

  /// For pipes and files.
  package static let plain = TerminalStyle(usesColor: false, usesUnicode: false, width: 80)

  /// Select Graphic Rendition codes (ECMA-48).
  package enum Color: String, Sendable {
    case red = "31"
    case green = "32"
    case yellow = "33"
    case cyan = "36"
    case bold = "1"
    case faint = "2"
  }

  /// `text` in a colour, where colours are wanted.
  package func paint(_ text: String, _ color: Color) -> String {
    usesColor ? "\u{1b}[\(color.rawValue)m\(text)\u{1b}[0m" : text
  }

  /// `text` broken between words into lines of at most `width` columns, the first after `first`,
  /// the others after `rest` (both of the same width on screen). A word that is longer than a
  /// line, such as a command or a path, stays whole.
  package func wrap(_ text: String, first: String, rest: String? = nil) -> [String] {
    let prefix = rest ?? String(repeating: " ", count: first.count)
    var lines: [String] = []
    var line = first
    var room = width - first.count
    var isEmpty = true
    for word in text.split(separator: " ") {
      if !isEmpty, room < word.count + 1 {
        lines.append(line)
        line = prefix
        room = width - prefix.count
        isEmpty = true
      }
      if !isEmpty {
        line += " "
        room -= 1
      }
      line += word
      room -= word.count
      isEmpty = false
    }
    lines.append(line)
    return lines
  }
}

/// Makes text from the host safe to print: a control character in a kernel message or file must
/// not steer the reader's terminal.
package func printable(_ text: some StringProtocol) -> String {
  var result = ""
  for scalar in text.unicodeScalars {
    switch scalar.value {
    case 0x0a, 0x09: result += " "
    case 0..<0x20, 0x7f...0x9f, 0x200e, 0x200f, 0x202a...0x202e, 0x2066...0x2069:
      result += "\u{fffd}"
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}
