/// Where a host's boot loader takes kernel arguments from, with what shows it.
package struct BootLayout: Sendable, Equatable {
  package enum Kind: String, Sendable {
    /// grub-mkconfig writes menu entries; drop-ins count (Debian, Ubuntu, Proxmox).
    case debianGrub = "debian-grub"
    /// grub-mkconfig writes menu entries (Arch, Gentoo).
    case grub
    /// The same under the name grub2 (Fedora up to 29, RHEL 7, openSUSE before its change).
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
    /// What boot.layout calls it.
    package enum Cause: String, Sendable {
      case notGrub = "not-grub"
      case unknown, ambiguous
      case overwrittenStub = "overwritten-stub"
      case managedElsewhere = "managed-elsewhere"
    }

    package var cause: Cause
    /// Full sentences.
    package var reason: String
    /// What a person does to add arguments, exact commands or texts, in order; ARGS stands for them.
    package var addition: [String]
    /// The same to take arguments out.
    package var removal: [String]

    /// What mends the boot loader itself, before any arguments.
    package var repair: [String] = []

    package init(_ cause: Cause, _ reason: String, addition: [String], removal: [String]? = nil) {
      self.cause = cause
      self.reason = reason
      self.addition = addition
      self.removal = removal ?? addition
    }

    /// Where something has to be done first, and this program changes the arguments then.
    init(_ cause: Cause, _ reason: String, first steps: [String], then program: String) {
      self.init(
        cause, reason, addition: steps + ["\(program) add ARGS"], removal: steps + ["\(program) remove ARGS"])
    }

    /// The steps for certain arguments.
    package func steps(adding: [String], removing: [String]) -> [String] {
      func fill(_ steps: [String], _ arguments: [String]) -> [String] {
        arguments.isEmpty
          ? [] : steps.map { $0.replacingWord("ARGS", with: arguments.joined(separator: " ")) }
      }
      var steps = fill(removal, removing)
      for step in fill(addition, adding) where !steps.contains(step) { steps.append(step) }
      return steps
    }
  }

  /// A piece of evidence: the path below the root, and the telling words.
  package struct Source: Sendable, Equatable {
    package var path: String
    package var quote: String

    package init(_ path: String, _ quote: String) {
      self.path = path
      self.quote = quote
    }
  }

  package var kind: Kind
  package var loader: Loader
  /// Where it was seen, and what.
  package var evidence: [Source]
  package var refusal: Refusal?
  /// The grub.cfg that GRUB reads, below the root.
  package var configPath: String?
  /// Folders whose entries the loader shows; empty: all that were found.
  package var entryFolders: [String]

  init(
    _ kind: Kind, _ loader: Loader, evidence: [Source], refusal: Refusal? = nil, configPath: String? = nil,
    entryFolders: [String] = []
  ) {
    self.kind = kind
    self.loader = loader
    self.evidence = evidence
    self.refusal = refusal
    self.configPath = configPath
    self.entryFolders = entryFolders
  }

  /// Whether the menu entries in grub.cfg are what boots.
  package var isClassic: Bool {
    switch kind {
    case .debianGrub, .grub, .grub2: true
    default: false
    }
  }

  /// Whether this program changes kernel arguments here; where not, a person does, by the host's tool.
  package var takesArguments: Bool { refusal == nil }

  /// Whether arguments are kept in etc/default/grub.
  package var readsDefaults: Bool {
    switch kind {
    case .debianGrub, .grub, .grub2, .blsKernelOptions, .blsRewritten, .blsFlag: true
    default: false
    }
  }

  /// For people.
  package var name: String {
    switch kind {
    case .debianGrub, .grub, .grub2: "GRUB with menu entries in grub.cfg"
    case .blsKernelOptions: "GRUB with boot loader entries that take their arguments from grubenv"
    case .blsRewritten, .blsFlag: "GRUB with boot loader entries that hold their arguments"
    case .systemdBoot: "systemd-boot with kernel-install"
    case .proxmoxBootTool: "systemd-boot, kept by proxmox-boot-tool"
    case .sdbootutil: "boot loader entries, kept by sdbootutil"
    case .kernelstub: "systemd-boot, kept by kernelstub"
    case .rpmOSTree: "deployments of rpm-ostree"
    case .nixos: "NixOS"
    case .ubuntuCore: "Ubuntu Core's snapd"
    case .unifiedImage: "unified kernel images"
    case .xen: "Xen"
    case .imageBased: "a system image that is replaced as a whole"
    case .ambiguous, .overwrittenStub, .unknown: "not certain"
    }
  }
}

extension String {
  /// The text with every appearance of `word` replaced. The standard library's `replacing` brings the
  /// regular expression engine into the boot program.
  package func replacingWord(_ word: String, with other: String) -> String {
    var result: [UInt8] = []
    var rest = Array(utf8)[...]
    let needle = Array(word.utf8)
    while let byte = rest.first {
      if !needle.isEmpty, rest.starts(with: needle) {
        result += other.utf8
        rest = rest.dropFirst(needle.count)
      } else {
        result.append(byte)
        rest = rest.dropFirst()
      }
    }
    return result.text
  }
}
