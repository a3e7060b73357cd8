import HostFiles
import HostModel

extension BootLoaderSource {
  /// Signs of systems that manage their boot entries in another way than grub-mkconfig.
  func signs(
    _ found: BootLoaderEvidence, _ mountPoints: [String]
  ) throws(HostFileError) -> [BootLoaderEvidence.Sign] {
    var signs: [BootLoaderEvidence.Sign] = []
    func note(_ kind: BootLoaderEvidence.Sign.Kind, _ path: String) {
      if root.exists(path) { signs.append(.init(kind, path, "it is there")) }
    }
    note(.ostree, "run/ostree-booted")
    note(.ostree, "ostree/repo")
    note(.snapd, "var/lib/snapd/modeenv")
    note(.nixos, "etc/NIXOS")
    note(.kernelstub, KernelstubConfiguration.path)
    for word in evidence.commandLine.value?.parameters.map(\.text) ?? [] {
      if word.hasPrefix("ostree=") { signs.append(.init(.ostree, "proc/cmdline", word)) }
      if word.hasPrefix("snapd_recovery_mode=") { signs.append(.init(.snapd, "proc/cmdline", word)) }
    }
    switch evidence.osRelease.value?.id {
    case "ubuntu-core": signs.append(.init(.snapd, "etc/os-release", "ID=ubuntu-core"))
    case "nixos": signs.append(.init(.nixos, "etc/os-release", "ID=nixos"))
    case "vanilla", "steamos", "holoiso", "endless", "chimeraos":
      signs.append(.init(.imageBased, "etc/os-release", "ID=\(evidence.osRelease.value?.id ?? "")"))
    default: break
    }
    // Two systems side by side, of which one is replaced as a whole.
    for path in [
      "etc/abroot", "usr/share/abroot", "etc/rauc/system.conf", "etc/frzr.conf", "usr/bin/steamos-readonly",
    ] {
      note(.imageBased, path)
    }
    // A guest of Xen has a boot loader like any other; under dom0 the hypervisor takes part of it.
    if evidence.xen.value == .dom0 { signs.append(.init(.xen, evidence.xen.source, "dom0")) }
    if let uuids = try root.line(at: "etc/kernel/proxmox-boot-uuids"), !uuids.isEmpty {
      signs.append(.init(.proxmoxBootTool, "etc/kernel/proxmox-boot-uuids", uuids))
    }
    signs += try openSUSE(found)
    return signs + (try programsOnESP(mountPoints))
  }

  /// openSUSE's choice of a loader. Its file may be out of date, so that what is installed decides, too.
  private func openSUSE(_ found: BootLoaderEvidence) throws(HostFileError) -> [BootLoaderEvidence.Sign] {
    let path = "etc/sysconfig/bootloader"
    let type = try loaderType(path)
    if let type, type == "grub2-bls" || type == "systemd-boot" {
      return [.init(.sdbootutil, path, "LOADER_TYPE=\(type)")]
    }
    guard let tool = found.program("sdbootutil") else { return [] }
    let onESP = found.loaderEntries.filter { $0.folder != "boot/loader/entries" && $0.kernel != nil }
    guard !onESP.isEmpty,
      !found.configs.contains(where: \.isGenerated) || found.setting("GRUB_ENABLE_BLSCFG") == "true"
    else { return [] }
    return [.init(.sdbootutil, tool, "with \(onESP.count) entries in /\(onESP[0].folder)")]
  }

  private func loaderType(_ path: String) throws(HostFileError) -> String? {
    guard let bytes = try root.bytes(at: path) else { return nil }
    let reading = ShellReading(
      [bytes], dialect: .bash, asking: ["LOADER_TYPE"], after: ["LOADER_TYPE": .unset])
    return reading.variables["LOADER_TYPE"]?.binding.value.bytes?.text
  }

  private func programsOnESP(_ mountPoints: [String]) throws(HostFileError) -> [BootLoaderEvidence.Sign] {
    var signs: [BootLoaderEvidence.Sign] = []
    for mountPoint in mountPoints {
      for name in try root.names(in: mountPoint + "/EFI/Linux") ?? [] where name.hasSuffix(".efi") {
        signs.append(.init(.unifiedImage, "\(mountPoint)/EFI/Linux", name))
      }
      for name in try root.names(in: mountPoint + "/EFI/systemd") ?? [] where name.hasPrefix("systemd-boot") {
        signs.append(.init(.systemdBoot, "\(mountPoint)/EFI/systemd", name))
      }
    }
    return signs
  }

  // MARK: What started the running kernel

  /// The kernel's own command line first: GRUB puts BOOT_IMAGE there, systemd-boot the initrd's path on
  /// the ESP. Then the variable in which loaders name themselves (systemd's Boot Loader Interface).
  func bootedBy() throws(HostFileError) -> BootLoaderEvidence.BootedBy? {
    guard let line = evidence.commandLine.value else { return nil }
    if let image = line.last("BOOT_IMAGE") { return .grub(quote: image.text) }
    if let initrd = line.last("initrd"), initrd.value?.hasPrefix("\\") == true {
      return .systemdBoot(quote: initrd.text)
    }
    if let stub = variable("StubInfo") { return .unifiedImage(quote: stub) }
    guard let loader = variable("LoaderInfo") else { return nil }
    return loader.hasPrefix("systemd-boot") ? .systemdBoot(quote: loader) : .grub(quote: loader)
  }

  /// One of systemd's EFI variables: UTF-16 behind four bytes of attributes.
  func variable(_ name: String) -> String? {
    let path = "sys/firmware/efi/efivars/\(name)-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"
    guard let bytes = try? root.bytes(at: path), bytes.count > 4 else { return nil }
    return stride(from: 4, to: bytes.count - 1, by: 2).compactMap { index in
      bytes[index + 1] == 0 && bytes[index] != 0 ? String(UnicodeScalar(bytes[index])) : nil
    }.joined()
  }
}
