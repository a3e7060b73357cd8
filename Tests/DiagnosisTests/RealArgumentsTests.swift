import HostModel
import TestHosts
import Testing

@testable import Diagnosis

@Suite(.enabled(if: RealInputs.areThere))
struct RealArgumentsTests {
  /// An argument that the collector's notes call ignored gives a finding that names it, and no other does.
  @Test func ignoredArgumentsAreFound() throws {
    let names = try RealInputs.names(in: "command-lines", endingWith: ".txt")
    #expect(!names.isEmpty)
    for name in names {
      let noted =
        try RealInputs.json("command-lines/\(name).json")["passthrough_params"] as? [[String: Any]] ?? []
      let ignored = noted.filter {
        let meaning = $0["meaning"] as? String ?? ""
        let raw = $0["raw"] as? String ?? ""
        return meaning.contains("NOT a valid") || meaning.contains("INVALID") || raw.contains("GPU_ID")
          || raw.contains(":off,")
      }
      var host = HostEvidence(root: "/", isRunningHost: false)
      host.commandLine = .found(
        KernelCommandLine(parsing: try RealInputs.bytes("command-lines/\(name).txt")), source: "proc/cmdline")
      let verdict = CommandLineArguments.judge(host)
      #expect(verdict.status == (ignored.isEmpty ? .pass : .warn), "\(name)")
      #expect(verdict.cause?.id == (ignored.isEmpty ? nil : "ineffective-argument"), "\(name)")
      for parameter in ignored {
        let raw = parameter["raw"] as? String ?? "?"
        #expect(verdict.evidence.contains { $0.quote.contains(raw) }, "\(name): \(raw)")
      }
    }
  }
}
