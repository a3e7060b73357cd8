/// Where a host's boot loader takes kernel arguments from, with what shows it.
package struct BootLayout: Sendable, Equatable {
  package enum Kind: String, Sendable {
    /// grub-mkconfig writes menu entries; drop-ins count (Debian, Ubuntu, Proxmox).
    case debianGrub = "debian-grub"
    /// grub-mkconfig writes menu entries (Arch, Gentoo, openSUSE before its change).
    case grub
    /// The same under the name grub2 (Fedora up to 29, RHEL 7).
    case grub2
    /// Entries in loader/entries take `$kernelopts` from grubenv (Fedora 30 to 32, RHEL 8).
    case blsKernelOptions = "grub2-bls-kernelopts"
    /// Entries hold their arguments, and grub2-mkconfig rewrites them (Fedora 33 on, RHEL 9.0).
    case blsRewritten = "grub2-bls"
    /// Entries hold their arguments; grub2-mkconfig touches them only when told (RHEL 9.2 on, 10).
    case blsFlag = "grub2-bls-flag"
    case systemdBoot = "systemd-boot"
    case proxmoxBootTool = "proxmox-boot-tool"
    case sdbootutil
    case kernelstub
    case rpmOSTree = "rpm-ostree"
    case nixos
    case ubuntuCore = "ubuntu-core"
    case unifiedImage = "unified-kernel-image"
    case xen
    case imageBased = "image-based"
    case ambiguous
    case overwrittenStub = "overwritten-stub"
    case unknown
  }

  package enum Loader: String, Sendable {
    case grub
    case systemdBoot = "systemd-boot"
    case other, unknown
  }

  /// Why this program leaves the loader alone.
  package struct Refusal: Sendable, Equatable {
    /// Full sentences.
    package var reason: String
    /// What a person can do, exact commands or texts, in order; ARGS stands for the arguments.
    package var steps: [String]
  }

  package var kind: Kind
  package var loader: Loader
  /// Where it was seen, and what.
  package var evidence: [Source]
  package var refusal: Refusal?
  /// The grub.cfg that GRUB reads, below the root.
  package var configPath: String?

  /// A piece of evidence: the path below the root, and the telling words.
  package struct Source: Sendable, Equatable {
    package var path: String
    package var quote: String

    package init(_ path: String, _ quote: String) {
      self.path = path
      self.quote = quote
    }
  }

  /// Whether this program changes kernel arguments here; where not, a person does, by the host's tool.
  package var takesArguments: Bool { refusal == nil && isClassic }

  init(
    _ kind: Kind, _ loader: Loader, evidence: [Source], refusal: Refusal? = nil, configPath: String? = nil
  ) {
    self.kind = kind
    self.loader = loader
    self.evidence = evidence
    self.refusal = refusal
    self.configPath = configPath
  }
}
