import HostModel
import TestHosts
import Testing

@testable import Diagnosis

@Suite(.enabled(if: RealInputs.areThere))
struct RealProcessorTests {
  @Test func judged() throws {
    let names = try RealInputs.names(in: "processors", endingWith: ".txt")
    #expect(!names.isEmpty)
    for name in names {
      let bytes = try RealInputs.bytes("processors/\(name).txt")
      let note = try RealInputs.json("processors/\(name).json")
      let expected = note["expected"] as? [String: Any] ?? [:]
      var host = HostEvidence(root: "/", isRunningHost: false)
      host.processors = .found(ProcessorInfo(parsing: bytes), source: "proc/cpuinfo")
      let verdict = CPUVirtualization.judge(host)
      let isVirtual = expected["environment"] as? String == "virtual-machine"
      let cause: String? =
        switch expected["virtualization"] as? String {
        case "intel-vt-x", "amd-v": nil
        case "none" where isVirtual: "hidden-by-hypervisor"
        case "none", "disabled-in-firmware-or-missing": "no-flag"
        case "not-x86": "unsupported-architecture"
        default: "?"
        }
      #expect(verdict.cause?.id == cause, "\(name)")
      #expect(verdict.status == (cause == nil ? .pass : .fail), "\(name)")
    }
  }
}
