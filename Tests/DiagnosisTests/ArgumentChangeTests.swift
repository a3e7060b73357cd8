import HostModel
import Testing

@testable import Diagnosis

/// Where a host keeps its kernel arguments decides how they are changed.
struct ArgumentChangeTests {
  private func commands(
    _ changes: [ArgumentChange], id: String, like: [String] = [], arguments: String = "quiet"
  ) -> [String] {
    var host = HostEvidence(root: "/", isRunningHost: true)
    host.osRelease = .found(OSRelease(id: id, idLike: like), source: "etc/os-release")
    host.commandLine = .found(KernelCommandLine(parsing: Array(arguments.utf8)), source: "proc/cmdline")
    return changes.commands(on: host).map(\.description)
  }

  @Test func debianGetsADropInAndOneRegeneration() {
    let changes: [ArgumentChange] = [.removing("intel_iommu=off"), .adding("intel_iommu=on")]
    #expect(
      commands(changes, id: "ubuntu", like: ["debian"]) == [
        "sudoedit /etc/default/grub /etc/default/grub.d/*.cfg   # take out intel_iommu=off",
        "echo 'GRUB_CMDLINE_LINUX=\"$GRUB_CMDLINE_LINUX intel_iommu=on\"' "
          + ">> /etc/default/grub.d/99-passthrough.cfg",
        "update-grub",
      ])
  }

  @Test func everyFamilyHasItsOwnWay() {
    let add: [ArgumentChange] = [.adding("iommu=pt")]
    #expect(
      commands(add, id: "rocky", like: ["rhel", "fedora"]) == ["grubby --update-kernel=ALL --args=iommu=pt"])
    #expect(
      commands(add, id: "fedora", arguments: "ostree=/ostree/boot.1/x")
        == ["rpm-ostree kargs --append-if-missing=iommu=pt"])
    #expect(
      commands(add, id: "opensuse-leap", like: ["suse"])
        == ["update-bootloader --add-option iommu=pt", "update-bootloader --config"])
    #expect(
      commands(add, id: "debian", arguments: "initrd=\\EFI\\proxmox\\x root=ZFS=x").last
        == "proxmox-boot-tool refresh")
    #expect(commands(add, id: "arch").last == "grub-mkconfig -o /boot/grub/grub.cfg")
  }

  @Test func anUnknownHostGetsNoGuess() {
    #expect(commands([.adding("iommu=pt")], id: "nixos").isEmpty)
  }

  @Test func whatTheShellWouldReadIsQuoted() {
    #expect(
      commands([.removing("dyndbg=file a;b")], id: "fedora")
        == ["grubby --update-kernel=ALL --remove-args='dyndbg=file a;b'"])
  }
}
