import HostFiles
import HostModel

// What the host will use at its next start, or on demand: tables and arguments.

extension StorageUses {
  mutating func addConfigured() {
    addCrypttab()
    addFstab()
    addArguments()
    addBootPartition()
  }

  /// The table's entries; a table that is there and cannot be read is a gap.
  private mutating func entries<Entry>(_ path: String, _ parse: ([UInt8]) -> [Entry]) -> [Entry] {
    do throws(HostFileError) {
      return try root.bytes(at: path).map(parse) ?? []
    } catch {
      addGap("/\(path) could not be read: \(error.reason)")
      return []
    }
  }

  private mutating func addFstab() {
    for entry in entries("etc/fstab", FstabEntry.parse) where !isInUse(entry) {
      let sentence = "/etc/fstab names \(entry.source) for \(purpose(of: entry)), and it is not in use now."
      addNamed(entry.source, .fstab, sentence)
    }
  }

  private func purpose(of entry: FstabEntry) -> String { entry.type == "swap" ? "swap" : entry.mountPoint }

  private func isInUse(_ entry: FstabEntry) -> Bool {
    guard case .devices(let devices) = names.find(entry.source) else {
      return state.mounts.contains { $0.mountPoint == entry.mountPoint && $0.source == entry.source }
    }
    // A btrfs label finds every member.
    return devices.contains(where: active.contains)
  }

  private mutating func addCrypttab() {
    for entry in entries("etc/crypttab", CrypttabEntry.parse) where tree.node(mapping: entry.name) == nil {
      addNamed(
        entry.source, .crypt, "/etc/crypttab unlocks \(entry.source) as \(entry.name), which is not open now."
      )
    }
  }

  /// Adds a use of what a table or an argument names.
  private mutating func addNamed(_ name: String, _ kind: HostUse.Kind, _ sentence: String) {
    switch names.find(name) {
    case .devices(let devices): add(kind, sentence, under: devices)
    case .noDevice: break
    case .missing: addMissing(name, kind, sentence)
    case .unknown:
      let unread = Set(volumes.unread.flatMap { tree.nodes[$0]?.functions ?? [] })
      uses.add(UseGap("\(sentence) Which device that is could not be read.", .devices(unread)))
    }
  }

  /// A volume that is not active may be on any disk with a member of its kind; a device that is not
  /// plugged in is on none.
  private mutating func addMissing(_ name: String, _ kind: HostUse.Kind, _ sentence: String) {
    guard name.hasPrefix("/dev/") else { return }
    let crypttab = ((try? root.bytes(at: "etc/crypttab")) ?? nil).map(CrypttabEntry.parse) ?? []
    if name.hasPrefix("/dev/mapper/"), let entry = crypttab.first(where: { "/dev/mapper/\($0.name)" == name })
    {
      // Its device is named by that entry already.
      if case .devices(let devices) = names.find(entry.source) { add(kind, sentence, under: devices) }
      return
    }
    let types: Set<String> = ["LVM2_member", "crypto_LUKS", "linux_raid_member", "mpath_member"]
    let candidates = tree.nodes.values.filter { node in
      !used.contains(node.name) && (node.content.map { types.contains($0.type ?? "") } ?? true)
    }
    let functions = Set(candidates.flatMap(\.functions))
    if !functions.isEmpty {
      uses.add(UseGap("\(sentence) It is not active, and may be on a disk behind it.", .devices(functions)))
    }
  }

  /// Arguments of the running kernel that name a device. What they name and is mounted counts as such.
  private mutating func addArguments() {
    guard let line = ((try? root.bytes(at: "proc/cmdline")) ?? nil).map(KernelCommandLine.init(parsing:))
    else {
      return
    }
    for parameter in line.parameters {
      guard let value = parameter.value, !value.isEmpty else { continue }
      let sentence = "The kernel was started with \(parameter.text)."
      switch parameter.canonicalName {
      case "root": addArgument(value, .root, sentence)
      case "resume": addArgument(value, .swap, sentence)
      case "cryptdevice": addArgument(beforeOption(value), .crypt, sentence)
      case "rd.luks.uuid", "luks.uuid": addArgument("UUID=" + withoutLUKS(value), .crypt, sentence)
      case "rd.luks.name", "luks.name":
        addArgument("UUID=" + value.prefix { $0 != "=" }, .crypt, sentence)
      default: break
      }
    }
  }

  /// Only what can be found counts here, and is not in use otherwise: the argument did its work when
  /// the host started.
  private mutating func addArgument(_ name: String, _ kind: HostUse.Kind, _ sentence: String) {
    guard case .devices(let devices) = names.find(name), !devices.allSatisfy(used.contains) else { return }
    add(kind, sentence, under: devices)
  }

  /// `UUID=…:root:allow-discards` without the mapping's name and options.
  private func beforeOption(_ value: String) -> String { String(value.prefix { $0 != ":" }) }

  private func withoutLUKS(_ value: String) -> String {
    value.hasPrefix("luks-") ? String(value.dropFirst(5)) : value
  }

  /// The partition that the boot loader came from, as it told the kernel (Boot Loader Interface,
  /// systemd): also where no ESP is mounted.
  private mutating func addBootPartition() {
    let variable = "sys/firmware/efi/efivars/LoaderDevicePartUUID-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"
    guard let bytes = (try? root.bytes(at: variable)) ?? nil else { return }
    // Four bytes of attributes, then UTF-16 that is ASCII here.
    let text = bytes.dropFirst(4).filter { $0 != 0 }.text
    addArgument("PARTUUID=" + text, .esp, "The boot loader was started from partition \(text.lowercased()).")
  }
}
