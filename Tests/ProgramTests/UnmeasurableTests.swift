import Foundation
import Testing

/// Where the host may not be looked at, the answer is "unknown" with the reason: never healthy, and
/// never broken.
@Suite(.enabled(if: Program.isRoot, "dropping privileges and unmounting take root"))
struct UnmeasurableTests {
  /// Checks that need nothing but what everybody may read.
  static let openToAll: Set<String> = [
    "cpu.virtualization", "kvm.device", "qemu.installed", "libvirt.running", "limits.memlock", "vfio.modules",
    "kernel.command-line", "firmware.iommu-table",
  ]

  @Test func withoutRightsToTheKernelLog() throws {
    let result = try Program.run(
      ["check", "--json"], wrapper: ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"])
    let findings = try findings(in: result)
    let asRoot = try self.findings(in: Program.run(["check", "--json"]))
    #expect(findings.count == asRoot.count)
    // Fewer rights may turn an answer into "unknown", or a device into one that may not be opened; they
    // never turn a pass into another failure or a failure into a pass.
    for (finding, rooted) in zip(findings, asRoot) where finding.status != rooted.status {
      #expect(
        finding.status == "unknown" || finding.status == "skipped" || Self.openToAll.contains(finding.id),
        "\(finding.id): \(rooted.status) as root, \(finding.status) as nobody")
      #expect(!(rooted.status == "fail" && finding.status == "pass"), "\(finding.id)")
    }
  }

  /// As in a container that has neither sysfs nor the kernel log.
  @Test(.enabled(if: Program.canMount)) func withoutSysfsAndLog() throws {
    let result = try Program.run(
      ["check", "--json"],
      wrapper: [
        "unshare", "--mount", "sh", "-c",
        "mount -t tmpfs none /sys && exec setpriv --reuid=65534 --regid=65534 --clear-groups \"$@\"", "sh",
      ])
    let measuredThere: Set<String> = ["iommu.active", "firmware.iommu-table", "iommu.messages"]
    for finding in try findings(in: result) where measuredThere.contains(finding.id) {
      #expect(finding.status == "unknown" || finding.status == "skipped", "\(finding.id): \(finding.status)")
    }
    #expect(result.status != 0)
  }

  private struct Finding {
    let id: String
    let status: String
  }

  private func findings(in result: Program.Result) throws -> [Finding] {
    #expect([0, 1, 3].contains(result.status), "\(result.status): \(result.errors)")
    let report = try #require(
      try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    return try #require(report["findings"] as? [[String: Any]]).map {
      Finding(id: $0["id"] as? String ?? "", status: $0["status"] as? String ?? "")
    }
  }
}
