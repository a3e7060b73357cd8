import Foundation
import Testing

struct ExitStatusTests {
  @Test(arguments: [
    ["--bogus"], ["bogus"], ["check", "--only", "no.such"], ["check", "--stage", "no-such"],
    ["explain", "no.such"],
    ["check", "--root", "/no/such/directory"], ["check", "--root", ""], ["check", "-q", "-v"], ["snapshot"],
    ["check", "--root", "/proc/self/cmdline"], ["check", "--color", "sometimes"],
  ])
  func wrongUseExitsTwoAndSaysWhy(arguments: [String]) throws {
    let result = try Program.run(arguments)
    #expect(result.status == 2)
    #expect(result.output.isEmpty)
    #expect(!result.errors.isEmpty)
  }

  @Test(arguments: [
    ["--help"], ["--version"], ["check", "--list"], ["explain"], ["check", "--list", "--json"],
  ])
  func askingForHelpIsNoError(arguments: [String]) throws {
    let result = try Program.run(arguments)
    #expect(result.status == 0)
    #expect(!result.output.isEmpty)
    #expect(result.errors.isEmpty)
  }

  @Test func aReportThatCouldNotBeWrittenIsAnError() throws {
    let result = try Program.run(
      ["check", "--root", "/var/empty"].dropLast() + [Program.packageRoot], standardOutput: "/dev/full")
    #expect(result.status == 2)
    #expect(result.errors.contains("standard output"))
  }

  /// Nothing is there: nothing was measured, so nothing is healthy and nothing broken.
  @Test func anEmptyRootIsUndecided() throws {
    let root = try TemporaryDirectory()
    let result = try Program.run(["check", "--json", "--root", root.path])
    #expect(result.status == 3)
    let report = try #require(
      try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    #expect(report["verdict"] as? String == "undecided")
    let findings = try #require(report["findings"] as? [[String: Any]])
    for finding in findings {
      let status = finding["status"] as? String
      #expect(status == "unknown" || status == "skipped", "\(finding["id"] ?? "")")
    }
  }

  @Test func anExistingFileIsNotOverwrittenBySnapshot() throws {
    let root = try TemporaryDirectory()
    try root.write("keep", at: "file")
    let result = try Program.run(["snapshot", root.path + "/file", "--root", root.path])
    #expect(result.status == 1)
    #expect(try String(contentsOfFile: root.path + "/file", encoding: .utf8) == "keep")
  }
}
