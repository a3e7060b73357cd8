import Foundation
import Testing

/// grub/42_passthru, run by Debian's own grub-mkconfig.
@Suite(.enabled(if: GrubTree.isPossible))
struct EntryWithoutBindingTests {
  private func tree(withChoice: Bool) throws -> GrubTree {
    let tree = try GrubTree()
    try FileManager.default.copyItem(
      atPath: Program.packageRoot + "/grub/42_passthru", toPath: tree.path + "/etc/grub.d/42_passthru")
    if withChoice { try tree.directory.write("version 1\n", at: "etc/passthru-doctor/bindings.conf") }
    return tree
  }

  /// The lines that load kernels and images, in order, without the indentation: ours, or 10_linux's.
  private func loading(_ menu: String, from script: String) -> [String] {
    let part = menu.components(separatedBy: "### BEGIN /etc/grub.d/\(script) ###").last?
      .components(separatedBy: "### END").first
    return (part ?? "").split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
      .filter { $0.hasPrefix("linux\t") || $0.hasPrefix("initrd\t") }
  }

  @Test func eachKernelHasOneWithTheSameRootAndImage() throws {
    let tree = try tree(withChoice: true)
    try tree.directory.write(
      "GRUB_CMDLINE_LINUX='a=b -- c'\nGRUB_CMDLINE_LINUX_DEFAULT=quiet\n", at: "etc/default/grub")
    let made = try tree.makeMenu()
    #expect(made.status == 0, "\(made.errors)")
    let menu = try tree.text("boot/grub/grub.cfg")
    let own = loading(menu, from: "42_passthru")
    #expect(own.filter { $0.hasPrefix("linux\t") }.count == 2)
    #expect(own.first?.contains("6.1.0-2-amd64") == true)
    // Without our argument, they are 10_linux's own lines; its first entry stands there twice.
    let usual = loading(menu, from: "10_linux").filter { !$0.contains(" single ") }
    #expect(own.map { $0.replacingOccurrences(of: "rd.passthru=0 ", with: "") }.allSatisfy(usual.contains))
    #expect(
      own.filter { $0.hasPrefix("linux\t") }.allSatisfy { $0.contains(" rd.passthru=0 a=b -- c quiet") })
    #expect(menu.contains("$menuentry_id_option 'passthru-off-6.1.0-1-amd64' {"))
    #expect(try tree.inside(["grub-script-check", "/boot/grub/grub.cfg"]).status == 0)
    try tree.directory.write("GRUB_CMDLINE_LINUX=\n", at: "etc/default/grub")
    // Adding arguments sees these entries as entries of this system.
    let shown = try tree.doctor(["kargs", "add", "iommu=pt", "--yes"])
    #expect(shown.status == 4, "\(shown.errors)")
    let lines = loading(try tree.text("boot/grub/grub.cfg"), from: "42_passthru").filter {
      $0.hasPrefix("linux\t")
    }
    #expect(lines.count == 2 && lines.allSatisfy { $0.contains("rd.passthru=0") })
  }

  @Test func whereNeitherProgramNorChoiceIsThereIsNoEntry() throws {
    let tree = try tree(withChoice: false)
    #expect(try tree.makeMenu().status == 0)
    #expect(try !tree.text("boot/grub/grub.cfg").contains("passthru-off"))
    try tree.directory.write("", at: "usr/lib/passthru-doctor/passthru-early-bind")
    #expect(try tree.makeMenu().status == 0)
    #expect(try tree.text("boot/grub/grub.cfg").contains("passthru-off"))
  }

  @Test(arguments: ["exit 3", "echo nothing", "menuentry_id_option= ; cat /no/such/file"])
  func aBroken10LinuxKeepsNoMenuFromBeingMade(body: String) throws {
    let tree = try tree(withChoice: true)
    // Broken for the second run only: for the first one grub-mkconfig itself would stop.
    let script = tree.path + "/etc/grub.d/10_linux"
    let original = try String(contentsOfFile: script, encoding: .utf8)
    let broken =
      "#!/bin/sh\ncase \"$GRUB_CMDLINE_LINUX\" in rd.passthru=0*) \(body); exit;; esac\n" + original
    try broken.write(toFile: script, atomically: false, encoding: .utf8)
    let made = try tree.makeMenu()
    #expect(made.status == 0, "\(made.errors)")
    #expect(made.errors.contains("42_passthru: "))
    #expect(try !tree.text("boot/grub/grub.cfg").contains("passthru-off"))
  }

  @Test func byItselfItDoesNothing() throws {
    let tree = try tree(withChoice: true)
    let run = try tree.inside(["/etc/grub.d/42_passthru"])
    #expect(run.status == 0 && run.output.isEmpty && run.errors.contains("grub-mkconfig"))
  }
}
