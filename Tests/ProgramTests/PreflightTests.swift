import Foundation
import Testing

/// What can be known to fail is found before the first write: the host is as it was, without a journal of it.
@Suite(.enabled(if: GrubTree.isPossible && Program.canMount))
struct PreflightTests {
  /// Runs a command in a mount namespace of its own, in which `mounts` was run before.
  private func run(
    _ arguments: [String], on tree: GrubTree, after mounts: String
  ) throws -> Program.Result {
    let script = "set -e; root=$1; shift; \(mounts); exec \"$@\" --root \"$root\""
    return try Program.run(
      arguments,
      wrapper: ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh", tree.path])
  }

  private func expectRefused(
    _ result: Program.Result, _ words: String..., on tree: GrubTree, before: [String: Data]
  ) throws {
    #expect(result.status == 1, "\(result.output)\(result.errors)")
    for word in words { #expect(result.errors.contains(word), "\(result.errors)") }
    #expect(try tree.files() == before)
    #expect(!tree.exists("var/lib/passthru-doctor/changes/1"))
    #expect(!result.errors.contains("running grub-mkconfig"))
  }

  @Test(arguments: [
    ("mount --bind $root/boot $root/boot; mount -o remount,bind,ro $root/boot", "mounted read-only"),
    ("mount --bind $root/etc $root/etc; mount -o remount,bind,ro $root/etc", "mounted read-only"),
    (
      "mkdir -p $root/var/lib; mount --bind $root/var $root/var; mount -o remount,bind,ro $root/var",
      "read-only"
    ),
  ])
  func aReadOnlyMountIs(mounts: String, words: String) throws {
    let tree = try GrubTree()
    let before = try tree.files()
    let refused = try run(["kargs", "add", "intel_iommu=on", "--yes"], on: tree, after: mounts)
    try expectRefused(refused, words, "remount,rw", on: tree, before: before)
  }

  /// /boot on a partition of its own, with hardly any room.
  @Test func aFullDiskIs() throws {
    let tree = try GrubTree()
    let before = try tree.files()
    let small =
      "mkdir $root/tmp/old; cp -a $root/boot/. $root/tmp/old; mount -t tmpfs -o size=88k,mode=755 none $root/boot; "
      + "cp -a $root/tmp/old/. $root/boot/; rm -r $root/tmp/old"
    let refused = try run(["kargs", "add", "intel_iommu=on", "--yes"], on: tree, after: small)
    try expectRefused(refused, "the disk is full", "KiB are needed", on: tree, before: before)
  }

  @Test(arguments: [("etc/default/grub", "chattr +i"), ("boot/grub/grub.cfg", "chattr +i")])
  func aFileThatMayNotChangeIs(path: String, command: String) throws {
    let tree = try GrubTree()
    let locked = try Program.runTool(["chattr", "+i", tree.path + "/" + path])
    guard locked.status == 0 else { return }  // The file system of this test cannot do it.
    defer { _ = try? Program.runTool(["chattr", "-i", tree.path + "/" + path]) }
    let before = try tree.files()
    let refused = try tree.doctor(["kargs", "add", "intel_iommu=on", "--yes"])
    try expectRefused(refused, "immutable", "chattr -i", on: tree, before: before)
  }

  /// Two names of one file: after a replacement, the other one would keep the old contents.
  @Test func aFileWithTwoNamesIs() throws {
    let tree = try GrubTree()
    try FileManager.default.linkItem(
      atPath: tree.path + "/etc/default/grub", toPath: tree.path + "/etc/default/twin")
    let before = try tree.files()
    let refused = try tree.doctor(["kargs", "add", "intel_iommu=on", "--yes"])
    try expectRefused(refused, "2 names", on: tree, before: before)
  }

  /// A value that the shell makes anew each time is no effect of the change.
  @Test func aValueByChanceIsNone() throws {
    let tree = try GrubTree()
    let defaults = try tree.text("etc/default/grub")
    try tree.directory.write(
      defaults + "GRUB_TERMINAL_OUTPUT=$(mktemp -u XXXXXXXX)\n", at: "etc/default/grub")
    let shown = try tree.doctor(["kargs", "add", "intel_iommu=on", "--dry-run"])
    #expect(shown.output.contains("+GRUB_CMDLINE_LINUX=\"intel_iommu=on\""), "\(shown.output)\(shown.errors)")
  }

  /// Gone between the look and the change, or never there: a host whose grub-mkconfig is a link to nothing.
  @Test func aMissingProgramIs() throws {
    let tree = try GrubTree()
    try FileManager.default.removeItem(atPath: tree.path + "/usr/sbin/grub-mkconfig")
    let before = try tree.files()
    let refused = try tree.doctor(["kargs", "add", "intel_iommu=on", "--yes"])
    #expect(refused.status == 5 && refused.errors.contains("unknown"), "\(refused.errors)")
    #expect(try tree.files() == before)
  }

  /// In etc/fstab, and not mounted: what is written there would lie below the mount.
  @Test func bootThatIsNotMountedIs() throws {
    let tree = try GrubTree()
    try tree.directory.write("UUID=1 / ext4 defaults 0 1\nUUID=2 /boot ext4 defaults 0 2\n", at: "etc/fstab")
    let shown = try tree.doctor(["kargs", "add", "intel_iommu=on", "--yes"])
    // Below another root nothing is mounted, and nothing is missing.
    #expect(shown.status == 4, "\(shown.errors)")
  }

  @Test func osProberOnAHostOfGuestsIsWarnedOf() throws {
    let tree = try GrubTree()
    try tree.directory.write("#!/bin/sh\n", at: "usr/bin/os-prober")
    try tree.directory.write("", at: "var/lib/libvirt/images/guest.qcow2")
    func notes() throws -> String {
      let shown = try tree.doctor(["kargs", "add", "intel_iommu=on", "--dry-run"])
      return (shown.output + shown.errors).split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
    let warning = "runs os-prober here, which mounts every file system that it finds"
    // Debian's has it off unless it is asked for.
    #expect(try !notes().contains(warning))
    let defaults = try tree.text("etc/default/grub")
    try tree.directory.write(defaults + "GRUB_DISABLE_OS_PROBER=false\n", at: "etc/default/grub")
    let told = try notes()
    #expect(told.contains(warning) && told.contains("/var/lib/libvirt/images"), "\(told)")
    #expect(told.contains("GRUB_DISABLE_OS_PROBER=true"))
    try FileManager.default.removeItem(atPath: tree.path + "/var/lib/libvirt/images/guest.qcow2")
    #expect(try !notes().contains(warning), "without guests there is nothing to warn of")
  }
}
