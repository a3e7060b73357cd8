import Foundation
import Testing

/// Hosts that differ from their distribution's usual form: links in the place of files and folders, other mount
/// points, settings in other words, entries that lack or that are more.
@Suite(.enabled(if: Program.isRoot, "chroot and mounts take root"))
struct LayoutVariationTests {
  struct Variation: Sendable, CustomTestStringConvertible {
    let row: String
    /// Run by the shell in the tree.
    let change: String
    var testDescription: String { "\(row): \(change)" }
  }

  private static func of(_ row: String, _ change: String) -> Variation { Variation(row: row, change: change) }

  static let variations = [
    of("debian", "ln -s grub boot/grub2"),
    of("debian", "mv boot/grub boot/grub2; ln -s grub2 boot/grub"),
    of("debian", "mv boot/grub/grub.cfg boot/real.cfg; ln -s ../real.cfg boot/grub/grub.cfg"),
    of("debian", "mv boot/grub/grub.cfg boot/real.cfg; ln -s /boot/real.cfg boot/grub/grub.cfg"),
    of("debian", "mv etc/default/grub etc/grub.settings; ln -s ../grub.settings etc/default/grub"),
    of("debian", ": >boot/grub/grubenv"), of("debian", "rm boot/grub/grubenv"),
    of("debian", "echo root=x ro >etc/kernel/cmdline"),
    of("debian", "chmod 0600 boot/grub/grub.cfg etc/default/grub"),
    of("debian", "printf 'menuentry x {\\n linux /vmlinuz-old root=/dev/x\\n}\\n' >boot/grub/custom.cfg"),
    of("debian", "mkdir -p etc/default/grub.d/x.cfg.d; echo exit 0 >etc/default/grub.d/README"),
    of("fedora-44", "ln -s grub2 boot/grub"), of("fedora-44", "rm etc/grub2.cfg"),
    of("fedora-44", ": >boot/grub2/grubenv"), of("fedora-44", "sed -i 's/=true/=\"true\"/' etc/default/grub"),
    of("fedora-44", "sed -i 's/^GRUB_ENABLE/#&/' etc/default/grub"),
    of("fedora-44", "rm boot/loader/entries/*-6.1.0-1.conf"),
    of(
      "fedora-44", "echo options more=1 >>boot/loader/entries/11112222333344445555666677778888-6.1.0-2.conf"),
    of("fedora-44", "printf 'title Memtest\\nefi /EFI/memtest.efi\\n' >boot/loader/entries/memtest.conf"),
    of("rhel-10", "sed -i 's/^GRUB_ENABLE/#&/' etc/default/grub"),
    of("rhel-8", "rm -r boot/loader/entries/*rescue*"),
    of("fedora-44-efi", "mkdir efi; mv boot/efi/EFI efi/; sed -i s,/boot/efi,/efi, etc/fstab"),
    of("systemd-boot", "mkdir efi; mv boot/efi/* efi/; sed -i s,/boot/efi,/efi, etc/fstab"),
    of("systemd-boot", "mv boot/efi/* boot/; sed -i s,/boot/efi,/boot, etc/fstab"),
  ]

  @Test(arguments: variations)
  func argumentsComeAndGoThereToo(variation: Variation) throws {
    let tree = try BootTree(variation.row)
    let changed = try Program.runTool(["sh", "-ec", "cd \"$1\"; \(variation.change)", "sh", tree.path])
    try #require(changed.status == 0, "\(changed.errors)")
    let before = try tree.files()
    let added = try tree.doctor("kargs", "add", "intel_iommu=on", "--yes")
    #expect(added.status == 4, "\(added.errors)")
    let shown = try #require(try tree.show()["entries"] as? [[String: Any]])
    let own = shown.filter { $0["foreign"] as? Bool == false }
    #expect(!own.isEmpty)
    for entry in own {
      #expect((entry["arguments"] as? [String])?.contains("intel_iommu=on") == true, "\(entry)")
    }
    #expect(try tree.doctor("kargs", "add", "intel_iommu=on", "--yes").status == 0)
    let removed = try tree.doctor("kargs", "remove", "intel_iommu=on", "--yes")
    #expect(removed.status == 4, "\(removed.errors)")
    try tree.expectFiles(before, after: "removing")
    #expect(try tree.doctor("kargs", "add", "intel_iommu=on", "--yes").status == 4)
    #expect(try tree.doctor("undo", "--yes").status == 4)
    try tree.expectFiles(before, after: "undo")
  }

  /// os-prober finds other systems anew each time, or does not: an entry that would go keeps the old menu.
  @Test(arguments: [
    "chainloader /EFI/Microsoft/Boot/bootmgfw.efi", "multiboot /kernel", "linux /vmlinuz root=/dev/sdb1",
  ])
  func anotherSystemsEntryIsNeverLost(command: String) throws {
    let tree = try BootTree("debian")
    let script = tree.path + "/etc/grub.d/35_other"
    let entry = "menuentry 'Windows (on /dev/sdb1)' --class windows {\n\t\(command)\n}"
    try "#!/bin/sh\n[ -e /var/lib/other-disk ] || exit 0\ncat <<'CONFIG'\n\(entry)\nCONFIG\n".write(
      toFile: script, atomically: false, encoding: .utf8)
    _ = try Program.runTool([
      "sh", "-ec",
      "chmod 0755 \"$2\"; : >\"$1/var/lib/other-disk\"; chroot \"$1\" grub-mkconfig -o /boot/grub/grub.cfg",
      "sh",
      tree.path, script,
    ])
    #expect(try tree.text("boot/grub/grub.cfg").contains(entry))
    let before = try tree.files()
    #expect(try tree.doctor("kargs", "add", "intel_iommu=on", "--yes").status == 4)
    #expect(try tree.text("boot/grub/grub.cfg").contains(entry))
    #expect(try tree.doctor("undo", "--yes").status == 4)
    try FileManager.default.removeItem(atPath: tree.path + "/var/lib/other-disk")
    let failed = try tree.doctor("kargs", "add", "intel_iommu=on", "--yes")
    #expect(failed.status == 1)
    let said = failed.errors.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(
      said.contains("The entry \"Windows (on /dev/sdb1)\", which is not this system's, would be lost"),
      "\(said)")
    try tree.expectFiles(before, after: "the failure")
  }

  /// With their kernel options in a block that GRUB cannot write, entries have none; the way to mend it is told.
  @Test(arguments: [": >boot/grub2/grubenv", "rm boot/grub2/grubenv"])
  func aDamagedBlockOfKernelOptionsIsTold(change: String) throws {
    let tree = try BootTree("rhel-8")
    _ = try Program.runTool(["sh", "-ec", "cd \"$1\"; \(change)", "sh", tree.path])
    let before = try tree.files()
    let refused = try tree.doctor("kargs", "add", "intel_iommu=on", "--yes")
    #expect(refused.status == 5)
    let said = refused.errors.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(
      said.contains("grub2-editenv /boot/grub2/grubenv create; grub2-mkconfig -o /boot/grub2/grub.cfg"),
      "\(said)")
    try tree.expectFiles(before, after: "refusing")
  }
}
