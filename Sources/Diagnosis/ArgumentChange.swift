import HostModel

/// A change of the kernel's arguments, and the commands that make it on the host at hand: this
/// program's own where it can, else those of the distribution, which keeps them in its own place.
enum ArgumentChange {
  case adding(String)
  case removing(String)

  /// Exact commands, to be run as root; a restart makes them count. Empty where it is not known how
  /// this host keeps its arguments.
  func commands(on evidence: HostEvidence) -> [RemedyCommand] { [self].commands(on: evidence) }

  fileprivate var intent: ChangeIntent {
    switch self {
    case .adding(let argument): .addArguments([argument], replacing: false)
    case .removing(let argument): .removeArguments([argument])
    }
  }

  fileprivate func edit(in store: ArgumentStore) -> String {
    switch (store, self) {
    case (.ostree, .adding(let argument)): "rpm-ostree kargs --append-if-missing=\(shellWord(argument))"
    case (.ostree, .removing(let argument)): "rpm-ostree kargs --delete-if-present=\(shellWord(argument))"
    case (.grubby, .adding(let argument)): "grubby --update-kernel=ALL --args=\(shellWord(argument))"
    case (.grubby, .removing(let argument)): "grubby --update-kernel=ALL --remove-args=\(shellWord(argument))"
    case (.updateBootloader, .adding(let argument)): "update-bootloader --add-option \(shellWord(argument))"
    case (.updateBootloader, .removing(let argument)): "update-bootloader --del-option \(shellWord(argument))"
    case (.debianGrub, .adding(let argument)):
      // A drop-in leaves the user's file alone.
      "echo \(shellWord("GRUB_CMDLINE_LINUX=\"$GRUB_CMDLINE_LINUX \(argument)\"")) "
        + ">> /etc/default/grub.d/99-passthrough.cfg"
    case (.debianGrub, .removing): "sudoedit /etc/default/grub /etc/default/grub.d/*.cfg   # \(note)"
    case (.proxmoxBoot, _): "sudoedit /etc/kernel/cmdline   # \(note)"
    case (.archGrub, _): "sudoedit /etc/default/grub   # \(note)"
    }
  }

  private var note: String {
    switch self {
    case .adding(let argument): "add \(argument)"
    case .removing(let argument): "take out \(argument)"
    }
  }
}

extension [ArgumentChange] {
  /// The commands that make all of them, the boot loader's configuration made anew once, at the end.
  func commands(on evidence: HostEvidence) -> [RemedyCommand] {
    if let loader = evidence.bootLoader.value, HostModel.BootLayout(loader).takesArguments {
      return map { RemedyCommand.change($0.intent) }.withoutRepetitions
    }
    guard !isEmpty, let store = ArgumentStore(evidence) else { return [] }
    let edits = map { RemedyCommand.shell($0.edit(in: store)) }.withoutRepetitions
    return edits + (store.regeneration.map { [.shell($0)] } ?? [])
  }
}

extension [RemedyCommand] {
  fileprivate var withoutRepetitions: [RemedyCommand] {
    reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }
}

/// Who keeps the kernel's arguments on a host.
private enum ArgumentStore {
  /// With each deployment of an image (rpm-ostree(1)).
  case ostree
  /// Every entry, and what new ones are made from (grubby(8)).
  case grubby
  /// openSUSE's perl-bootloader.
  case updateBootloader
  /// /etc/default/grub and drop-ins, which Debian's grub-mkconfig reads after it.
  case debianGrub
  /// One line in /etc/kernel/cmdline.
  case proxmoxBoot
  case archGrub

  /// Nil where it is not known.
  init?(_ evidence: HostEvidence) {
    if evidence.commandLine.value?.last("ostree") != nil {
      self = .ostree
      return
    }
    switch DistributionFamily(evidence.osRelease.value) {
    case .fedora: self = .grubby
    case .suse: self = .updateBootloader
    case .debian:
      // Proxmox without GRUB is started by systemd-boot, which hands over the initrd's path.
      let initrd = evidence.commandLine.value?.last("initrd")?.value
      self = initrd?.contains("proxmox") == true ? .proxmoxBoot : .debianGrub
    case .arch: self = .archGrub
    case nil: return nil
    }
  }

  /// Makes the edits count; nil where the edit does so itself.
  var regeneration: String? {
    switch self {
    case .ostree, .grubby: nil
    case .updateBootloader: "update-bootloader --config"
    case .debianGrub: "update-grub"
    case .proxmoxBoot: "proxmox-boot-tool refresh"
    case .archGrub: "grub-mkconfig -o /boot/grub/grub.cfg"
    }
  }
}
