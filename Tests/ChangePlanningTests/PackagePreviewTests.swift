import ChangePlanning
import HostModel
import Testing

/// What a package manager says it would do, in its own words.
struct PackagePreviewTests {
  @Test func aptNamesWhatComesAndWhatIsRenewed() {
    let preview = PackagePreview(
      """
      Inst libfdt1 (1.6.1-4+b1 Debian:12.9/stable [amd64])
      Inst libc6 [2.36-9] (2.36-9+deb12u9 Debian:12.9/stable [amd64])
      Remv fossil-emulator [1.0]
      Inst qemu-system-x86 (1:7.2+dfsg-7+deb12u18 Debian:12.9/stable [amd64]) []
      Conf libfdt1 (1.6.1-4+b1 Debian:12.9/stable [amd64])
      """, by: .apt)
    #expect(preview.installs == ["libfdt1", "qemu-system-x86"])
    #expect(preview.upgrades == ["libc6"])
    #expect(preview.removes == ["fossil-emulator"])
  }

  @Test func dnfNamesPackagesOfGroupsAndDependencies() {
    let preview = PackagePreview(
      """
      Last metadata expiration check: 0:12:03 ago on Tue Mar  4 10:00:00 2025.
      Dependencies resolved.
      ================================================================================
       Package                    Arch     Version            Repository        Size
      ================================================================================
      Upgrading:
       glibc                      x86_64   2.39-22.fc40       updates          2.2 M
      Installing group/module packages:
       libvirt-daemon-config-network
                                  x86_64   10.1.0-4.fc40      updates           17 k
       qemu-kvm                   x86_64   2:8.2.9-1.fc40     updates           15 k
      Installing dependencies:
       seabios-bin                noarch   1.16.3-2.fc40      fedora           197 k
      Installing weak dependencies:
       qemu-ui-gtk                x86_64   2:8.2.9-1.fc40     updates           41 k
      Installing Groups:
       Virtualization

      Transaction Summary
      ================================================================================
      Install  4 Packages
      Operation aborted.
      """, by: .dnf)
    #expect(preview.installs == ["libvirt-daemon-config-network", "qemu-kvm", "seabios-bin", "qemu-ui-gtk"])
    #expect(preview.upgrades == ["glibc"])
    #expect(preview.removes.isEmpty)
  }

  @Test func zypperListsNamesInParagraphs() {
    let preview = PackagePreview(
      """
      Reading installed packages...
      Resolving package dependencies...

      The following recommended package was automatically selected:
        qemu-ovmf-x86_64

      The following 3 NEW packages are going to be installed:
        libvirt-client qemu-ovmf-x86_64
        qemu-x86

      The following package is going to be upgraded:
        libfdt1

      3 new packages to install.
      """, by: .zypper)
    #expect(preview.installs == ["libvirt-client", "qemu-ovmf-x86_64", "qemu-x86"])
    #expect(preview.upgrades == ["libfdt1"])
  }

  @Test func pacmanPrintsNamesAlone() {
    let preview = PackagePreview(
      "warning: libvirt is up to date -- skipping\nseabios\nqemu-base\n", by: .pacman)
    #expect(preview.installs == ["seabios", "qemu-base"])
  }

  @Test func whatIsInstalledIsReadBack() {
    let answer = "installed seabios\nnot-installed qemu-utils\ninstalled libfdt1:amd64\n"
    #expect(
      PackageManager.apt.installed(["seabios", "qemu-utils", "libfdt1", "gone"], in: answer)
        == ["seabios", "libfdt1"])
    let rpm = "installed seabios-bin\npackage qemu-kvm is not installed\n"
    #expect(PackageManager.dnf.installed(["seabios-bin", "qemu-kvm"], in: rpm) == ["seabios-bin"])
    #expect(
      PackageManager.pacman.installed(["qemu-base", "libvirt"], in: "libvirt 1:10.0.0-1\n") == ["libvirt"])
  }
}
