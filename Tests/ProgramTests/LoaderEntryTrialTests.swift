import Foundation
import Testing

/// `kargs try` where GRUB's entries are files of loader/entries: the copy in custom.cfg is what blscfg would run.
@Suite(.enabled(if: Program.isRoot, "chroot and mounts take root"))
struct LoaderEntryTrialTests {
  static let rows = LayoutTests.rows.filter {
    ($0.hasPrefix("fedora") && !$0.hasPrefix("fedora-21")) || $0.hasPrefix("rhel-8") || $0.hasPrefix("rhel-9")
      || $0.hasPrefix("rhel-10")
  }

  /// Beside the grub.cfg that GRUB reads, which was on the ESP once.
  private static func folder(_ row: String) -> String {
    row == "fedora-32-efi" ? "boot/efi/EFI/fedora" : "boot/grub2"
  }

  @Test func thereAreRows() { #expect(Self.rows.count >= 16) }

  @Test(arguments: rows)
  func aCopyOfTheRunningEntryIsTriedOnce(row: String) throws {
    let tree = try BootTree(row)
    let before = try tree.files()
    let tried = try tree.doctor("kargs", "try", "intel_iommu=on", "--yes")
    #expect(tried.status == 4, "\(tried.errors)")
    let changed = try tree.files().filter { $0.value != before[$0.key] }.keys.sorted()
    #expect(changed == [Self.folder(row) + "/custom.cfg", Self.folder(row) + "/grubenv"])
    let custom = try tree.text(Self.folder(row) + "/custom.cfg")
    let lines = custom.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
    let kernel = try #require(lines.first { $0.hasPrefix("linux ") })
    #expect(kernel.hasPrefix("linux /boot/vmlinuz-6.1.0-2 "))
    #expect(kernel.hasSuffix(" intel_iommu=on panic=5"))
    #expect(lines.contains { $0.hasPrefix("initrd /boot/initramfs-6.1.0-2.img") })
    #expect(lines.contains("search --no-floppy --fs-uuid --set=root 0a0a0a0a-1111-2222-3333-444444444444"))
    #expect(lines.contains("insmod ext2"))
    #expect(try tree.text(Self.folder(row) + "/grubenv").contains("\nnext_entry=passthru-doctor-trial\n"))
    let shown = try tree.show()
    #expect((shown["trial"] as? [String: Any])?["outcome"] as? String == "waiting")
    #expect(try tree.doctor("undo", "--yes").status == 4)
    try tree.expectFiles(before, after: "undo")
  }

  /// What was tried and ran well goes into the entries, and the trial goes away.
  @Test(arguments: ["fedora-44", "rhel-10", "rhel-8"])
  func keepingItSettlesTheTrial(row: String) throws {
    let tree = try BootTree(row)
    #expect(try tree.doctor("kargs", "try", "intel_iommu=on", "--yes").status == 4)
    #expect(try tree.doctor("kargs", "add", "intel_iommu=on", "--yes").status == 4)
    #expect(!FileManager.default.fileExists(atPath: tree.path + "/boot/grub2/custom.cfg"))
    #expect(try !tree.text("boot/grub2/grubenv").contains("passthru"))
    #expect(try tree.entries().allSatisfy { $0.isUntouched || $0.arguments.contains("intel_iommu=on") })
    #expect(try tree.show()["trial"] is NSNull)
  }
}
