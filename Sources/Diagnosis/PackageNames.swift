import HostModel

/// A piece of software under the name that each family of distributions gives it.
struct SoftwarePackage {
  let debian: [String]
  let fedora: [String]
  let suse: [String]
  let arch: [String]

  /// QEMU for x86 guests.
  static let qemu = SoftwarePackage(
    debian: ["qemu-system-x86"], fedora: [virtualizationGroup], suse: ["qemu-x86"], arch: ["qemu-base"])
  /// libvirt's daemon with its QEMU driver, and virsh.
  static let libvirt = SoftwarePackage(
    debian: ["libvirt-daemon-system", "libvirt-clients"], fedora: [virtualizationGroup],
    suse: ["libvirt-daemon-qemu", "libvirt-client"], arch: ["libvirt", "dnsmasq"])
  /// Fedora's own choice of both; where it has another name, in RHEL and its like, see `names`.
  private static let virtualizationGroup = "@virtualization"

  /// What installs it on this host; empty where the distribution is not known.
  func installCommands(on evidence: HostEvidence) -> [RemedyCommand] {
    guard let release = evidence.osRelease.value, let family = DistributionFamily(release) else { return [] }
    guard let manager = PackageManager(family) else { return [] }
    return [.change(.install(PackageInstallation(manager, names(family, release))))]
  }

  private func names(_ family: DistributionFamily, _ release: OSRelease) -> [String] {
    switch family {
    case .debian: return debian
    case .suse: return suse
    case .arch: return arch
    case .fedora:
      // RHEL has several groups about guests; this is the one of a host (dnf group list --ids).
      let isRHEL = ([release.id] + release.idLike).contains { ["rhel", "centos"].contains($0) }
      return isRHEL
        ? fedora.map { $0 == Self.virtualizationGroup ? "@virtualization-hypervisor" : $0 } : fedora
    }
  }
}
