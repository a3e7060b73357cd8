/// Layouts that this program does not change: each with the exact way by hand.
extension BootLayout {
  static let snapd: @Sendable ([Source], BootLoaderEvidence) -> BootLayout? = { sources, _ in
    refused(
      .ubuntuCore, .other, sources, "snapd builds the kernel command line of this system.",
      addition: [
        "snap set system system.kernel.cmdline-append=\"ARGS\"",
        "Where the gadget does not allow them, on a model of grade dangerous: "
          + "snap set system system.kernel.dangerous-cmdline-append=\"ARGS\"",
      ],
      removal: [
        "snap get system system.kernel.cmdline-append",
        "snap set system system.kernel.cmdline-append=\"…\" with what remains without ARGS",
      ])
  }

  static let nixos: @Sendable ([Source], BootLoaderEvidence) -> BootLayout? = { sources, _ in
    refused(
      .nixos, .other, sources, "NixOS generates its boot entries from its configuration.",
      addition: [
        "In /etc/nixos/configuration.nix: boot.kernelParams = [ \"ARGS\" ]; with each argument in quotes of its own",
        "nixos-rebuild boot", "The way back: boot an older generation from the menu.",
      ],
      removal: ["In /etc/nixos/configuration.nix: take ARGS out of boot.kernelParams", "nixos-rebuild boot"])
  }

  static let imageBased: @Sendable ([Source], BootLoaderEvidence) -> BootLayout? = { sources, _ in
    let (addition, removal): (String, String) =
      sources.contains { $0.quote.hasSuffix("vanilla") || $0.path.holds("abroot") }
      ? ("abroot kargs edit, and add ARGS", "abroot kargs edit, and take ARGS out")
      : (
        "Set ARGS with the distribution's own tool for kernel arguments; grub-mkconfig must not be run here.",
        "Take ARGS out with the distribution's own tool for kernel arguments; grub-mkconfig must not be run here."
      )
    return refused(
      .imageBased, .other, sources,
      "This system's image is replaced as a whole; a changed boot loader does not survive, or does not boot.",
      addition: [addition], removal: [removal])
  }

  static let xen: @Sendable ([Source], BootLoaderEvidence) -> BootLayout? = { sources, evidence in
    let maker = evidence.configMaker?.name ?? "grub-mkconfig"
    let config = evidence.configs.first { $0.isGenerated }?.path ?? "boot/grub/grub.cfg"
    return refused(
      .xen, .grub, sources,
      "Under Xen the IOMMU is the hypervisor's; arguments of this kernel do not switch it on or off.",
      addition: [
        "For the hypervisor (iommu=on and others), in /etc/default/grub: GRUB_CMDLINE_XEN=\"…\"",
        "For this kernel, in /etc/default/grub: GRUB_CMDLINE_LINUX=\"… ARGS\"", "\(maker) -o /\(config)",
      ],
      removal: ["In /etc/default/grub: take ARGS out of GRUB_CMDLINE_LINUX", "\(maker) -o /\(config)"])
  }

  static let unifiedImage: @Sendable ([Source], BootLoaderEvidence) -> BootLayout? = { sources, evidence in
    let hasGrub = evidence.configMaker != nil && evidence.configs.contains { $0.isGenerated }
    switch evidence.bootedBy {
    case .unifiedImage: break
    case .grub, .systemdBoot: return nil
    case nil where hasGrub: return nil
    case nil: break
    }
    let signing =
      evidence.secureBoot == true
      ? "Under Secure Boot it is signed with the image and cannot be changed from outside."
      : "It changes only with the image."
    let builds = builders.compactMap { evidence.program($0.program) == nil ? nil : $0.command }
    let build = builds.first ?? "Build the image again with the tool that made it"
    let sign = evidence.secureBoot == true ? ["Sign the new image, where the tool does not do so itself"] : []
    return refused(
      .unifiedImage, .other, sources,
      "The kernel command line is built into a unified kernel image. \(signing)",
      addition: ["Add ARGS to the line of /etc/kernel/cmdline", build] + sign,
      removal: ["Take ARGS out of /etc/kernel/cmdline", build] + sign, cause: .notGrub)
  }

  /// Who makes unified images, by the program that must be there.
  private static let builders = [
    (program: "mkinitcpio", command: "mkinitcpio -P"),
    (program: "kernel-install", command: "kernel-install add-all"),
    (program: "dracut", command: "dracut --regenerate-all --force --uefi"),
  ]

  private static func refused(
    _ kind: Kind, _ loader: Loader, _ evidence: [Source], _ reason: String, addition: [String],
    removal: [String],
    cause: Refusal.Cause = .managedElsewhere
  ) -> BootLayout {
    BootLayout(
      kind, loader, evidence: evidence,
      refusal: Refusal(cause, reason, addition: addition, removal: removal))
  }
}
