extension BootLayout {
  /// Which layout the evidence shows: by what files hold, never by a distribution's version.
  package init(_ evidence: BootLoaderEvidence) {
    if let managed = Self.managedElsewhere(evidence) {
      self = managed
    } else if let maker = evidence.configMaker {
      self = Self.grub(evidence, maker)
    } else {
      self = BootLayout(
        .unknown, .unknown, evidence: [Source("usr/sbin", "neither grub-mkconfig nor grub2-mkconfig")],
        refusal: Refusal(
          reason: "No boot loader that this program knows was found.",
          steps: ["Add ARGS to the kernel command line in the way this system's boot loader takes it."]))
    }
  }

  // MARK: Systems with another master

  private static func managedElsewhere(_ evidence: BootLoaderEvidence) -> BootLayout? {
    for (sign, make) in otherMasters {
      let found = evidence.signs.filter { $0.kind == sign }
      if !found.isEmpty { return make(found.map { Source($0.source, $0.quote) }) }
    }
    return nil
  }

  /// In the order in which they decide: what manages the whole system before what boots it.
  private static let otherMasters: [(BootLoaderEvidence.Sign.Kind, @Sendable ([Source]) -> BootLayout)] = [
    (
      .ostree,
      {
        managed(
          .rpmOSTree, .grub, $0, "rpm-ostree keeps the kernel arguments with each deployment.",
          ["rpm-ostree kargs --append-if-missing=ARGS", "Undo: rpm-ostree kargs --delete-if-present=ARGS"])
      }
    ),
    (
      .snapd,
      {
        managed(
          .ubuntuCore, .other, $0, "snapd builds the kernel command line of this system.",
          ["snap set system system.kernel.cmdline-append=\"ARGS\""])
      }
    ),
    (
      .nixos,
      {
        managed(
          .nixos, .other, $0, "NixOS generates its boot entries from its configuration.",
          [
            "In /etc/nixos/configuration.nix: boot.kernelParams = [ \"ARGS\" ];", "nixos-rebuild boot",
            "Undo: boot an older generation from the menu, or take the line out and rebuild.",
          ])
      }
    ),
    (
      .imageBased,
      {
        managed(
          .imageBased, .other, $0,
          "This system's image is replaced as a whole; a changed boot loader does not survive, or does not boot.",
          ["Use the tool of the distribution that sets kernel arguments."])
      }
    ),
    (
      .xen,
      {
        managed(
          .xen, .grub, $0, "Under Xen the IOMMU belongs to the hypervisor, not to this kernel.",
          [
            "In /etc/default/grub: GRUB_CMDLINE_XEN=\"iommu=…\" takes the hypervisor's arguments.",
            "Then: grub-mkconfig -o the grub.cfg in use.",
          ])
      }
    ),
    (
      .proxmoxBootTool,
      {
        managed(
          .proxmoxBootTool, .systemdBoot, $0,
          "proxmox-boot-tool copies kernels and arguments to every EFI system partition.",
          ["Add ARGS to the one line of /etc/kernel/cmdline", "proxmox-boot-tool refresh"])
      }
    ),
    (
      .kernelstub,
      {
        managed(
          .kernelstub, .systemdBoot, $0, "kernelstub writes this system's boot entries.",
          ["kernelstub --add-options \"ARGS\"", "Undo: kernelstub --delete-options \"ARGS\""])
      }
    ),
    (
      .sdbootutil,
      {
        managed(
          .sdbootutil, .systemdBoot, $0,
          "sdbootutil writes this system's boot entries, one for each snapshot; /etc/default/grub is not read.",
          ["Add ARGS to the line of /etc/kernel/cmdline", "sdbootutil update-all-entries"])
      }
    ),
    (
      .unifiedImage,
      {
        managed(
          .unifiedImage, .other, $0,
          "The kernel command line is built into a unified kernel image; under Secure Boot it is signed.",
          [
            "Add ARGS to /etc/kernel/cmdline",
            "Build and sign the image again: kernel-install add-all, mkinitcpio -P",
          ])
      }
    ),
    (
      .systemdBoot,
      {
        managed(
          .systemdBoot, .systemdBoot, $0, "systemd-boot reads the arguments from its entries.",
          ["Add ARGS to the line of /etc/kernel/cmdline", "kernel-install add-all"])
      }
    ),
  ]

  private static func managed(
    _ kind: Kind, _ loader: Loader, _ evidence: [Source], _ reason: String, _ steps: [String]
  ) -> BootLayout {
    BootLayout(kind, loader, evidence: evidence, refusal: Refusal(reason: reason, steps: steps))
  }

  // MARK: GRUB

  private static func grub(_ evidence: BootLoaderEvidence, _ maker: BootLoaderEvidence.ConfigMaker)
    -> BootLayout
  {
    let name = maker.path.split(separator: "/").last.map(String.init) ?? maker.path
    var sources = [Source(maker.path, maker.readsDropIns ? "default/grub.d" : name)]
    func refused(_ kind: Kind, _ reason: String, _ steps: [String]) -> BootLayout {
      BootLayout(kind, .grub, evidence: sources, refusal: Refusal(reason: reason, steps: steps))
    }
    guard let config = configInUse(evidence, maker) else {
      sources += evidence.configs.map { Source($0.path, "\($0.entries.count) entries") }
      let isMissing = evidence.configs.isEmpty
      return refused(
        isMissing ? .unknown : .ambiguous,
        isMissing
          ? "There is no grub.cfg below /boot/grub or /boot/grub2."
          : "There are several grub.cfg files, and nothing tells which one GRUB reads.",
        ["Find out which grub.cfg GRUB reads; then: \(name) -o that file"])
    }
    sources.append(Source(config.path, config.usesBLS ? "blscfg" : "\(config.entries.count) menu entries"))
    if let stub = evidence.espConfigs.first(where: { !$0.isStub && $0.path != config.path }),
      !isLink(stub, evidence)
    {
      sources.append(Source(stub.path, "a whole configuration where a wrapper must be"))
      return refused(
        .overwrittenStub,
        "/\(stub.path) holds a whole configuration in the place of the wrapper that leads to /\(config.path), so "
          + "GRUB goes on reading a copy that nothing updates.",
        name.hasPrefix("grub2")
          ? ["rm /\(stub.path)", "dnf reinstall grub2-common shim-\\*", "grub2-mkconfig -o /\(config.path)"]
          : ["grub-install", "grub-mkconfig -o /\(config.path)"])
    }
    guard config.isGenerated else {
      return refused(
        .unknown, "/\(config.path) was not made by \(name); made anew, it would lose what somebody wrote.",
        ["Add ARGS to the linux lines of /\(config.path) by hand."])
    }
    guard evidence.defaults != nil else {
      return refused(
        .unknown, "/etc/default/grub is missing.",
        ["Create /etc/default/grub with GRUB_CMDLINE_LINUX=\"ARGS\""])
    }
    return BootLayout(kind(of: evidence, maker, config), .grub, evidence: sources, configPath: config.path)
  }

  private static func isLink(_ config: GrubConfig, _ evidence: BootLoaderEvidence) -> Bool {
    evidence.configLinks.contains(config.path)
  }

  /// Where etc/grub2*.cfg leads; else the one there is; else the one of mkconfig's own name.
  private static func configInUse(
    _ evidence: BootLoaderEvidence, _ maker: BootLoaderEvidence.ConfigMaker
  ) -> GrubConfig? {
    let all = evidence.configs + evidence.espConfigs
    for link in evidence.configLinks {
      if let config = all.first(where: { $0.path == link && !$0.isStub }) { return config }
    }
    if evidence.configs.count == 1 { return evidence.configs.first }
    let generated = evidence.configs.filter(\.isGenerated)
    return generated.count == 1 ? generated.first : nil
  }

  private static func kind(
    of evidence: BootLoaderEvidence, _ maker: BootLoaderEvidence.ConfigMaker, _ config: GrubConfig
  ) -> Kind {
    if config.usesBLS, evidence.linuxScript?.knowsBLS == true, !evidence.loaderEntries.isEmpty {
      let own = evidence.loaderEntries.filter { $0.belongs(to: evidence.machineID) }
      if own.contains(where: \.usesKernelOptions) { return .blsKernelOptions }
      return maker.takesBLSFlag ? .blsFlag : .blsRewritten
    }
    if maker.path.hasSuffix("grub2-mkconfig") { return .grub2 }
    return maker.readsDropIns ? .debianGrub : .grub
  }

  /// Whether the menu entries in grub.cfg are what boots.
  package var isClassic: Bool {
    switch kind {
    case .debianGrub, .grub, .grub2: true
    default: false
    }
  }
}

extension BootLoaderEvidence {
  /// The entries that the loader would show, resolved.
  package func entries(of layout: BootLayout) -> [BootEntry] {
    let options = grubEnvironment?.values["kernelopts"]
    if layout.isClassic {
      return configs.first { $0.path == layout.configPath }?.entries
        ?? espConfigs.first { $0.path == layout.configPath }?.entries ?? []
    }
    return loaderEntries.map { $0.resolved(kernelOptions: options, machineID: machineID) }
  }

  /// The files that grub-mkconfig sources, as far as they count.
  package func defaultsFiles(dialect: ShellDialect) -> GrubDefaultsFiles? {
    defaults.map {
      GrubDefaultsFiles(
        main: $0, dropIns: configMaker?.readsDropIns == true ? dropIns : nil, dialect: shell ?? dialect)
    }
  }
}
