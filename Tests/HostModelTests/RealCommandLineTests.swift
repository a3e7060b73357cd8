import HostModel
import TestHosts
import Testing

@Suite(.enabled(if: RealInputs.areThere))
struct RealCommandLineTests {
  @Test func splitAndUnderstood() throws {
    let names = try RealInputs.names(in: "command-lines", endingWith: ".txt")
    #expect(!names.isEmpty)
    for name in names {
      let line = KernelCommandLine(parsing: try RealInputs.bytes("command-lines/\(name).txt"))
      let expected = try RealInputs.json("command-lines/\(name).json")
      #expect(line.parameters.count == expected["tokens"] as? Int, "\(name)")

      let duplicates = expected["duplicate_keys"] as? [String: [String]] ?? [:]
      #expect(Set(line.duplicateNames) == Set(duplicates.keys), "\(name)")
      for (key, values) in duplicates { #expect(line.all(key).map { $0.value ?? "" } == values, "\(name)") }

      let relevant = line.parameters.filter { PassthroughParameter.describing($0) != nil }
      let expectedParameters = expected["passthrough_params"] as? [[String: Any]] ?? []
      for parameter in expectedParameters {
        let raw = parameter["raw"] as? String
        let found = relevant.first { $0.text == raw }
        #expect(found != nil, "\(name): \(raw ?? "")")
        #expect(found?.value == parameter["value"] as? String, "\(name): \(raw ?? "")")
      }
    }
  }
}
