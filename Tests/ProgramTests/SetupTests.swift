import Foundation
import Testing

/// `setup` on hosts that stand in a directory: what it finds, changes, and leaves.
struct SetupTests {
  private static let isPossible =
    Program.isRoot && FileManager.default.isExecutableFile(atPath: "/usr/sbin/grub-mkconfig")

  @Test(arguments: ["intel-ready", "intel-off-by-default", "amd-off-by-argument"])
  func aDryRunShowsEveryStageOfARecordedHost(name: String) throws {
    let host = Program.packageRoot + "/Tests/Hosts/\(name).host"
    let text = try Program.run(["setup", "--dry-run", "--root", host])
    #expect(text.status == 0 && text.output.hasSuffix("changed.\n"), "\(text.output)\(text.errors)")
    let json = try Program.run(["setup", "--dry-run", "--json", "--root", host])
    let document = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
    #expect(document?["schema"] as? String == "passthru-doctor/setup/1")
    let stages = document?["stages"] as? [[String: Any]] ?? []
    #expect(
      stages.compactMap { $0["stage"] as? String } == [
        "processor", "firmware", "kernel", "boot-loader", "modules", "devices", "binding", "virtualization",
      ])
  }

  @Test func withoutATerminalNothingIsChanged() throws {
    let result = try Program.run(
      ["setup", "--root", Program.packageRoot + "/Tests/Hosts/intel-off-by-default.host"])
    #expect(result.status == 2, "a recorded host cannot be changed: \(result.errors)")
  }

  /// The IOMMU is off and waits for an argument: setup adds it, and after the reboot finds it in effect.
  @Test(.enabled(if: isPossible)) func anArgumentIsAddedOnceAndCountsAfterTheReboot() throws {
    let root = try bareHost()
    let before = try files(root)
    let setup = ["setup", "--yes", "--skip", "virtualization", "--root", root.path]
    let dry = try Program.run(["setup", "--dry-run", "--skip", "virtualization", "--root", root.path])
    #expect(dry.status == 0 && dry.output.contains("+++ b/etc/default/grub"), "\(dry.output)\(dry.errors)")
    #expect(try files(root) == before, "a dry run writes nothing")
    let unasked = try Program.run(["setup", "--skip", "virtualization", "--root", root.path])
    #expect(unasked.status == 2 && unasked.errors.contains("no terminal"), "\(unasked.errors)")
    #expect(try files(root) == before)

    let first = try Program.run(setup)
    #expect(first.status == 4 && first.output.contains("Done: change 1."), "\(first.output)\(first.errors)")
    let changed = try files(root)
    #expect(changed["etc/default/grub"]?.contains("intel_iommu=on") == true)
    #expect(changed["boot/grub/grub.cfg"]?.contains("intel_iommu=on") == true)

    // Not restarted yet: what was written is not written again.
    let impatient = try Program.run(setup)
    #expect(impatient.status == 4 && impatient.output.contains("stands already"), "\(impatient.output)")
    #expect(try files(root) == changed)

    try root.write("root=UUID=x ro quiet intel_iommu=on\n", at: "proc/cmdline")
    try root.makeDirectory("sys/class/iommu/dmar0")
    let second = try Program.run(setup)
    #expect(!second.output.contains("Done: change"), "\(second.output)")
    #expect(!second.output.contains("stands already"), "\(second.output)")

    let undo = try Program.run(["undo", "--all", "--yes", "--root", root.path])
    #expect(undo.status == 4, "\(undo.errors)")
    let after = try files(root)
    #expect(after["etc/default/grub"] == before["etc/default/grub"])
    #expect(after["boot/grub/grub.cfg"] == before["boot/grub/grub.cfg"])
  }

  /// A Debian with GRUB on an Intel machine whose kernel leaves the IOMMU off.
  private func bareHost() throws -> TemporaryDirectory {
    let root = try TemporaryDirectory()
    let made = try Program.runTool([Program.packageRoot + "/Tests/Support/make-grub-tree", root.path])
    try #require(made.status == 0, "\(made.errors)")
    try root.write("6.1.0-2-amd64\n", at: "proc/sys/kernel/osrelease")
    try root.write(
      "processor\t: 0\nvendor_id\t: GenuineIntel\nflags\t\t: fpu vmx\n\n", at: "proc/cpuinfo")
    try root.write(
      "CONFIG_INTEL_IOMMU=y\n# CONFIG_INTEL_IOMMU_DEFAULT_ON is not set\nCONFIG_VFIO=m\nCONFIG_VFIO_PCI=m\n",
      at: "boot/config-6.1.0-2-amd64")
    for name in ["sys/class/iommu", "sys/kernel/iommu_groups", "sys/bus/pci/devices"] {
      try root.makeDirectory(name)
    }
    try root.makeDirectory("sys/firmware/acpi/tables")
    try Self.dmar().write(to: URL(fileURLWithPath: root.path + "/sys/firmware/acpi/tables/DMAR"))
    return root
  }

  /// A table with one IOMMU for everything, which can remap interrupts (VT-d specification, 8).
  private static func dmar() -> Data {
    let unit: [UInt8] = [0, 0, 16, 0, 1, 0, 0, 0, 0, 0x90, 0xd9, 0xfe, 0, 0, 0, 0]
    let body: [UInt8] = [38, 1] + [UInt8](repeating: 0, count: 10) + unit
    var table = Array("DMAR".utf8) + [UInt8(36 + body.count), 0, 0, 0, 1, 0]
    table +=
      Array("TEST  ".utf8) + Array("TESTTABL".utf8) + [1, 0, 0, 0] + Array("TEST".utf8) + [1, 0, 0, 0]
    table += body
    // All bytes of an ACPI table add up to nothing.
    table[9] = 0 &- table.reduce(0, &+)
    return Data(table)
  }

  /// The text of what boots the host.
  private func files(_ root: TemporaryDirectory) throws -> [String: String] {
    var texts: [String: String] = [:]
    for name in ["etc/default/grub", "boot/grub/grub.cfg"] {
      texts[name] = try String(contentsOfFile: root.path + "/" + name, encoding: .utf8)
    }
    let dropIns = try FileManager.default.contentsOfDirectory(atPath: root.path + "/etc/default/grub.d")
    for name in dropIns {
      let path = "etc/default/grub.d/" + name
      texts[path] = try String(contentsOfFile: root.path + "/" + path, encoding: .utf8)
    }
    return texts
  }
}
