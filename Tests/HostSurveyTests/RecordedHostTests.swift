import Diagnosis
import HostModel
import HostSurvey
import TestHosts
import Testing

/// Whole hosts, from their files to the report.
struct RecordedHostTests {
  struct Expectation: CustomTestStringConvertible {
    let host: String
    let outcome: Report.Outcome
    /// The findings that are not healthy, with their causes.
    let troubles: [String: String]
    var testDescription: String { host }
  }

  @Test(arguments: [
    Expectation(host: "intel-ready", outcome: .ready, troubles: [:]),
    Expectation(host: "amd-ready", outcome: .ready, troubles: [:]),
    Expectation(
      host: "intel-no-table", outcome: .notReady,
      troubles: ["iommu.active": "no-table", "firmware.iommu-table": "no-table"]),
    Expectation(
      host: "intel-off-by-default", outcome: .notReady, troubles: ["iommu.active": "not-enabled-by-default"]),
    Expectation(
      host: "amd-off-by-argument", outcome: .notReady,
      troubles: ["iommu.active": "disabled-by-argument", "iommu.interrupt-remapping": "disabled-by-argument"]),
    Expectation(host: "intel-no-vmx", outcome: .notReady, troubles: ["cpu.virtualization": "no-flag"]),
  ])
  func theReportNamesStateAndCause(expected: Expectation) throws {
    let report = Report(on: surveyHost(try RecordedHost(named: expected.host).root))
    #expect(report.outcome == expected.outcome)
    var troubles: [String: String] = [:]
    for finding in report.findings where finding.verdict.status != .pass && finding.verdict.status != .skipped
    {
      troubles[finding.check.id] = finding.verdict.cause?.id ?? finding.verdict.summary
    }
    #expect(troubles == expected.troubles)
  }
}
