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
}
