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

  /// As git and systemctl have it: `passthru-doctor --root DIR devices`.
  @Test func optionsMayStandBeforeTheCommand() throws {
    let root = try TemporaryDirectory()
    for (order, usual) in [
      (["--root", root.path, "--json", "groups"], ["groups", "--root", root.path, "--json"]),
      (
        ["kargs", "--root=" + root.path, "show", "--json"], ["kargs", "show", "--json", "--root", root.path]
      ),
      (
        ["--json", "--root", root.path, "--stage", "devices"],
        ["check", "--json", "--root", root.path, "--stage", "devices"]
      ),
    ] {
      let result = try Program.run(order)
      let expected = try Program.run(usual)
      #expect(result.output == expected.output && result.errors == expected.errors, "\(order)")
      #expect(result.status == expected.status && !result.errors.contains("Usage:"), "\(order)")
    }
    #expect(try Program.run(["--root", root.path, "no-such-command"]).status == 2)
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
