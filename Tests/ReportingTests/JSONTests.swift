import Reporting
import Testing

struct JSONTests {
  @Test func keysKeepTheirOrderAndNothingIsDropped() {
    let json = JSON.object([
      ("z", .null), ("a", JSON(["x", "y"])), ("list", .array([.object([("k", .bool(true))])])),
    ])
    #expect(
      String(decoding: json.document, as: UTF8.self) == """
        {
          "z": null,
          "a": ["x", "y"],
          "list": [
            {
              "k": true
            }
          ]
        }

        """)
  }

  @Test func controlCharactersAreEscaped() {
    let text = String(decoding: JSON.string("a\"b\\c\u{1b}[2J\n\tü").document, as: UTF8.self)
    #expect(text == "\"a\\\"b\\\\c\\u001b[2J\\n\\tü\"\n")
  }
}

struct TerminalStyleTests {
  @Test func linesFitTheWidthAndWordsStayWhole() {
    let style = TerminalStyle(usesColor: false, usesUnicode: false, width: 40)
    let command = "/usr/bin/a-command-that-is-much-longer-than-forty-columns --really"
    let lines = style.wrap("some words that go on for longer than one line and \(command) end", first: "- ")
    #expect(lines.allSatisfy { $0.count <= 40 || $0.contains("/usr/bin/a-command") })
    #expect(
      lines.joined(separator: " ").split(separator: " ").count(where: {
        $0 == "/usr/bin/a-command-that-is-much-longer-than-forty-columns"
      }) == 1)
  }

  @Test func whatAHostSaysCannotSteerTheTerminal() {
    #expect(printable("a\u{1b}]0;title\u{7}b\u{202e}c\nd") == "a\u{fffd}]0;title\u{fffd}b\u{fffd}c d")
  }
}
