import ChangePlanning
import Glibc
import HostFiles
import HostModel
import TestHosts
import Testing

@testable import ChangeExecution

/// The way back: everything as it was, nothing of others lost, in the right order or not at all.
struct UndoTests {
  private let host: ChangedHost

  init() throws { host = try ChangedHost() }

  @Test func takesNewFilesAndTheirDirectoriesAway() throws {
    let receipt = try host.change([("etc/one", nil), ("etc/new/deep/two", "two\n")])
    #expect(try host.text("etc/one") == nil)
    #expect(try host.text("etc/new/deep/two") == "two\n")
    try host.undo(receipt)
    #expect(try host.text("etc/one") == "one\n")
    #expect(try host.names("etc") == ["one"])
    #expect(try host.state(receipt) == .undone)
  }

  @Test func leavesADirectoryThatSomebodyElseUses() throws {
    let receipt = try host.change([("etc/new/two", "two\n")])
    host.scratch.file("etc/new/theirs", "x")
    try host.undo(receipt)
    #expect(try host.names("etc/new") == ["theirs"])
  }

  @Test func bringsTimesBack() throws {
    var times = [timespec(tv_sec: 1000, tv_nsec: 0), timespec(tv_sec: 1_234_567, tv_nsec: 89)]
    utimensat(AT_FDCWD, host.scratch.path + "/etc/one", &times, 0)
    let receipt = try host.change([("etc/one", "1\n")])
    let changed = try #require(try host.root.metadata(at: "etc/one"))
    #expect(changed.modified.seconds > 1_234_567)
    // A second change takes the bytes back by itself; the time is for undo.
    let second = try host.change([("etc/one", "one\n")])
    try host.undo(receipt, second)
    let now = try #require(try host.root.metadata(at: "etc/one"))
    #expect(now.modified == (1_234_567, 89))
  }

  @Test func keepsWhatSomebodySetSince() throws {
    let receipt = try host.change([("etc/one", "1\n")])
    chmod(host.scratch.path + "/etc/one", 0o600)
    try host.undo(receipt)
    #expect(try host.text("etc/one") == "one\n")
    #expect(try host.root.metadata(at: "etc/one")?.mode == 0o600)
  }

  @Test func refusesWhatSomebodyChangedSinceAndShowsTheDifference() throws {
    let receipt = try host.change([("etc/two", "2\n"), ("etc/one", "1\n")])
    host.scratch.file("etc/one", "theirs\n")
    let refusal = #expect(throws: Refusal.self) { try host.undo(receipt) }
    #expect(refusal?.reason == "changed-since")
    #expect(refusal?.detail.contains("-theirs") == true && refusal?.detail.contains("+one") == true)
    #expect(refusal?.steps.first?.contains("/var/lib/passthru-doctor/changes/1/1.before") == true)
    #expect(try host.text("etc/one") == "theirs\n")
    #expect(try host.text("etc/two") == "2\n")
    #expect(try host.state(receipt) == .done)
  }

  @Test func goesBackInOrderOnly() throws {
    let first = try host.change([("etc/one", "1\n")])
    let second = try host.change([("etc/one", "2\n")])
    let refusal = #expect(throws: Refusal.self) { try host.undo(first) }
    #expect(refusal?.reason == "later-change")
    #expect(refusal?.steps == ["passthru-doctor undo 2 1"])
    try host.undo(second)
    #expect(try host.text("etc/one") == "1\n")
    try host.undo(first)
    #expect(try host.text("etc/one") == "one\n")
  }

  @Test func undoesSeveralAtOnceAndChangesThatDoNotTouchEachOtherAlone() throws {
    let first = try host.change([("etc/one", "1\n")])
    let other = try host.change([("etc/two", "2\n")])
    let third = try host.change([("etc/one", "3\n"), ("etc/three", "3\n")])
    try host.undo(other)
    #expect(try host.names("etc") == ["one", "three"])
    // In whichever order they are named.
    let plan = try host.executor.undoPlan(for: [first, third])
    #expect(plan.plan.steps.count == 2)
    try host.executor.undo(plan)
    #expect(try host.text("etc/one") == "one\n")
    #expect(try host.names("etc") == ["one"])
  }

  @Test func copiesGoWhenTheyHaveServed() throws {
    let receipt = try host.change([("etc/one", String(repeating: "x", count: 1 << 20))])
    #expect(try host.names("var/lib/passthru-doctor/changes/1") == ["0.before", "receipt"])
    try host.undo(receipt)
    #expect(try host.names("var/lib/passthru-doctor/changes/1") == ["receipt"])
  }

  @Test func aMissingCopyIsSaidBeforeAnythingIsWritten() throws {
    let receipt = try host.change([("etc/one", "1\n")])
    host.scratch.file("var/lib/passthru-doctor/changes/1/0.before", "something else")
    let refusal = #expect(throws: Refusal.self) { try host.undo(receipt) }
    #expect(refusal?.detail.contains("is missing") == true)
    #expect(try host.text("etc/one") == "1\n")
  }

  @Test func whatWasCutShortIsFinishedFirst() throws {
    let receipt = try host.change([("etc/one", "1\n"), ("etc/two", "2\n")])
    // As if the power had gone between the two.
    var begun = receipt
    begun.state = .begun
    try host.executor.journal.update(begun)
    host.scratch.remove("etc/two")
    #expect(throws: ChangeFailure.self) { try host.change([("etc/three", "3\n")]) }
    #expect(try host.executor.unfinished().map(\.number) == [1])
    #expect(!host.executor.isComplete(begun))
    try host.undo(begun)
    #expect(try host.text("etc/one") == "one\n")
    #expect(try host.change([("etc/three", "3\n")]).number == 2)
  }

  @Test func whatWasCompleteIsSeenToBe() throws {
    var receipt = try host.change([("etc/one", "1\n"), ("etc/two", nil)])
    receipt.state = .begun
    try host.executor.journal.update(receipt)
    #expect(host.executor.isComplete(receipt))
    try host.executor.complete(receipt)
    #expect(try host.state(receipt) == .done)
  }

  /// A journal as the first version of this program left it.
  @Test func undoesAChangeOfTheFirstVersion() throws {
    let (old, new) = (Array("one\n".utf8), Array("1\n".utf8))
    host.scratch.file("etc/one", new)
    host.scratch.file("etc/two", "2\n")
    host.scratch.file("var/lib/passthru-doctor/changes/4/0.before", old)
    host.scratch.file(
      "var/lib/passthru-doctor/changes/4/receipt",
      """
      passthru-doctor receipt 1
      change 4
      time 2024-05-06T07:08:09Z
      command kargs add x=1
      state done
      file \(SHA256.hexDigest(of: old)) \(SHA256.hexDigest(of: new)) etc/one
      was 640 0 0 1700000000 5
      file - \(SHA256.hexDigest(of: Array("2\n".utf8))) etc/two

      """)
    let receipt = try #require(try host.executor.journal.entries().first?.receipt)
    try host.undo(receipt)
    #expect(try host.text("etc/one") == "one\n")
    #expect(try host.names("etc") == ["one"])
    #expect(try host.state(receipt) == .undone)
    #expect(try host.change([("etc/one", "5\n")]).number == 5)
  }
}
