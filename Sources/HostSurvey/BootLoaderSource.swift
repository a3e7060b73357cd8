import HostFiles
import HostModel

/// Looks at everything that tells how this host boots, and from where it takes kernel arguments.
package func surveyBootLoader(_ root: HostRoot, _ evidence: HostEvidence) -> Observed<BootLoaderEvidence> {
  do throws(HostFileError) {
    return .found(try BootLoaderSource(root: root, evidence: evidence).survey(), source: "boot")
  } catch {
    return .unreadable(source: error.path, reason: error.reason)
  }
}

private struct BootLoaderSource {
  let root: HostRoot
  let evidence: HostEvidence

  /// Where an EFI system partition is mounted, most specific first.
  static let espMountPoints = ["boot/efi", "efi", "boot"]

  func survey() throws(HostFileError) -> BootLoaderEvidence {
    var found = BootLoaderEvidence()
    found.configMaker = try configMaker()
    if let script = try root.bytes(at: "etc/grub.d/10_linux") { found.linuxScript = .init(script) }
    found.defaults = try root.bytes(at: GrubDefaultsFiles.mainPath)
    found.dropIns = try dropIns()
    found.shell = try shell(found.interpreter)
    for path in ["boot/grub/grub.cfg", "boot/grub2/grub.cfg"] {
      if let config = try config(at: path) { found.configs.append(config) }
    }
    found.configLinks = try configLinks()
    found.espConfigs = try espConfigs()
    found.grubEnvironment = try grubEnvironment()
    found.loaderEntries = try loaderEntries()
    found.machineID = try root.line(at: "etc/machine-id")
    found.kernelCommandLine = try root.bytes(at: "etc/kernel/cmdline")
    found.unmountedESPs = try unmountedESPs()
    found.hasScriptCheck = ["usr/bin/grub-script-check", "usr/bin/grub2-script-check"].contains(
      where: root.exists)
    found.signs = try signs(hasGrub: found.configs.contains { $0.isGenerated })
    return found
  }

  // MARK: GRUB

  private func configMaker() throws(HostFileError) -> BootLoaderEvidence.ConfigMaker? {
    for path in [
      "usr/sbin/grub2-mkconfig", "usr/bin/grub2-mkconfig", "usr/sbin/grub-mkconfig", "usr/bin/grub-mkconfig",
    ] {
      if let bytes = try root.bytes(at: path) { return .init(path: path, bytes: bytes) }
    }
    return nil
  }

  private func dropIns() throws(HostFileError) -> [GrubDefaultsFile] {
    var files: [GrubDefaultsFile] = []
    for name in try root.names(in: GrubDefaultsFiles.dropInDirectory) ?? [] {
      // As the shell's `*.cfg` sees them: hidden files are not among them.
      guard name.hasSuffix(".cfg"), !name.hasPrefix(".") else { continue }
      let path = GrubDefaultsFiles.dropInDirectory + "/" + name
      if let bytes = try root.bytes(at: path) { files.append(GrubDefaultsFile(path: path, bytes: bytes)) }
    }
    return files
  }

  private func shell(_ interpreter: [String]) throws(HostFileError) -> ShellDialect? {
    // `#!/usr/bin/env bash` names it in its argument.
    if interpreter.first?.hasSuffix("/env") == true {
      return interpreter.last == "bash" ? .bash : .dash
    }
    let path = String((interpreter.first ?? "/bin/sh").drop { $0 == "/" })
    guard root.exists(path) else { return nil }
    let target = try root.resolvedPath(path)
    if target.hasSuffix("dash") { return .dash }
    if target.hasSuffix("bash") { return .bash }
    // A shell that is neither: the narrower dialect is the safer one.
    return .dash
  }

  private func config(at path: String) throws(HostFileError) -> GrubConfig? {
    try root.bytes(at: path).map { GrubConfig($0, path: path) }
  }

  private func configLinks() throws(HostFileError) -> [String] {
    let isEFI = evidence.firmwareKind.value == .efi
    var links: [String] = []
    for path in isEFI ? ["etc/grub2-efi.cfg", "etc/grub2.cfg"] : ["etc/grub2.cfg", "etc/grub2-efi.cfg"] {
      if try root.linkTarget(at: path) != nil { links.append(normalized(try root.resolvedPath(path))) }
    }
    return links
  }

  /// `etc/../boot/grub2/grub.cfg` -> `boot/grub2/grub.cfg`.
  private func normalized(_ path: String) -> String {
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    return parts.joined(separator: "/")
  }

  private func espConfigs() throws(HostFileError) -> [GrubConfig] {
    var configs: [GrubConfig] = []
    for mountPoint in Self.espMountPoints {
      for name in try root.names(in: mountPoint + "/EFI") ?? [] {
        if let config = try config(at: "\(mountPoint)/EFI/\(name)/grub.cfg") { configs.append(config) }
      }
    }
    return configs
  }

  private func grubEnvironment() throws(HostFileError) -> GrubEnvironment? {
    for path in ["boot/grub2/grubenv", "boot/grub/grubenv"] {
      if let bytes = try root.bytes(at: path) { return GrubEnvironment(bytes) }
    }
    return nil
  }

  private func loaderEntries() throws(HostFileError) -> [LoaderEntry] {
    var entries: [LoaderEntry] = []
    for folder in ["boot/loader/entries", "efi/loader/entries", "boot/efi/loader/entries"] {
      for name in try root.names(in: folder) ?? [] where name.hasSuffix(".conf") {
        let path = folder + "/" + name
        if let bytes = try root.bytes(at: path) { entries.append(LoaderEntry(bytes, path: path)) }
      }
    }
    return entries
  }

  /// ESPs that fstab names and nothing is mounted on: files written there would land below the mount.
  private func unmountedESPs() throws(HostFileError) -> [String] {
    guard root.isRunningHost, let mounts = try root.bytes(at: "proc/self/mounts"),
      let fstab = try root.bytes(at: "etc/fstab")
    else { return [] }
    let mounted = Set(Mount.parse(mounts: mounts).map(\.mountPoint))
    return FstabEntry.parse(fstab).map(\.mountPoint).filter {
      ["/boot", "/boot/efi", "/efi"].contains($0) && !mounted.contains($0)
    }
  }

  // MARK: Other masters

  private func signs(hasGrub: Bool) throws(HostFileError) -> [BootLoaderEvidence.Sign] {
    var signs: [BootLoaderEvidence.Sign] = []
    func note(_ kind: BootLoaderEvidence.Sign.Kind, _ path: String) {
      if root.exists(path) { signs.append(.init(kind, path, "it is there")) }
    }
    note(.ostree, "run/ostree-booted")
    note(.ostree, "ostree/repo")
    note(.snapd, "var/lib/snapd/modeenv")
    note(.nixos, "etc/NIXOS")
    note(.kernelstub, "etc/kernelstub/configuration")
    if let words = try root.bytes(at: "proc/cmdline")?.words.map(\.text) {
      for word in words {
        if word.hasPrefix("ostree=") { signs.append(.init(.ostree, "proc/cmdline", word)) }
        if word.hasPrefix("snapd_recovery_mode=") { signs.append(.init(.snapd, "proc/cmdline", word)) }
      }
    }
    switch evidence.osRelease.value?.id {
    case "ubuntu-core": signs.append(.init(.snapd, "etc/os-release", "ID=ubuntu-core"))
    case "nixos": signs.append(.init(.nixos, "etc/os-release", "ID=nixos"))
    case "vanilla", "steamos", "holoiso", "endless", "chimeraos":
      signs.append(.init(.imageBased, "etc/os-release", "ID=\(evidence.osRelease.value?.id ?? "")"))
    default: break
    }
    if let role = evidence.xen.value, role != XenRole.none {
      signs.append(.init(.xen, evidence.xen.source, "xen"))
    }
    if let uuids = try root.line(at: "etc/kernel/proxmox-boot-uuids"), !uuids.isEmpty {
      signs.append(.init(.proxmoxBootTool, "etc/kernel/proxmox-boot-uuids", uuids))
    }
    if let loader = try loaderType(), loader == "grub2-bls" || loader == "systemd-boot" {
      signs.append(.init(.sdbootutil, "etc/sysconfig/bootloader", "LOADER_TYPE=\(loader)"))
    }
    if !hasGrub { signs += try loadersWithoutGrub() }
    return signs
  }

  /// openSUSE's choice of a loader, as its own tools read it.
  private func loaderType() throws(HostFileError) -> String? {
    guard let bytes = try root.bytes(at: "etc/sysconfig/bootloader") else { return nil }
    let script = ShellScript(bytes, dialect: .bash)
    let reading = ShellReading([script], asking: ["LOADER_TYPE"], after: ["LOADER_TYPE": .unset])
    return reading.variables["LOADER_TYPE"]?.binding.value.bytes?.text
  }

  private func loadersWithoutGrub() throws(HostFileError) -> [BootLoaderEvidence.Sign] {
    var signs: [BootLoaderEvidence.Sign] = []
    for mountPoint in Self.espMountPoints {
      for name in try root.names(in: mountPoint + "/EFI/Linux") ?? [] where name.hasSuffix(".efi") {
        signs.append(.init(.unifiedImage, "\(mountPoint)/EFI/Linux", name))
      }
      for name in try root.names(in: mountPoint + "/EFI/systemd") ?? [] where name.hasPrefix("systemd-boot") {
        signs.append(.init(.systemdBoot, "\(mountPoint)/EFI/systemd", name))
      }
    }
    // Images that systemd-boot starts have entries of their own beside them.
    let hasEntries = try !loaderEntries().isEmpty
    return signs.filter { $0.kind != .unifiedImage || !hasEntries }
  }
}
