import ChangePlanning
import Glibc
import HostFiles
import HostModel
import TestHosts
import Testing

@testable import ChangeExecution

/// The journal is root's alone, and no broken part of it takes the rest along.
struct JournalTests {
  private let host: ChangedHost
  private let directory: String

  init() throws {
    host = try ChangedHost()
    directory = host.scratch.path + "/var/lib/passthru-doctor"
  }

  @Test func nobodyElseCanRead() throws {
    mkdir(directory, 0o755)
    try host.change([("etc/one", "1\n")])
    #expect(try host.root.metadata(at: "var/lib/passthru-doctor")?.mode == 0o700)
  }

  @Test(arguments: ["", "/changes"])
  func isNotBelievedWhereOthersCanWrite(place: String) throws {
    try host.change([("etc/one", "1\n")])
    chmod(directory + place, 0o777)
    #expect(throws: HostFileError.self) { try host.executor.journal.entries() }
    #expect(throws: ChangeFailure.self) { try host.change([("etc/one", "2\n")]) }
    #expect(try host.text("etc/one") == "1\n")
  }

  @Test func aReceiptThatOthersCanWriteIsNotBelieved() throws {
    try host.change([("etc/one", "1\n")])
    chmod(directory + "/changes/1/receipt", 0o666)
    guard case .unreadable(1, let reason)? = try host.executor.journal.entries().first else {
      Issue.record("it is believed")
      return
    }
    #expect(reason.contains("others than its owner may write"))
  }

  @Test func aBrokenReceiptIsListedAsSuch() throws {
    for text in ["1\n", "2\n", "3\n"] { try host.change([("etc/one", text)]) }
    host.scratch.file("var/lib/passthru-doctor/changes/2/receipt", "nonsense")
    host.scratch.directory("var/lib/passthru-doctor/changes/99999999999999999999")
    host.scratch.directory("var/lib/passthru-doctor/changes/-4")
    let entries = try host.executor.journal.entries()
    #expect(entries.map(\.number) == [1, 2, 3])
    #expect(entries.map { $0.receipt == nil } == [false, true, false])
    #expect(try host.change([("etc/one", "4\n")]).number == 4)
  }

  @Test func oneChangeAtATime() throws {
    try host.change([("etc/one", "1\n")])
    let lock = try host.executor.journal.lock(for: "kargs add first")
    let failure = #expect(throws: ChangeFailure.self) { try host.change([("etc/one", "2\n")]) }
    #expect(failure?.reason.contains("process \(getpid()): passthru-doctor kargs add first") == true)
    withExtendedLifetime(lock) {}
    #expect(try host.text("etc/one") == "1\n")
  }

  @Test func aFailureGivesTheVerySameFileBack() throws {
    var before = stat()
    stat(host.scratch.path + "/etc/one", &before)
    // A file where a directory is needed: found out in the middle.
    var plan = try host.plan([("etc/one", "1\n"), ("etc/new/two", "2\n")])
    plan.steps.append(.replaceFile(path: "etc/new/two/three", before: nil, after: [1]))
    #expect(throws: ChangeFailure.self) { try host.executor.apply(plan) }
    var after = stat()
    stat(host.scratch.path + "/etc/one", &after)
    #expect(before.st_ino == after.st_ino)
    #expect(try host.text("etc/one") == "one\n")
    #expect(try host.names("etc") == ["one"])
    #expect(try host.executor.journal.entries().compactMap(\.receipt?.state) == [.failed])
  }

  @Test func aPlanOfAnotherHostIsNotCarriedOut() throws {
    let plan = try host.plan([("etc/one", "1\n")])
    host.scratch.file("etc/one", "theirs\n")
    let failure = #expect(throws: ChangeFailure.self) { try host.executor.apply(plan) }
    #expect(failure?.reason.contains("somebody changed it just now") == true)
    #expect(try host.names("var/lib") == [])
  }
}
