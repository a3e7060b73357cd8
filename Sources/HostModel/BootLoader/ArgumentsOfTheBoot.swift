extension KernelParameter {
  /// Whether the kernel or the initramfs may not find the root file system without it, or with another
  /// value: dracut.cmdline(7), systemd-cryptsetup-generator(8), initramfs-tools(7), and what boot loaders
  /// write themselves. Such arguments are not this program's to add or to take.
  package var leadsToTheRoot: Bool {
    let name = name.lowercased()
    return Self.namesThatLeadToTheRoot.contains(name)
      || Self.prefixesThatLeadToTheRoot.contains(where: name.hasPrefix)
  }

  private static let namesThatLeadToTheRoot: Set<String> = [
    "root", "rootflags", "rootfstype", "rootfsdev", "rootdelay", "rootwait", "roothash", "usrhash",
    "mount.usr",
    "mount.usrflags", "mount.usrfstype", "usr", "initrd", "boot_image", "cryptdevice",
    "cryptopts", "cryptkey", "zfs", "bcache", "netroot", "nfsroot", "nbdroot", "iscsiroot", "rd.dm.uuid",
    "ostree",
  ]
  private static let prefixesThatLeadToTheRoot = [
    "rd.luks", "luks.", "rd.lvm", "rd.md", "rd.iscsi", "rd.nvmf",
  ]
}

extension GrubRefusal {
  /// Nil when none of them leads to the root file system.
  init?(forArgumentsOfTheBoot parameters: [KernelParameter]) {
    guard let parameter = parameters.first(where: \.leadsToTheRoot) else { return nil }
    self.init(
      .argument,
      "\(parameter.text) is among what leads the boot to the host's file systems: one mistake in it, and the host "
        + "does not start. Change it by hand, with the distribution's own tool.")
  }
}
