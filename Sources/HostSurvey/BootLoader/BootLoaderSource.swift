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

struct BootLoaderSource {
  let root: HostRoot
  let evidence: HostEvidence

  /// Where an EFI system partition or an extended boot loader partition is mounted by custom.
  static let customaryMountPoints = ["boot/efi", "efi", "boot"]

  func survey() throws(HostFileError) -> BootLoaderEvidence {
    var found = BootLoaderEvidence()
    let fstab = FstabEntry.parse(try root.bytes(at: "etc/fstab") ?? [])
    found.partitions = try bootPartitions(fstab)
    found.unmountedMounts = try unmounted(fstab)
    found.bootUUIDs = ["/boot", "/"].compactMap { place in
      fstab.first { $0.mountPoint == place }.flatMap { $0.source.value(after: "UUID=") }
    }
    found.configMaker = try configMaker()
    if let script = try root.bytes(at: "etc/grub.d/10_linux") { found.linuxScript = .init(script) }
    found.defaults = try root.bytes(at: GrubDefaultsFiles.mainPath)
    found.dropIns = try dropIns()
    found.shell = try shell(found.interpreter)
    for path in ["boot/grub/grub.cfg", "boot/grub2/grub.cfg"] {
      if let config = try config(at: path) { found.configs.append(config) }
    }
    found.configLinks = try configLinks()
    let mountPoints = mountPoints(of: found.partitions)
    found.espConfigs = try espConfigs(mountPoints)
    found.vendorNames = vendorNames
    found.grubEnvironment = try grubEnvironment()
    found.loaderEntries = try loaderEntries(mountPoints)
    found.loaderDefault = try loaderDefault(mountPoints)
    for name in ["LoaderEntryDefault", "LoaderEntryOneShot", "LoaderEntryLastBooted"] {
      found.loaderVariables[name] = variable(name)
    }
    found.entryTokens = try entryTokens()
    found.rootNames = rootNames(fstab)
    found.kernelReleases = try root.names(in: "lib/modules") ?? []
    found.bootFiles = try root.names(in: "boot") ?? []
    found.kernelCommandLine = try root.bytes(at: KernelCommandLineFile.path).map { KernelCommandLineFile($0) }
    found.vendorCommandLine = try root.bytes(at: "usr/lib/kernel/cmdline").map { KernelCommandLineFile($0) }
    found.kernelstubConfiguration = try root.bytes(at: KernelstubConfiguration.path)
    found.programs = programs
    found.guestSigns = try guestSigns()
    found.firmware =
      evidence.firmwareKind.value ?? (found.partitions.isEmpty && found.espConfigs.isEmpty ? nil : .efi)
    found.secureBoot = evidence.secureBoot.value
    found.bootedBy = try bootedBy()
    found.signs = try signs(found, mountPoints)
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
      if try root.linkTarget(at: path) != nil { links.append(try root.resolvedPath(path).withoutDots) }
    }
    return links
  }

  private func espConfigs(_ mountPoints: [String]) throws(HostFileError) -> [GrubConfig] {
    var configs: [GrubConfig] = []
    for mountPoint in mountPoints {
      for name in try root.names(in: mountPoint + "/EFI") ?? [] {
        if let config = try config(at: "\(mountPoint)/EFI/\(name)/grub.cfg") { configs.append(config) }
      }
    }
    return configs
  }

  /// The folders below EFI/ that distributions name after themselves; derived ones keep their parent's.
  private var vendorNames: [String] {
    guard let release = evidence.osRelease.value else { return [] }
    return ([release.id] + release.idLike).flatMap { id in
      switch id {
      case "rhel": ["redhat"]
      case "ol": ["redhat", "oracle"]
      case _ where id.hasPrefix("opensuse") || id == "suse": ["opensuse", "sles"]
      default: [id]
      }
    }
  }

  private func grubEnvironment() throws(HostFileError) -> GrubEnvironment? {
    for path in ["boot/grub2/grubenv", "boot/grub/grubenv"] {
      guard let bytes = try root.bytes(at: path) else { continue }
      return GrubEnvironment(bytes, path: try root.resolvedPath(path).withoutDots)
    }
    return nil
  }

  // MARK: Entries

  private func loaderEntries(_ mountPoints: [String]) throws(HostFileError) -> [LoaderEntry] {
    var entries: [LoaderEntry] = []
    for folder in mountPoints.map({ $0 + "/loader/entries" }) {
      for name in try root.names(in: folder) ?? [] where name.hasSuffix(".conf") {
        let path = folder + "/" + name
        if let bytes = try root.bytes(at: path) { entries.append(LoaderEntry(bytes, path: path)) }
      }
    }
    return entries
  }

  /// loader.conf(5) is on the EFI system partition.
  private func loaderDefault(_ mountPoints: [String]) throws(HostFileError) -> String? {
    for mountPoint in mountPoints {
      guard let bytes = try root.bytes(at: mountPoint + "/loader/loader.conf") else { continue }
      let lines = bytes.lines.map(\.words).filter { $0.count == 2 && $0[0].elementsEqual("default".utf8) }
      return lines.last?[1].text
    }
    return nil
  }

  /// kernel-install(8): the entry token, else the machine id, else the system's name.
  private func entryTokens() throws(HostFileError) -> [String] {
    let lines = [try root.line(at: "etc/machine-id"), try root.line(at: "etc/kernel/entry-token")]
    let tokens = lines.compactMap(\.self) + [evidence.osRelease.value?.id].compactMap(\.self)
    return tokens.filter { !$0.isEmpty && $0 != "uninitialized" }
  }

  private func rootNames(_ fstab: [FstabEntry]) -> [String] {
    let mounted = fstab.first { $0.mountPoint == "/" }?.source
    return [evidence.commandLine.value?.last("root")?.value, mounted].compactMap(\.self)
  }

  private var programs: [String] {
    let names = [
      "proxmox-boot-tool", "sdbootutil", "kernelstub", "rpm-ostree", "kernel-install", "mkinitcpio", "dracut",
      "os-prober", "grub-script-check", "grub2-script-check",
    ]
    return names.compactMap { name in ["usr/bin/", "usr/sbin/"].map { $0 + name }.first(where: root.exists) }
  }

  private func guestSigns() throws(HostFileError) -> [String] {
    var signs: [String] = []
    for folder in ["etc/libvirt/qemu", "var/lib/libvirt/images", "etc/pve"] {
      // What only root may look into says nothing here.
      let names = (try? root.names(in: folder)) ?? nil
      if names?.contains(where: { $0 != "networks" && $0 != "autostart" }) == true { signs.append(folder) }
    }
    return signs
  }
}

extension String {
  /// What follows a word at the beginning; nil where it does not begin so.
  func value(after prefix: String) -> String? {
    guard hasPrefix(prefix) else { return nil }
    let value = dropFirst(prefix.count)
    return value.first == "\"" ? String(value.dropFirst().dropLast()) : String(value)
  }

  /// `etc/../boot/grub2/grub.cfg` -> `boot/grub2/grub.cfg`.
  var withoutDots: String {
    var parts: [Substring] = []
    for part in split(separator: "/") where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    return parts.joined(separator: "/")
  }
}
