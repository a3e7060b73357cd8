extension BootLayout {
  /// GRUB, with grub-mkconfig installed.
  static func grub(_ evidence: BootLoaderEvidence, _ maker: BootLoaderEvidence.ConfigMaker) -> BootLayout {
    var sources = [Source(maker.path, maker.abilities)]
    guard let config = configInUse(evidence, maker) else {
      guard !evidence.configs.isEmpty else {
        return refused(
          .unknown, sources, "There is no grub.cfg below /boot/grub or /boot/grub2.",
          ["Find out which grub.cfg GRUB reads; then: \(maker.name) -o that file"])
      }
      sources += evidence.configs.map { Source($0.path, "\($0.entries.count) menu entries") }
      return ambiguous(sources, "There are several grub.cfg files, and nothing tells which one GRUB reads.")
    }
    sources.append(Source(config.path, config.usesBLS ? "blscfg" : "\(config.entries.count) menu entries"))
    if let stub = evidence.vendorConfigs.first(where: { isOverwritten($0, config, evidence) }) {
      return overwritten(stub, config, maker, sources)
    }
    if let stub = evidence.vendorConfigs.first(where: { $0.isStub && $0.leadsElsewhere(evidence.bootUUIDs) })
    {
      return ambiguous(
        sources + [Source(stub.path, "searches \(stub.searchedUUID ?? "")")],
        "The wrapper /\(stub.path) leads GRUB to another file system than the one that /\(config.path) is on."
      )
    }
    guard config.isGenerated else {
      return refused(
        .unknown, sources,
        "/\(config.path) was not made by \(maker.name); made anew, it would lose what somebody wrote.",
        ["Change ARGS in the linux lines of /\(config.path) by hand."])
    }
    guard evidence.defaults != nil else {
      return refused(
        .unknown, sources, "/etc/default/grub is missing.",
        ["Create /etc/default/grub with GRUB_CMDLINE_LINUX=\"\"", "passthru-doctor kargs show"])
    }
    return decided(evidence, maker, config, sources)
  }

  private static func refused(
    _ kind: Kind, _ sources: [Source], _ reason: String, _ steps: [String]
  ) -> BootLayout {
    BootLayout(kind, .grub, evidence: sources, refusal: Refusal(.unknown, reason, addition: steps))
  }

  // MARK: Which grub.cfg

  /// Where etc/grub2*.cfg leads; else the one there is; else the one that the wrapper on the ESP names.
  private static func configInUse(
    _ evidence: BootLoaderEvidence, _ maker: BootLoaderEvidence.ConfigMaker
  ) -> GrubConfig? {
    let all = evidence.configs + evidence.espConfigs
    for link in evidence.configLinks {
      if let config = all.first(where: { $0.path == link && !$0.isStub }) { return config }
    }
    if evidence.configs.count == 1 { return evidence.configs.first }
    if let folder = evidence.vendorConfigs.compactMap(\.leadsToFolder).first {
      return evidence.configs.first { $0.path == "boot/\(folder)/grub.cfg" }
    }
    let generated = evidence.configs.filter(\.isGenerated)
    return generated.count == 1 ? generated.first : nil
  }

  // MARK: The wrapper

  private static func isOverwritten(
    _ stub: GrubConfig, _ config: GrubConfig, _ evidence: BootLoaderEvidence
  ) -> Bool {
    !stub.isStub && stub.path != config.path && !evidence.configLinks.contains(stub.path)
  }

  private static func overwritten(
    _ stub: GrubConfig, _ config: GrubConfig, _ maker: BootLoaderEvidence.ConfigMaker, _ sources: [Source]
  ) -> BootLayout {
    let isWhole = stub.isGenerated || !stub.menu.isEmpty || stub.usesBLS
    let sources =
      sources + [
        Source(
          stub.path,
          isWhole ? "a whole configuration in a wrapper's place" : "\(stub.size) bytes that lead to no file")
      ]
    let repair =
      maker.name.hasPrefix("grub2")
      ? ["rm /\(stub.path)", "dnf reinstall grub2-common shim-\\*", "\(maker.name) -o /\(config.path)"]
      : ["grub-install", "\(maker.name) -o /\(config.path)"]
    var refusal = Refusal(
      .overwrittenStub,
      isWhole
        ? "/\(stub.path) holds a whole configuration in the place of the wrapper that leads to /\(config.path), so "
          + "GRUB goes on reading a copy that nothing updates."
        : "/\(stub.path), the wrapper that ought to lead to /\(config.path), is damaged: it leads nowhere, and GRUB "
          + "stops at its own prompt.",
      addition: repair + ["passthru-doctor kargs add ARGS"],
      removal: repair + ["passthru-doctor kargs remove ARGS"])
    refusal.repair = repair
    return BootLayout(.overwrittenStub, .grub, evidence: sources, refusal: refusal, configPath: config.path)
  }

  // MARK: How it takes arguments

  private static func decided(
    _ evidence: BootLoaderEvidence, _ maker: BootLoaderEvidence.ConfigMaker, _ config: GrubConfig,
    _ sources: [Source]
  ) -> BootLayout {
    let folder = "boot/loader/entries"
    let script = evidence.linuxScript
    let enablesBLS = evidence.setting("GRUB_ENABLE_BLSCFG")
    var sources = sources
    if let enablesBLS {
      sources.append(Source(GrubDefaultsFiles.mainPath, "GRUB_ENABLE_BLSCFG=\(enablesBLS)"))
    }
    func layout(_ kind: Kind) -> BootLayout {
      BootLayout(kind, .grub, evidence: sources, configPath: config.path, entryFolders: [folder])
    }
    let isBLS = config.usesBLS && script?.knowsBLS == true
    if script?.knowsBLS == true, let enablesBLS, (enablesBLS == "true") != config.usesBLS {
      return ambiguous(
        sources,
        "/etc/default/grub says GRUB_ENABLE_BLSCFG=\(enablesBLS) and /\(config.path) was made with the opposite: "
          + "which entries boot changes as soon as it is made anew.")
    }
    guard isBLS else {
      if maker.name == "grub2-mkconfig" { return layout(.grub2) }
      return layout(maker.readsDropIns ? .debianGrub : .grub)
    }
    let entries = evidence.loaderEntries.filter { $0.folder == folder }
    sources.append(Source(folder, "\(entries.count) entries"))
    guard entries.contains(where: evidence.isOwn) else {
      var unclear = layout(.unknown)
      unclear.refusal = Refusal(
        .unknown, "GRUB reads the entries in /\(folder), and none of them is certain to be this system's.",
        addition: ["grubby --update-kernel=ALL --args=\"ARGS\""],
        removal: ["grubby --update-kernel=ALL --remove-args=\"ARGS\""])
      return unclear
    }
    guard script?.rewritesEntries == true else { return layout(.blsKernelOptions) }
    // Without the setting, scripts that know the flag do as those before them.
    return layout(maker.takesBLSFlag && enablesBLS == "true" ? .blsFlag : .blsRewritten)
  }
}

extension BootLoaderEvidence.ConfigMaker {
  /// What its text can do, in a few words.
  fileprivate var abilities: String {
    let words = [
      readsDropIns ? "default/grub.d" : nil, takesBLSFlag ? "update-bls-cmdline" : nil,
      takesGrubenvFlag ? "no-grubenv-update" : nil,
    ].compactMap(\.self)
    return words.isEmpty ? name : words.joined(separator: ", ")
  }
}

extension BootLoaderEvidence {
  /// Those in this system's own folder below EFI/: other systems may share the partition.
  fileprivate var vendorConfigs: [GrubConfig] {
    espConfigs.filter { config in
      let parts = config.path.split(separator: "/")
      guard parts.count >= 2 else { return false }
      let folder = parts[parts.count - 2].lowercased()
      return vendorNames.contains(folder)
    }
  }
}

extension GrubConfig {
  /// `grub2` of a wrapper with `set prefix=($dev)/grub2`; nil where it does not say.
  fileprivate var leadsToFolder: String? {
    guard isStub, let prefix = variables["prefix"] else { return nil }
    let last = prefix.split(separator: "/").last.map(String.init)
    return last == "grub" || last == "grub2" ? last : nil
  }

  /// Whether it searches a file system that is none of those that etc/fstab names.
  fileprivate func leadsElsewhere(_ known: [String]) -> Bool {
    guard let searchedUUID, !known.isEmpty else { return false }
    return !known.contains { $0.lowercased() == searchedUUID.lowercased() }
  }
}
