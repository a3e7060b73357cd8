import Foundation
import Testing

/// Debian's own grub-mkconfig, below another root.
@Suite(.enabled(if: Program.isRoot, "chroot and mounts take root"))
struct DebianGrubTests {
  static let maker = Program.packageRoot + "/Tests/Support/make-debian-grub-tree"

  @Test(arguments: ["bookworm", "trixie"])
  func everyEntryGetsTheArgumentsAndLosesThem(suite: String) throws {
    let tree = try BootTree(suite, by: Self.maker)
    let before = try tree.files()
    let entries = try tree.entries()
    #expect(entries.count == 5)
    #expect(try tree.doctor("kargs", "add", "intel_iommu=on", "iommu=pt", "--yes").status == 4)
    for entry in try tree.entries() {
      #expect(entry.arguments.contains("intel_iommu=on") && entry.arguments.contains("iommu=pt"), "\(entry)")
    }
    #expect(try tree.entries().count == entries.count)
    #expect(try tree.doctor("kargs", "remove", "intel_iommu=on", "iommu=pt", "--yes").status == 4)
    try tree.expectFiles(before, after: "removing")
    #expect(try tree.doctor("kargs", "add", "intel_iommu=on", "--yes").status == 4)
    #expect(try tree.doctor("undo", "--yes").status == 4)
    try tree.expectFiles(before, after: "undo")
  }

  private func inside(_ tree: BootTree, _ command: String...) throws -> Program.Result {
    try Program.runTool(["chroot", tree.path] + command)
  }

  @Test(arguments: ["bookworm", "trixie"])
  func aTrialIsPreparedAndTakenBack(suite: String) throws {
    let tree = try BootTree(suite, by: Self.maker)
    let before = try tree.files()
    let tried = try tree.doctor("kargs", "try", "intel_iommu=on", "--yes")
    #expect(tried.status == 4, "\(tried.errors)")
    #expect(try inside(tree, "grub-script-check", "/boot/grub/custom.cfg").status == 0)
    let listed = try inside(tree, "grub-editenv", "/boot/grub/grubenv", "list").output
    #expect(listed == "next_entry=passthru-doctor-trial\n")
    // A copy of the running kernel's entry, which is the first one.
    let usual = try #require(try tree.entries().first)
    let line = try tree.text("boot/grub/custom.cfg").split(separator: "\n").first { $0.contains("\tlinux\t") }
    let words = line?.split(whereSeparator: \.isWhitespace).dropFirst(2).map(String.init)
    #expect(words == usual.arguments + ["intel_iommu=on", "panic=5"])
    #expect(try tree.show()["trial"] is [String: Any])
    // GRUB starts it, and the boot after is the usual one.
    _ = try inside(
      tree, "grub-editenv", "/boot/grub/grubenv", "set", "next_entry=", "passthru_doctor_trial=started")
    let trial = try #require(try tree.show()["trial"] as? [String: Any])
    #expect(trial["outcome"] as? String == "fell-back")
    #expect(trial["end"] is NSNull)
    #expect(try tree.doctor("kargs", "try", "--clear", "--yes").status == 0)
    try tree.expectFiles(before, after: "clearing")
  }

  @Test(arguments: ["bookworm", "trixie"])
  func eachKernelHasAnEntryWithoutBinding(suite: String) throws {
    let tree = try BootTree(suite, by: Self.maker)
    let script = tree.path + "/etc/grub.d/42_passthru"
    try FileManager.default.copyItem(atPath: Program.packageRoot + "/grub/42_passthru", toPath: script)
    try FileManager.default.createDirectory(
      atPath: tree.path + "/etc/passthru-doctor", withIntermediateDirectories: true)
    try "version 1\n".write(
      toFile: tree.path + "/etc/passthru-doctor/bindings.conf", atomically: false, encoding: .utf8)
    let before = try tree.files()
    #expect(try tree.doctor("kargs", "add", "iommu=pt", "--yes").status == 4)
    let without = try tree.entries().filter { $0.arguments.contains("rd.passthru=0") }
    #expect(without.map(\.name).count == 2, "\(without)")
    for release in ["6.1.0-1-amd64", "6.12.3+deb13-amd64"] {
      let own = try #require(without.first { $0.name.contains(release) })
      let usual = try tree.entries().first { $0.name.hasSuffix("with Linux \(release)") }
      #expect(own.arguments.filter { $0 != "rd.passthru=0" } == usual?.arguments)
    }
    #expect(try inside(tree, "grub-script-check", "/boot/grub/grub.cfg").status == 0)
    #expect(try tree.doctor("undo", "--yes").status == 4)
    // The menu follows the script that is there; everything else is as before.
    try tree.expectFiles(before, after: "undo", but: ["grub.cfg"])
  }
}
