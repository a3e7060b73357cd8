import Foundation
import Testing

/// Every layout of boot loaders, as a tree whose programs behave as that system's do: arguments are
/// added where they count, everywhere they count, and go without a trace.
@Suite(.enabled(if: Program.isRoot, "chroot and mounts take root"))
struct LayoutTests {
  static let rows: [String] = {
    let list = try? Program.runTool([BootTree.maker, "--rows"]).output
    return (list ?? "").split(separator: "\n").map(String.init)
  }()

  @Test func thereAreRows() { #expect(Self.rows.count >= 36) }

  @Test(arguments: rows)
  func argumentsComeAndGo(row: String) throws {
    let tree = try BootTree(row)
    let before = try tree.files()
    #expect(try tree.entries().allSatisfy { !$0.arguments.contains("intel_iommu=on") })

    let dryRun = try tree.doctor("kargs", "add", "intel_iommu=on", "iommu=pt", "--dry-run")
    #expect(dryRun.status == 0, "\(dryRun.errors)")
    #expect(try tree.files() == before, "a dry run wrote something")

    let added = try tree.doctor("kargs", "add", "intel_iommu=on", "iommu=pt", "--yes")
    #expect(added.status == 4, "\(added.errors)")
    // The tree's files as the loader would read them, not what the program says of them.
    for entry in try tree.entries() {
      let hasBoth = entry.arguments.contains("intel_iommu=on") && entry.arguments.contains("iommu=pt")
      #expect(hasBoth == !entry.isUntouched, "\(entry.name): \(entry.arguments)")
    }
    let changed = try tree.files()
    for (path, content) in before
    where path.contains("99998888777766665555444433332222") || path.contains("EFI/other") {
      #expect(changed[path] == content, "/\(path) is another system's")
    }
    let again = try tree.doctor("kargs", "add", "intel_iommu=on", "iommu=pt", "--yes")
    #expect(again.status == 0, "\(again.errors)")
    #expect(try tree.files() == changed, "adding twice changed something the second time")

    let removed = try tree.doctor("kargs", "remove", "intel_iommu=on", "iommu=pt", "--yes")
    #expect(removed.status == 4, "\(removed.errors)")
    try tree.expectFiles(before, after: "removing", but: row == "kernelstub" ? ["configuration"] : [])
  }

  @Test(arguments: rows)
  func undoGivesTheFirstBytesBack(row: String) throws {
    let tree = try BootTree(row)
    let before = try tree.files()
    #expect(try tree.doctor("kargs", "add", "intel_iommu=on", "--yes").status == 4)
    #expect(try tree.files() != before)
    let undone = try tree.doctor("undo", "--yes")
    #expect(undone.status == 4, "\(undone.errors)")
    try tree.expectFiles(before, after: "undo")
  }

  @Test(arguments: rows)
  func showTellsWhatTheLoaderWouldResolve(row: String) throws {
    let tree = try BootTree(row)
    #expect(try tree.doctor("kargs", "add", "intel_iommu=on", "--yes").status == 4)
    let document = try tree.show()
    let shown = try #require(document["entries"] as? [[String: Any]])
    // proxmox-boot-tool's partitions are not mounted, so that nobody sees their entries.
    for entry in row == "proxmox" ? [] : try tree.entries() {
      let match = shown.first { ($0["arguments"] as? [String]) == entry.arguments }
      #expect(match != nil, "\(entry.name) with \(entry.arguments) is not shown")
    }
    let differences = try #require(document["differences"] as? [[String: Any]])
    #expect(differences.map { $0["kind"] as? String } == ["not-booted"], "\(differences)")
  }

  /// New kernels take their arguments from this file where it is not older than etc/default/grub.
  @Test(
    arguments: rows.filter {
      $0.hasPrefix("fedora-36") || $0.hasPrefix("fedora-44") || $0.hasPrefix("rhel-9.0")
    })
  func kernelCommandLineIsNotOlderThanTheDefaults(row: String) throws {
    let tree = try BootTree(row)
    #expect(try tree.doctor("kargs", "add", "intel_iommu=on", "--yes").status == 4)
    let check = try Program.runTool([
      "sh", "-c", "! [ \(tree.path)/etc/default/grub -nt \(tree.path)/etc/kernel/cmdline ]",
    ])
    #expect(check.status == 0)
  }

  /// kernel-install would give a kernel that comes before the next boot the arguments of the running one.
  @Test(arguments: ["fedora-33", "fedora-34", "rhel-9-bare", "systemd-boot-bare"])
  func aKernelThatComesBeforeTheNextBootHasThem(row: String) throws {
    let tree = try BootTree(row)
    #expect(throws: (any Error).self) { try tree.text("etc/kernel/cmdline") }
    #expect(try tree.doctor("kargs", "add", "intel_iommu=on", "iommu=pt", "--yes").status == 4)
    let usual = "root=UUID=0a0a0a0a-1111-2222-3333-444444444444 ro quiet"
    #expect(try tree.text("etc/kernel/cmdline") == usual + " intel_iommu=on iommu=pt\n")
    // Half of it taken out again, the file is still needed.
    #expect(try tree.doctor("kargs", "remove", "iommu=pt", "--yes").status == 4)
    #expect(try tree.text("etc/kernel/cmdline") == usual + " intel_iommu=on\n")
    // After a reboot the running kernel's arguments would bring it back.
    try (usual + " intel_iommu=on\n").write(
      toFile: tree.path + "/proc/cmdline", atomically: false, encoding: .utf8)
    #expect(try tree.doctor("kargs", "remove", "intel_iommu=on", "--yes").status == 4)
    #expect(try tree.text("etc/kernel/cmdline") == usual + "\n")
  }

  /// What somebody else wrote into it, or the distribution gives instead of it, counts.
  @Test func theDistributionsLineIsTheGroundOfANewFile() throws {
    let tree = try BootTree("systemd-boot-bare")
    try FileManager.default.createDirectory(
      atPath: tree.path + "/usr/lib/kernel", withIntermediateDirectories: true)
    try "root=LABEL=x rw splash\n".write(
      toFile: tree.path + "/usr/lib/kernel/cmdline", atomically: false, encoding: .utf8)
    #expect(try tree.doctor("kargs", "add", "intel_iommu=on", "--yes").status == 4)
    #expect(try tree.text("etc/kernel/cmdline") == "root=LABEL=x rw splash intel_iommu=on\n")
    try "root=LABEL=x rw splash mine intel_iommu=on\n".write(
      toFile: tree.path + "/etc/kernel/cmdline", atomically: false, encoding: .utf8)
    #expect(try tree.doctor("kargs", "remove", "intel_iommu=on", "--yes").status == 4)
    #expect(try tree.text("etc/kernel/cmdline") == "root=LABEL=x rw splash mine\n")
  }

  /// RHEL 9.2 and later: grub.cfg holds the argument, and no entry does.
  @Test(arguments: ["rhel-9", "rhel-10"])
  func aWordInTheConfigurationProvesNothing(row: String) throws {
    let tree = try BootTree(row)
    _ = try Program.runTool([
      "sed", "-i", "s/^GRUB_CMDLINE_LINUX=.*/GRUB_CMDLINE_LINUX=\"quiet intel_iommu=on\"/",
      tree.path + "/etc/default/grub",
    ])
    let made = try Program.runTool([
      "chroot", tree.path, "/usr/sbin/grub2-mkconfig", "-o", "/boot/grub2/grub.cfg",
    ])
    #expect(made.status == 0)
    #expect(try tree.text("boot/grub2/grub.cfg").contains("intel_iommu=on"))
    let kinds = (try tree.show()["differences"] as? [[String: Any]] ?? []).map { $0["kind"] as? String }
    #expect(kinds.contains("entries-differ"))
    let report = try tree.doctor("check", "--json")
    let finding = try #require(try Self.finding("boot.arguments", in: report.output))
    #expect(finding["status"] as? String == "warn")
    #expect(finding["cause"] as? String == "entries-differ")
    let remedy = finding["remedy"] as? [String: Any]
    #expect(remedy?["commands"] as? [String] == ["passthru-doctor kargs add intel_iommu=on"])
    // And that command mends it.
    #expect(try tree.doctor("kargs", "add", "intel_iommu=on", "--yes").status == 4)
    #expect(try tree.entries().allSatisfy { $0.isUntouched || $0.arguments.contains("intel_iommu=on") })
  }

  @Test(arguments: rows)
  func aHealthyHostPasses(row: String) throws {
    let report = try BootTree(row).doctor("check", "--json")
    for id in ["boot.layout", "boot.arguments"] {
      let finding = try #require(try Self.finding(id, in: report.output))
      #expect(finding["status"] as? String == "pass", "\(id): \(finding["summary"] ?? "")")
    }
  }

  static func finding(_ id: String, in json: String) throws -> [String: Any]? {
    let document = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
    return (document?["findings"] as? [[String: Any]])?.first { $0["id"] as? String == id }
  }
}
