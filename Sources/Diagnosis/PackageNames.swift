import HostModel

/// A piece of software under the name that each family of distributions gives it.
struct SoftwarePackage {
  let debian: String
  let fedora: String
  let suse: String
  let arch: String

  /// QEMU for x86 guests.
  static let qemu = SoftwarePackage(
    debian: "qemu-system-x86", fedora: "qemu-kvm", suse: "qemu-x86", arch: "qemu-base")
  /// libvirt's daemon with its QEMU driver.
  static let libvirt = SoftwarePackage(
    debian: "libvirt-daemon-system", fedora: "libvirt-daemon-kvm", suse: "libvirt-daemon-qemu",
    arch: "libvirt")

  /// The command that installs it on this host; empty where the distribution is not known.
  func installCommands(on evidence: HostEvidence) -> [String] {
    switch DistributionFamily(evidence.osRelease.value) {
    case .debian: ["apt install \(debian)"]
    case .fedora: ["dnf install \(fedora)"]
    case .suse: ["zypper install \(suse)"]
    case .arch: ["pacman -S \(arch)"]
    case nil: []
    }
  }
}

/// Distributions that share a package manager and its names (os-release's ID and ID_LIKE).
enum DistributionFamily {
  case debian, fedora, suse, arch

  init?(_ release: OSRelease?) {
    guard let release else { return nil }
    for id in [release.id] + release.idLike {
      switch id {
      case "debian", "ubuntu", "linuxmint", "pop", "proxmox", "raspbian", "kali": self = .debian
      case "fedora", "rhel", "centos", "almalinux", "rocky", "ol": self = .fedora
      case "suse", "opensuse", "sles", "opensuse-leap", "opensuse-tumbleweed": self = .suse
      case "arch", "manjaro", "endeavouros", "cachyos", "garuda": self = .arch
      default: continue
      }
      return
    }
    return nil
  }
}
