import Foundation
import Testing

/// `kargs try` on a root with Debian's GRUB; what GRUB does at boot is done by grub-editenv here, and by GRUB itself
/// in Tests/VirtualHosts/kargs.sh.
@Suite(.enabled(if: GrubTree.isPossible))
struct KernelTrialTests {
  /// As GRUB leaves its block when it has started the entry.
  private func startTrial(_ tree: GrubTree) throws {
    let done = try tree.inside(
      ["grub-editenv", "/boot/grub/grubenv", "set", "next_entry=", "passthru_doctor_trial=started"])
    #expect(done.status == 0, "\(done.errors)")
  }

  private func outcome(_ tree: GrubTree) throws -> String? {
    let shown = try tree.doctor(["kargs", "show", "--json"])
    let document = try JSONSerialization.jsonObject(with: Data(shown.output.utf8)) as? [String: Any]
    return (document?["trial"] as? [String: Any])?["outcome"] as? String
  }

  @Test func aDryRunShowsWhatWouldBeAndWritesNothing() throws {
    let tree = try GrubTree()
    let before = try tree.files()
    let shown = try tree.doctor(["kargs", "try", "intel_iommu=on", "--dry-run"])
    #expect(shown.status == 0, "\(shown.errors)")
    #expect(shown.output.contains("+++ b/boot/grub/custom.cfg"))
    #expect(shown.output.contains("+next_entry=passthru-doctor-trial"))
    #expect(try tree.files() == before)
  }

  @Test func whatGrubWroteSinceDoesNotKeepItFromBeingUndone() throws {
    let tree = try GrubTree()
    try tree.directory.write("menuentry 'Mine' {\n  true\n}", at: "boot/grub/custom.cfg")
    let before = try tree.files()
    #expect(try tree.doctor(["kargs", "try", "intel_iommu=on", "--yes"]).status == 4)
    #expect(try tree.inside(["grub-script-check", "/boot/grub/custom.cfg"]).status == 0)
    #expect(
      try tree.inside(["grub-editenv", "/boot/grub/grubenv", "list"]).output
        == "next_entry=passthru-doctor-trial\n")
    #expect(try outcome(tree) == "waiting")
    try startTrial(tree)
    #expect(try outcome(tree) == "fell-back")
    let line = try tree.text("proc/cmdline").trimmingCharacters(in: .newlines)
    // The kernel's own line in the trial: that of the entry.
    let entry = try tree.text("boot/grub/custom.cfg").split(separator: "\n").first {
      $0.contains("linux\t/boot")
    }
    let words = entry.map { String($0.split(separator: "\t").dropFirst().joined(separator: " ")) } ?? ""
    try tree.directory.write("BOOT_IMAGE=\(words)\n", at: "proc/cmdline")
    #expect(try outcome(tree) == "running")
    try tree.directory.write("\(line)\n", at: "proc/cmdline")
    let undone = try tree.doctor(["undo", "--yes"])
    #expect(undone.status == 4, "\(undone.errors)")
    #expect(try tree.files() == before)
  }

  /// What the kernel left in the firmware's memory when it panicked, is told; an older one is of no trial.
  @Test(arguments: ["sys/fs/pstore/dmesg-efi_pstore-1", "var/lib/systemd/pstore/1700/001/dmesg.txt"])
  func aRecordOfThePanicIsTold(path: String) throws {
    let tree = try GrubTree()
    try tree.directory.write("Panic#1\nKernel panic - not syncing: old\n", at: path)
    _ = try Program.runTool(["touch", "-d", "2020-01-01", tree.path + "/" + path])
    #expect(try tree.doctor(["kargs", "try", "intel_iommu=on", "--yes"]).status == 4)
    try startTrial(tree)
    #expect(try tree.doctor(["kargs", "show"]).output.contains("whether it panicked or was restarted"))
    try tree.directory.write("Panic#1\n<0>[ 1.2] Kernel panic - not syncing: VFS: no root\n", at: path)
    let shown = try tree.doctor(["kargs", "show"])
    #expect(
      shown.output.contains(
        "The kernel panicked (/\(path)): <0>[ 1.2] Kernel panic - not syncing: VFS: no root"))
    let report = try tree.doctor(["check", "--json", "--only", "boot.trial"])
    let finding = try #require(try LayoutTests.finding("boot.trial", in: report.output))
    #expect((finding["summary"] as? String)?.contains("VFS: no root") == true, "\(finding)")
  }

  @Test func keepingTheArgumentsTakesTheTrialAway() throws {
    let tree = try GrubTree()
    #expect(try tree.doctor(["kargs", "try", "intel_iommu=on", "--yes"]).status == 4)
    try startTrial(tree)
    let kept = try tree.doctor(["kargs", "add", "intel_iommu=on", "--yes"])
    #expect(kept.status == 4, "\(kept.errors)")
    #expect(!tree.exists("boot/grub/custom.cfg"))
    #expect(try tree.inside(["grub-editenv", "/boot/grub/grubenv", "list"]).output == "")
    #expect(try tree.text("boot/grub/grub.cfg").contains("intel_iommu=on"))
  }

  @Test func clearingLeavesNothingAndIsIdempotent() throws {
    let tree = try GrubTree()
    let before = try tree.files()
    #expect(try tree.doctor(["kargs", "try", "intel_iommu=on", "--yes"]).status == 4)
    #expect(try tree.doctor(["kargs", "try", "--clear", "--yes"]).status == 0)
    #expect(try tree.files() == before)
    #expect(try tree.doctor(["kargs", "try", "--clear", "--yes"]).status == 0)
  }

  @Test(arguments: [
    ("boot/grub/grubenv", "", "grubenv"), ("boot/grub/custom.cfg", "menuentry {\n", "grub-script-check"),
    ("boot/grub/custom.cfg", "set default=2\n", "default"),
  ])
  func whereItWouldNotFallBackTheMenuIsTold(path: String, text: String, word: String) throws {
    let tree = try GrubTree()
    try tree.directory.write(text, at: path)
    let before = try tree.files()
    let refused = try tree.doctor(["kargs", "try", "intel_iommu=on", "--yes"])
    #expect(refused.status == 5)
    #expect(refused.errors.contains(word), "\(refused.errors)")
    #expect(word == "grub-script-check" || refused.errors.contains("Ctrl-x"), "\(refused.errors)")
    #expect(try tree.files() == before)
  }

  @Test(arguments: ["panic=0", "intel_iommu=on;reboot", "amd_iommu=on"])
  func argumentsThatMustNotBeTriedAreRefused(argument: String) throws {
    let tree = try GrubTree()
    let refused = try tree.doctor(["kargs", "try", argument, "--yes"])
    #expect(refused.status == 5, "\(refused.output)\(refused.errors)")
    #expect(!tree.exists("boot/grub/custom.cfg"))
  }
}
