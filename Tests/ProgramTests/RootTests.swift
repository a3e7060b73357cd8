import Foundation
import Testing

/// With `--root`, nothing of the running host shows up: every path that is opened is traced.
struct RootTests {
  /// Names of vendors and devices are no evidence of a host.
  static let hardwareDatabases = [
    "/etc/udev/hwdb", "/lib/udev/hwdb", "/usr/lib/udev/hwdb", "/usr/share/hwdata", "/usr/share/misc",
    "/etc/systemd/hwdb", "/lib/systemd/hwdb", "/usr/lib/systemd/hwdb",
  ]

  @Test(arguments: [["check"], ["check", "--json"], ["check", "-v"]])
  func nothingOfTheRunningHostIsOpened(arguments: [String]) throws {
    let root = try TemporaryDirectory()
    try root.write("root=/dev/sda1 quiet\n", at: "proc/cmdline")
    try root.write("processor\t: 0\nflags\t\t: fpu vmx\n", at: "proc/cpuinfo")
    try root.makeDirectory("sys/kernel/iommu_groups")
    try root.makeDirectory("sys/class/iommu")
    try root.makeDirectory("sys/bus/pci/devices")
    try FileManager.default.createSymbolicLink(atPath: root.path + "/etc", withDestinationPath: "/real-etc")
    try root.write("ID=inside\nPRETTY_NAME=inside\n", at: "real-etc/os-release")

    let toStartAtAll = try pathsOpened(by: ["--version"]).paths
    let run = try pathsOpened(by: arguments + ["--root", root.path])
    let outside = run.paths.subtracting(toStartAtAll).filter { path in
      !path.hasPrefix(root.path) && !Self.hardwareDatabases.contains { path.hasPrefix($0) }
    }
    #expect(outside.isEmpty)
    #expect(run.paths.contains { $0.hasPrefix(root.path + "/real-etc") })
    #expect(run.output.contains("inside"))
  }

  /// Swift's own arguments come from /proc, and a chroot may have none: a command must not become another.
  @Test(.enabled(if: Program.canMount)) func argumentsCountWithoutProc() throws {
    let result = try Program.run(
      ["--version"], wrapper: ["unshare", "--mount", "sh", "-c", "umount -l /proc && exec \"$@\"", "sh"])
    #expect(result.status == 0 && result.output.count < 20, "\(result.output)\(result.errors)")
  }

  /// Every path that a call reached or named absolutely, existing or not.
  private func pathsOpened(by arguments: [String]) throws -> (paths: Set<String>, output: String) {
    let trace = NSTemporaryDirectory() + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: trace) }
    let result = try Program.run(
      arguments, wrapper: ["strace", "-f", "-y", "-o", trace, "-e", "trace=%file,connect"])
    #expect(result.status != 2, "\(result.errors)")
    var paths: Set<String> = []
    for call in try String(contentsOfFile: trace, encoding: .utf8).split(separator: "\n") {
      // = 3</path> is where a descriptor leads; "/path" is what was asked for. openat2 asks below a
      // descriptor, so only where it leads counts.
      if let end = call.range(of: " = [0-9]+</[^>]*>", options: .regularExpression) {
        paths.insert(String(call[end].drop { $0 != "/" }.dropLast()))
      }
      let asksBelowADirectory =
        call.contains("openat2(") || call.contains("openat(") && !call.contains("AT_FDCWD")
      if !asksBelowADirectory, let named = call.range(of: "\"/[^\"]*\"", options: .regularExpression) {
        paths.insert(String(call[named].dropFirst().dropLast()))
      }
    }
    // /proc/self leads to /proc/PID, which differs between the runs.
    let named = paths.map {
      $0.replacingOccurrences(of: "^/proc/[0-9]+/", with: "/proc/self/", options: .regularExpression)
    }
    return (Set(named), result.output)
  }

  @Test func twoRunsAreTheSameBytes() throws {
    let root = try TemporaryDirectory()
    try root.write("root=/dev/sda1 intel_iommu=off\n", at: "proc/cmdline")
    let first = try Program.run(["check", "--json", "--root", root.path])
    let second = try Program.run(["check", "--json", "--root", root.path])
    #expect(first.output == second.output)
    #expect(!first.output.isEmpty)
  }

  @Test func aSnapshotIsJudgedAsTheHostWas() throws {
    let root = try TemporaryDirectory()
    try root.write("root=/dev/sda1 intel_iommu=off\n", at: "proc/cmdline")
    try root.write("processor\t: 0\nflags\t\t: fpu vmx\n", at: "proc/cpuinfo")
    try root.makeDirectory("sys/kernel/iommu_groups")
    try root.makeDirectory("sys/class/iommu")
    let file = root.path + ".host"
    defer { try? FileManager.default.removeItem(atPath: file) }
    #expect(try Program.run(["snapshot", file, "--root", root.path]).status == 0)
    let live = try Program.run(["check", "--json", "--root", root.path])
    let recorded = try Program.run(["check", "--json", "--root", file])
    #expect(recorded.status == live.status)
    #expect(recorded.output.replacingOccurrences(of: file, with: root.path) == live.output)
  }
}
