/// The package managers that `setup` knows how to ask.
package enum PackageManager: String, Sendable, CaseIterable {
  case apt = "apt-get"
  case dnf
  case zypper
  case pacman

  /// Of a host's distribution; nil where it is none of these.
  package init?(_ family: DistributionFamily) {
    switch family {
    case .debian: self = .apt
    case .fedora: self = .dnf
    case .suse: self = .zypper
    case .arch: self = .pacman
    }
  }

  /// What a person types to install packages.
  package var installCommand: String {
    switch self {
    case .apt: "apt install"
    case .dnf, .zypper: "\(rawValue) install"
    case .pacman: "pacman -S"
    }
  }
}

/// Packages of the host's distribution, by the names that a person asks for.
package struct PackageInstallation: Sendable, Equatable {
  package var manager: PackageManager
  /// Names, or groups of them (`@virtualization`), each once.
  package var names: [String]

  package init(_ manager: PackageManager, _ names: [String]) {
    self.manager = manager
    self.names = names
  }

  /// As it is typed.
  package var command: String { ([manager.installCommand] + names).joined(separator: " ") }
}

/// Distributions that share a package manager and its names (os-release's ID and ID_LIKE).
package enum DistributionFamily: Sendable {
  case debian, fedora, suse, arch

  package init?(_ release: OSRelease?) {
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
