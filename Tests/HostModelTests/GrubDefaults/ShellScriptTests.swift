import HostModel
import Testing

/// Reading the shell's grammar: nothing is lost, and problems have their place.
struct ShellScriptTests {
  private func script(_ text: String, _ dialect: ShellDialect = .dash) -> ShellScript {
    ShellScript(Array(text.utf8), dialect: dialect)
  }

  @Test(arguments: [
    "", "\n", "A=1", "A='x\ny' B=\"$(echo \"a\" 'b')\"\\\n # c\n", "cat <<E >f; x\na\nE\ny\n", "a\\",
    "case x in a) b;; (c|d) ;; esac", "if a; then b; elif c; then d; else e; fi", "f() { g; }",
    "a && b || ! c &\n",
    "X=${Y:-\"a}\"} Z=`a \\`b\\` c`", "a=$((1+(2)))", "for i in 1 2; do :; done; while a; do b; done",
  ])
  func wholeFilesAreReadToTheEnd(text: String) {
    for dialect in ShellDialect.allCases {
      let read = script(text, dialect)
      #expect(read.problem == nil, "\(String(describing: read.problem))")
      #expect(read.printed == Array(text.utf8))
    }
  }

  @Test func anyBytesArePrintedAsRead() {
    var state: UInt32 = 7
    for length in 0..<2000 {
      let bytes: [UInt8] = (0..<length % 97).map { _ in
        state = state &* 1_664_525 &+ 1_013_904_223
        let choices = Array("\"'`$(){}\\ \n\t#;&|<>=aX\u{0}\u{e9}".utf8)
        return choices[Int(state >> 16) % choices.count]
      }
      for dialect in ShellDialect.allCases { #expect(ShellScript(bytes, dialect: dialect).printed == bytes) }
    }
  }

  @Test(arguments: [
    ("A=\"x", 1, 3), ("A=1\nB='x\n", 2, 3), ("A=$(x\n", 1, 3), ("A=1\nif x; then\n", 2, 11),
    ("A=1\nfi\n", 2, 1),
    ("A=1 )\n", 1, 5), ("a;;b", 1, 2), ("A=${x\n", 1, 3), ("A=\u{e9}\"", 1, 4),
    // The quote that was lost, not the next one.
    ("A=\"x\nB=\"y\"\nC=1\n", 1, 3),
  ])
  func problemsHaveLineAndColumn(text: String, line: Int, column: Int) throws {
    let read = script(text)
    let problem = try #require(read.problem)
    #expect(problem.kind == .syntax)
    #expect(read.position(of: problem.offset) == TextPosition(line: line, column: column), "\(problem)")
  }

  @Test func hostileNestingIsRefusedAndNotFollowed() {
    for opener in ["$(", "(", "{ ", "${x:-", "\"$(", "if ", "$((", "! "] {
      let bytes = Array(String(repeating: opener, count: 20_000).utf8)
      let read = ShellScript(bytes, dialect: .bash)
      #expect(read.problem != nil)
      #expect(read.printed == bytes)
    }
  }

  @Test func dialectsDiffer() {
    #expect(script("a=(b c)", .bash).problem == nil)
    #expect(script("a=(b c)", .dash).problem?.kind == .syntax)
    #expect(script("[[ -n $x && ( a < b ) ]]", .bash).problem == nil)
  }

  /// bash in POSIX mode, as /bin/sh, was asked about each.
  @Test func aQuoteInAnExpansionCountsWhereAPatternBegins() {
    #expect(script("a=\"${x%'}\"", .bash).problem?.kind == .syntax)
    #expect(script("a=\"${x-'}\"", .bash).problem == nil)
    for text in ["a=\"${x'y%z}\"", "a=\"${x:'y}\"", "a=\"${!x'}\"", "a=\"${x[0]'}\""] {
      #expect(script(text, .bash).problem?.kind == .unfollowed)
    }
  }

  /// bash ends it where the substitution ends; dash does not.
  @Test func aHereDocumentThatASubstitutionCutsOffIsNotCalledAMistake() {
    for dialect in ShellDialect.allCases {
      #expect(script("x=$(: <<E\na\nE)\n", dialect).problem?.kind == .unfollowed)
    }
  }

  /// bash reads `for ((`, `;;&` and `&>>` there.
  @Test func anOperatorOfBashThatAContinuedLineCutsIsNotCalledAMistake() {
    for text in [
      "for (\\\n(x=0; x<2; x++)); do y=$x; done\n", "case a in (a) x=1;;\\\n&\n(b) ;;\nesac\n",
    ] {
      #expect(script(text, .bash).problem?.kind == .unfollowed, "\(text)")
      #expect(script(text, .dash).problem?.kind == .syntax, "\(text)")
    }
    #expect(script(": &>\\\n>x\n", .bash).problem?.kind == .unfollowed)
  }

  /// bash drops it there, and keeps it elsewhere.
  @Test func aBackslashThatEndsTheFileBehindAQuotedLineEndIsNotFollowedInBash() {
    for text in ["x='a\nb' \\", "{ x='a\nb'; } \\"] {
      #expect(script(text, .bash).problem?.kind == .unfollowed, "\(text)")
    }
    #expect(script("{ x=1; } \\", .bash).problem?.kind == .syntax)
    for text in ["x='a'\ny='b' \\", "x='a\nb'\ny='b' \\", ": <<E\na\nE\ny='b' \\"] {
      #expect(script(text, .bash).problem == nil, "\(text)")
    }
    #expect(script("x='a\nb' \\", .dash).problem == nil)
  }
}
