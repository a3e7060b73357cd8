import HostModel
import Testing

/// What an edit does to the text, and when it is refused.
struct GrubDefaultsEditTests {
  private func files(
    _ text: String, dropIns: [(String, String)]? = nil, _ dialect: ShellDialect = .dash
  ) -> GrubDefaultsFiles {
    GrubDefaultsFiles(
      main: Array(text.utf8),
      dropIns: dropIns?.map {
        GrubDefaultsFile(path: "etc/default/grub.d/" + $0.0, bytes: Array($0.1.utf8))
      }, dialect: dialect)
  }

  private func added(_ argument: String, to text: String) throws -> String {
    let files = files(text)
    let edit = try GrubDefaultsEdit.adding([argument], to: files)
    let changed = files.applying(edit)
    #expect(changed.applying(try GrubDefaultsEdit.removing(edit.arguments, from: changed)) == files)
    return changed.main.text
  }

  /// GRUB takes what is behind a backslash as it is. Found by fuzzing: what was added was not found again.
  @Test func aQuoteBehindABackslashOpensNothing() throws {
    let text = try added("intel_iommu=on", to: "GRUB_CMDLINE_LINUX=\"memmap=4G\\'\\$0x5 quiet\"\n")
    #expect(text == "GRUB_CMDLINE_LINUX=\"memmap=4G\\'\\$0x5 quiet intel_iommu=on\"\n")
  }

  @Test(arguments: [
    ("GRUB_CMDLINE_LINUX=\"\"\n", "GRUB_CMDLINE_LINUX=\"a=1\"\n"),
    ("GRUB_CMDLINE_LINUX='quiet'", "GRUB_CMDLINE_LINUX='quiet a=1'"),
    ("GRUB_CMDLINE_LINUX=\" \"\n", "GRUB_CMDLINE_LINUX=\"  a=1\"\n"),
    (
      "export GRUB_CMDLINE_LINUX=\"x\" # GRUB_CMDLINE_LINUX=\"y\"\n",
      "export GRUB_CMDLINE_LINUX=\"x a=1\" # GRUB_CMDLINE_LINUX=\"y\"\n"
    ),
    ("A=1; GRUB_CMDLINE_LINUX=\"x\"; B=$A\n", "A=1; GRUB_CMDLINE_LINUX=\"x a=1\"; B=$A\n"),
    ("GRUB_CMDLINE_LINUX=\"x\\\n b\"\n", "GRUB_CMDLINE_LINUX=\"x\\\n b a=1\"\n"),
    (
      "GRUB_CMDLINE_LINUX=\"x\"\nGRUB_CMDLINE_LINUX_DEFAULT=\"$(lsb_release)\"\n",
      "GRUB_CMDLINE_LINUX=\"x a=1\"\nGRUB_CMDLINE_LINUX_DEFAULT=\"$(lsb_release)\"\n"
    ),
    ("readonly GRUB_CMDLINE_LINUX=\"x\"\n", "readonly GRUB_CMDLINE_LINUX=\"x a=1\"\n"),
  ])
  func insideTheQuotes(before: String, after: String) throws {
    #expect(try added("a=1", to: before) == after)
  }

  @Test(arguments: [
    "", "X=1\n", "X=1", "# only a comment", "GRUB_CMDLINE_LINUX=quiet\n", "GRUB_CMDLINE_LINUX=\n",
    "GRUB_CMDLINE_LINUX=\"$X\"\n", "GRUB_CMDLINE_LINUX=\"x\"\nY=\"$GRUB_CMDLINE_LINUX\"\n",
    "GRUB_CMDLINE_LINUX=\"x\"\r\n", "if true; then GRUB_CMDLINE_LINUX=\"x\"; fi\n",
    "GRUB_CMDLINE_LINUX=\"x\"; unset GRUB_CMDLINE_LINUX\n", "GRUB_CMDLINE_LINUX=\"x\" :\n",
    "GRUB_CMDLINE_LINUX=\"x\"\neval 'y=1'\n", "{ GRUB_CMDLINE_LINUX=\"x\"; }\n",
  ])
  func aMarkedLineAtTheEnd(before: String) throws {
    let after = try added("a=1", to: before)
    let end = before.isEmpty || before.utf8.last == 0x0a ? "" : "\n"
    let mark = end.isEmpty ? "" : ", after a line without an end"
    #expect(
      after == before + end + "GRUB_CMDLINE_LINUX=\"${GRUB_CMDLINE_LINUX:+$GRUB_CMDLINE_LINUX }a=1\""
        + " # added by passthru-doctor\(mark)\n")
  }

  /// Found by files made at random: bash joins the two lines before it looks at what they are.
  @Test(arguments: [
    "x=\\\n(a b)\n", "GRUB_CMDLINE_LINUX+\\\n=a\n", "x[\\\n1]=a\n", "x\\\n =a\n",
    ": <<E\n#\\\nE\nGRUB_CMDLINE_LINUX=\"\"\n",
  ])
  func whatIsPutTogetherOfTwoLinesIsNotCalledBroken(text: String) {
    do throws(GrubRefusal) {
      let edit = try GrubDefaultsEdit.adding(["a=1"], to: files(text, .bash))
      #expect(!edit.unproven.isEmpty)
    } catch {
      #expect(error.kind == .unfollowed, "\(error)")
    }
  }

  /// What the shells take in ways of their own is neither followed nor called broken: found by files made at random.
  private func expectNotFollowed(_ line: String, _ dialect: ShellDialect) {
    do throws(GrubRefusal) {
      _ = try GrubDefaultsEdit.adding(["b=1"], to: files("\(line)\nGRUB_CMDLINE_LINUX='a'\n", dialect))
      Issue.record("nobody follows this: \(line)")
    } catch {
      #expect(error.kind == .unfollowed, "\(error)")
    }
  }

  /// dash takes the quote for an operation that it does not know, and complains only when it comes to expand it.
  @Test(arguments: ["${A'}", "${A\"}", "${A:'}", "${A`}"])
  func aQuoteInThePlaceOfAnOperationIsNotFollowed(expansion: String) {
    expectNotFollowed(": || x=\(expansion)", .dash)
  }

  /// bash takes it for a command that fails, or, of two, for one that does not.
  @Test(arguments: ["!", "! !", "! ;"])
  func anExclamationMarkAloneIsNotFollowed(line: String) { expectNotFollowed(line, .bash) }

  /// dash reads arithmetic there.
  @Test(arguments: ShellDialect.allCases)
  func aContinuedLineInAnExpansionIsNotFollowed(dialect: ShellDialect) {
    expectNotFollowed("x=\"$(\\\n( (3) * 4 ))\"", dialect)
  }

  @Test(arguments: ["<(echo a)", "<\\\n(echo a)", ">\\\n\\\n(cat)"])
  func aProcessSubstitutionIsNotFollowed(target: String) { expectNotFollowed("cat < \(target)", .bash) }

  @Test(arguments: ["[[ a =~ ^a$ ]\\\n]", "[[ a +=~ ^a$ ]]", "[[ a b ]]", "[[ -n a == b ]]"])
  func anOddTestIsNotFollowed(test: String) { expectNotFollowed("\(test) && y=1", .bash) }

  @Test(arguments: [
    "[[ a ]]", "[[ ! -n $x ]]", "[[ $a == b* && ( -e /x || a < b ) ]]", "[[ a =~ ^(a|b)$ ]]", "[[ 1 -eq 2 ]]",
  ])
  func testsAreFollowed(test: String) throws {
    _ = try GrubDefaultsEdit.adding(["b=1"], to: files("\(test) && y=1\nGRUB_CMDLINE_LINUX='a'\n", .bash))
  }

  /// After a command that may give an assignment another meaning, only a shell knows values.
  @Test(arguments: [
    "declare -n x=GRUB_CMDLINE_LINUX", "declare -u GRUB_CMDLINE_LINUX", "trap x=1 DEBUG", ". x",
  ])
  func nothingIsKnownAfterAReferenceOrAnAttribute(command: String) throws {
    let text = "\(command)\nGRUB_CMDLINE_LINUX=\"a\"\nx=b\n"
    #expect(try GrubDefaultsReading(files(text, .bash)).linux.value.bytes == nil)
    #expect(
      try GrubDefaultsReading(files("GRUB_CMDLINE_LINUX=\"a\"\nx=b\n", .bash)).linux.value.bytes == [0x61])
  }

  @Test(arguments: ["printf -v GRUB_CMDLINE_LINUX b", "printf -vGRUB_CMDLINE_LINUX b", "printf $y b"])
  func whatPrintfMaySetIsNotKnown(command: String) throws {
    let text = "GRUB_CMDLINE_LINUX=\"a\"\n\(command)\n"
    #expect(try GrubDefaultsReading(files(text, .bash)).linux.value.bytes == nil)
  }

  /// Another name for it, used after its last assignment: that one is left alone.
  @Test func whatTheShellFindsCountsForMoreThanTheLastAssignment() throws {
    let text = "declare -n x=GRUB_CMDLINE_LINUX\nGRUB_CMDLINE_LINUX=\"quiet b=1\"\nx=2\n"
    let found = SourcedValues(linux: Array("2".utf8), linuxDefault: nil)
    let edit = try GrubDefaultsEdit.adding(["a=1", "b=1"], to: files(text, .bash), sourced: found)
    #expect(edit.place == .appendedLine)
    let after = files(text, .bash).applying(edit)
    #expect(after.main.starts(with: text.utf8))
    let removed = after.applying(try GrubDefaultsEdit.removing(edit.arguments, from: after))
    #expect(removed.main == Array(text.utf8))
  }

  @Test(arguments: ["unset GRUB_CMDLINE_LINUX", "export GRUB_CMDLINE_LINUX=c", "unset -v GRUB_CMDLINE_LINUX"])
  func whatAnAssignmentBeforeASpecialBuiltinLeavesIsNotKnown(command: String) throws {
    for dialect in ShellDialect.allCases {
      let text = "GRUB_CMDLINE_LINUX=a\nGRUB_CMDLINE_LINUX=b \(command)\n"
      #expect(try GrubDefaultsReading(files(text, dialect)).linux.value.bytes == nil)
    }
  }

  /// dash unsets X when told to unset X=1: what stood there before has no say, and stays when ours is removed.
  @Test func whatIsUnsetInAnOddWayIsLeftAlone() throws {
    let before = files("GRUB_CMDLINE_LINUX=\"a=1\"\nunset GRUB_CMDLINE_LINUX=b\n")
    let unset = SourcedValues(linux: nil, linuxDefault: nil)
    let edit = try GrubDefaultsEdit.adding(["a=1"], to: before, sourced: unset)
    let changed = before.applying(edit)
    #expect(changed.applying(try GrubDefaultsEdit.removing(edit.arguments, from: changed)) == before)
  }

  @Test(arguments: ["command return", "eval return", ". ./x"])
  func whatMayHaveEndedTheScriptLeavesNothingBroken(command: String) throws {
    #expect(throws: Never.self) { try GrubDefaultsReading(files("\(command)\nA = b\n")) }
    #expect(throws: GrubRefusal.self) { try GrubDefaultsReading(files("A = b\n\(command)\n")) }
  }

  @Test(arguments: ["while x=\\\nfalse; do :; done", "until ! :; do :; done"])
  func aLoopMayNotEnd(loop: String) throws {
    let reading = try GrubDefaultsReading(files("GRUB_CMDLINE_LINUX='a'\n\(loop)\n"))
    #expect(reading.unproven.contains { $0.hasSuffix("a loop, which may not end") }, "\(reading.unproven)")
  }

  @Test func aSubscriptMayBeWrong() throws {
    #expect(try !GrubDefaultsReading(files("export x[1]=a\n", .bash)).unproven.isEmpty)
    #expect(try GrubDefaultsReading(files("x[1]=a\n", .bash)).unproven.isEmpty)
    for index in ["\u{fc}1", "1/0", "y=2", "09", "y 2", "y = 2"] {
      #expect(try !GrubDefaultsReading(files("x[\(index)]=a\n", .bash)).unproven.isEmpty, "\(index)")
    }
  }

  @Test func aSecondArgumentJoinsTheMarkedLine() throws {
    let first = files(try added("a=1", to: "X=1"))
    let edit = try GrubDefaultsEdit.adding(["b=2"], to: first)
    #expect(edit.place == .markedLine)
    let second = first.applying(edit)
    #expect(
      second.main.text.hasSuffix("}a=1 b=2\" # added by passthru-doctor, after a line without an end\n"))
    #expect(second.applying(try GrubDefaultsEdit.removing(["a=1", "b=2"], from: second)).main.text == "X=1")
  }

  @Test func aDropInOfOurOwnWhereDropInsCount() throws {
    let before = files("GRUB_CMDLINE_LINUX=\"x\"\n", dropIns: [("50-a.cfg", "GRUB_CMDLINE_LINUX=\"y\"\n")])
    let edit = try GrubDefaultsEdit.adding(["a=1"], to: before)
    #expect(edit.place == .ownDropIn)
    #expect(edit.changes.map(\.path) == ["etc/default/grub.d/99-passthru-doctor.cfg"])
    let after = before.applying(edit)
    #expect(try GrubDefaultsEdit.adding(["a=1"], to: after).place == .nothing)
    #expect(after.applying(try GrubDefaultsEdit.removing(["a=1"], from: after)) == before)
  }

  @Test func aDropInThatSortsLaterMovesOurName() throws {
    let before = files("", dropIns: [("99-z.cfg", "GRUB_CMDLINE_LINUX=\"y\"\n")])
    let edit = try GrubDefaultsEdit.adding(["a=1"], to: before)
    #expect(edit.changes.map(\.path) == ["etc/default/grub.d/zz-passthru-doctor.cfg"])
  }

  @Test func aDropInThatHasNothingToDoWithItLeavesTheMainFileInCharge() throws {
    let before = files("GRUB_CMDLINE_LINUX=\"x\"\n", dropIns: [("50-a.cfg", "GRUB_TIMEOUT=0\n")])
    #expect(try GrubDefaultsEdit.adding(["a=1"], to: before).place == .insideQuotes)
  }

  @Test(arguments: [
    ("GRUB_CMDLINE_LINUX = \"x\"\n", GrubRefusal.Kind.broken), ("GRUB_CMDLINE_LINUX+=\" x\"\n", .broken),
    ("GRUB_CMDLINE_LINUX=\"x\n", .broken), ("GRUB_CMDLINE_LINUX=a b\n", .broken),
    ("GRUB_CMDLINE_LINUX='a; b'\n", .withoutEffect), ("GRUB_CMDLINE_LINUX=\"a -- b\"\n", .withoutEffect),
    ("GRUB_CMDLINE_LINUX='a\\'\n", .withoutEffect), ("GRUB_CMDLINE_LINUX='a=\"b'\n", .withoutEffect),
    ("GRUB_CMDLINE_LINUX=$X\nreadonly GRUB_CMDLINE_LINUX\n", .unsafe),
    ("[ -f /x ] && return\n", .withoutEffect),
    (": <<E\nx\n", .unsafe), ("X=1\\", .unsafe), ("GRUB_CMDLINE_LINUX=\"iommu=nopt\"\n", .conflict),
    ("GRUB_CMDLINE_LINUX_DEFAULT=\"iommu=off\"\n", .conflict),
  ])
  func refusals(text: String, kind: GrubRefusal.Kind) {
    let error = #expect(throws: GrubRefusal.self) {
      try GrubDefaultsEdit.adding(["intel_iommu=on", "iommu=pt"], to: files(text))
    }
    #expect(error?.kind == kind, "\(String(describing: error))")
  }

  @Test(arguments: [
    "", "a b", "a;b", "a\"", "$x", "a\\b", "--", "=x", "amd_iommu=on", "intel_iommu=1", "a\u{e9}", "a\n",
  ])
  func argumentsThatAreNotWritten(argument: String) {
    #expect(throws: GrubRefusal.self) { try GrubDefaultsEdit.adding([argument], to: files("")) }
  }

  @Test func replacingTakesTheOppositeOut() throws {
    let before = files(
      "GRUB_CMDLINE_LINUX=\"quiet intel_iommu=off x\"\nGRUB_CMDLINE_LINUX_DEFAULT='iommu=nopt'\n")
    let edit = try GrubDefaultsEdit.adding(["intel_iommu=on", "iommu=pt"], to: before, replacing: true)
    #expect(
      before.applying(edit).main.text
        == "GRUB_CMDLINE_LINUX=\"quiet x intel_iommu=on iommu=pt\"\nGRUB_CMDLINE_LINUX_DEFAULT=''\n")
  }

  @Test func removingLeavesQuotedTextAlone() throws {
    let before = files("GRUB_CMDLINE_LINUX='dyndbg=\"x a=1 y\" a=1'\n")
    let edit = try GrubDefaultsEdit.removing(["a=1"], from: before)
    #expect(before.applying(edit).main.text == "GRUB_CMDLINE_LINUX='dyndbg=\"x a=1 y\"'\n")
  }

  @Test func aLineBehindAContinuedLineEnd() throws {
    let before = "x=1\nGRUB_CMDLINE_LINUX=quiet \\\n"
    let after = try added("a=1", to: before)
    #expect(after.hasPrefix(before + "\nGRUB_CMDLINE_LINUX=\"$"), "the line joins the one before")
  }

  /// What is joined with a value that is not followed any more is not known either.
  @Test(arguments: ["\"a $x\"", "\"$x\"", "\"$x b\"", "\"a ${y:-$x}\"", "\"a $x $x b\""])
  func aValueThatIsTooLongIsNotKnownWhereItIsReadAgain(word: String) throws {
    let long = "x='" + String(repeating: "q ", count: 5000) + "'\n"
    for dialect in ShellDialect.allCases {
      let read = try GrubDefaultsReading(
        files(long + "y=\nGRUB_CMDLINE_LINUX=\(word)\nGRUB_CMDLINE_LINUX_DEFAULT=\(word)\n", dialect))
      #expect(read.linux.value.bytes == nil)
      #expect(read.linuxDefault.value.bytes == nil)
    }
  }
}
