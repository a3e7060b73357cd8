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
          .unknown, "No boot loader that this program knows was found.",
          addition: ["Add ARGS to the kernel command line in the way this system's boot loader takes it."],
          removal: ["Take ARGS out of the kernel command line in the way this system's boot loader takes it."]
        ))
    }
  }

  /// The first sign that decides.
  private static func managedElsewhere(_ evidence: BootLoaderEvidence) -> BootLayout? {
    for (kind, make) in masters {
      let found = evidence.signs.filter { $0.kind == kind }
      let sources = found.map { Source($0.source, $0.quote) }
      if !found.isEmpty, let layout = make(sources, evidence) { return layout }
    }
    return nil
  }

  private typealias Master = @Sendable ([Source], BootLoaderEvidence) -> BootLayout?

  /// In the order in which they decide: what manages the whole system before what boots it. Nil: the
  /// sign is there, and something else is in charge.
  private static let masters: [(BootLoaderEvidence.Sign.Kind, Master)] = [
    (.ostree, ostree), (.snapd, snapd), (.nixos, nixos), (.imageBased, imageBased), (.xen, xen),
    (.proxmoxBootTool, proxmox), (.kernelstub, kernelstub), (.sdbootutil, sdbootutil),
    (.unifiedImage, unifiedImage), (.systemdBoot, systemdBoot),
  ]

  // MARK: Systems with a tool of their own, which this program uses

  private static let ostree: Master = { sources, evidence in
    guard evidence.program("rpm-ostree") != nil else {
      return BootLayout(
        .rpmOSTree, .grub, evidence: sources,
        refusal: Refusal(
          .managedElsewhere,
          "This system is deployed as an image, and rpm-ostree, which would change the arguments of its "
            + "deployments, is not installed.",
          addition: [
            "bootc: in the image, add ARGS to /usr/lib/bootc/kargs.d/50-passthrough.toml; then bootc upgrade"
          ],
          removal: ["bootc: in the image, take ARGS out of /usr/lib/bootc/kargs.d; then bootc upgrade"]))
    }
    return BootLayout(.rpmOSTree, .grub, evidence: sources, entryFolders: ["boot/loader/entries"])
  }

  private static let proxmox: Master = { sources, evidence in
    // The tool serves GRUB, too; then etc/default/grub counts.
    if case .grub = evidence.bootedBy { return nil }
    if evidence.bootedBy == nil, evidence.firmware == .bios || evidence.kernelCommandLine == nil {
      return nil
    }
    return tool(
      .proxmoxBootTool, "proxmox-boot-tool", sources, evidence, needing: KernelCommandLineFile.path,
      evidence.kernelCommandLine != nil)
  }

  private static let kernelstub: Master = { sources, evidence in
    tool(
      .kernelstub, "kernelstub", sources, evidence, needing: "etc/kernelstub/configuration",
      evidence.kernelstubConfiguration != nil)
  }

  private static let sdbootutil: Master = { sources, evidence in
    tool(
      .sdbootutil, "sdbootutil", sources, evidence, needing: KernelCommandLineFile.path,
      evidence.kernelCommandLine != nil)
  }

  private static func tool(
    _ kind: Kind, _ name: String, _ sources: [Source], _ evidence: BootLoaderEvidence, needing file: String,
    _ hasFile: Bool
  ) -> BootLayout {
    var layout = BootLayout(kind, .systemdBoot, evidence: sources)
    if evidence.program(name) == nil || !hasFile {
      let missing = hasFile ? name : "/" + file
      layout.refusal = Refusal(
        .unknown, "\(name) keeps this system's boot entries, and \(missing) is missing.",
        first: ["Mend the installation of \(name)."], then: "passthru-doctor kargs")
    }
    return layout
  }

  private static let systemdBoot: Master = { sources, evidence in
    let folders = ["boot", "efi", "boot/efi"].map { $0 + "/loader/entries" }
    let hasGrub = evidence.configMaker != nil && evidence.configs.contains { $0.isGenerated }
    if hasGrub {
      switch evidence.bootedBy {
      case .grub: return nil
      case .systemdBoot: break
      default:
        // A loader without entries of this system cannot start it.
        let own = evidence.loaderEntries.filter { evidence.isOwn($0) }
        if own.isEmpty || evidence.configs.contains(where: \.usesBLS) { return nil }
        return ambiguous(
          sources + evidence.configs.map { Source($0.path, "\($0.entries.count) menu entries") },
          "systemd-boot and GRUB are both installed with entries for this system, and nothing tells which of them "
            + "starts it.",
          ["Find out what starts this host (bootctl status, efibootmgr -v), and remove the other loader."])
      }
    }
    var layout = BootLayout(.systemdBoot, .systemdBoot, evidence: sources, entryFolders: folders)
    if case .systemdBoot(let quote) = evidence.bootedBy {
      layout.evidence.append(Source("proc/cmdline", quote))
    }
    if !evidence.loaderEntries.contains(where: { evidence.isOwn($0) }) {
      layout.refusal = Refusal(
        .unknown, "systemd-boot is installed, and none of its entries is certain to be this system's.",
        addition: ["Add ARGS to the options line of the entry: bootctl list tells its file."],
        removal: ["Take ARGS out of the options line of the entry: bootctl list tells its file."])
    }
    return layout
  }

  /// Two that may both be in charge: neither is changed.
  ///
  /// - Parameter steps: what decides between them.
  static func ambiguous(_ sources: [Source], _ reason: String, _ steps: [String]) -> BootLayout {
    BootLayout(
      .ambiguous, .unknown, evidence: sources,
      refusal: Refusal(.ambiguous, reason, first: steps, then: "passthru-doctor kargs"))
  }
}
