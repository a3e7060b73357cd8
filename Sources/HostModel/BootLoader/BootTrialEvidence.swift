/// What decides whether GRUB would boot an entry once and then fall back, and what an earlier trial has left.
package struct BootTrialEvidence: Sendable, Equatable {
  /// The folder of grub.cfg, below the root: custom.cfg and grubenv are beside it.
  package var folder: String
  package var config: [UInt8]
  /// Nil: there is no custom.cfg.
  package var custom: [UInt8]?
  /// Nil: there is no grubenv, or it is no file.
  package var environment: [UInt8]?
  package var environmentIsLink = false
  /// The file system that holds grubenv, as the kernel has it mounted: ext4. Nil where nothing is mounted (another
  /// root).
  package var fileSystem: String?
  /// What lies between that file system and the disk: `LVM`, `RAID`, `encryption`. GRUB writes through none.
  package var layers: [String] = []

  /// Whether dracut makes the initramfs: without a root file system it waits for somebody at a shell, unless told.
  package var hasDracut = false

  /// How the trial before this boot ended; nil where nothing tells, or there was none.
  package var end: TrialEnd?

  package init(folder: String, config: [UInt8]) {
    self.folder = folder
    self.config = config
  }

  package var customPath: String { folder + "/custom.cfg" }
  package var environmentPath: String { folder + "/grubenv" }

  package func trial(running: KernelCommandLine?) -> BootTrial? {
    let environment = environment.map { GrubEnvironment($0) }
    var trial = custom.flatMap { BootTrial(custom: $0, environment: environment, running: running) }
    if trial?.outcome == .fellBack { trial?.end = end }
    return trial
  }

  // MARK: What must hold

  /// Why the boot after the trial might not be the usual one, a full sentence; nil when it would be.
  ///
  /// GRUB empties `next_entry` before it starts the entry, so that a panic or a reset ends in the default one. It
  /// has to be able to write its block for that (GRUB's manual, "The GRUB environment block").
  package func obstacle(to entry: GrubMenuEntry) -> String? {
    let config = GrubConfig(config, path: folder)
    if !config.honoursNextEntry {
      return "/\(folder)/grub.cfg does not look at next_entry, so no entry can be chosen for one boot."
    }
    if !config.readsCustom {
      return "/\(folder)/grub.cfg does not read custom.cfg, where the entry would be."
    }
    if let script = Self.otherDefault(in: self.config) {
      return "\(script) sets GRUB's default after next_entry was looked at: the choice would be lost."
    }
    if custom?.lines.contains(where: Self.setsDefault) == true {
      return "/\(customPath) sets GRUB's default itself: the choice would be lost."
    }
    return environmentObstacle ?? diskObstacle(entry)
  }

  private var environmentObstacle: String? {
    let path = "/" + environmentPath
    if environmentIsLink { return "\(path) is a link, which GRUB may not be able to follow when it starts." }
    guard let environment else {
      return
        "There is no \(path), where the choice for one boot is kept (grub-editenv \(path) create makes it)."
    }
    guard GrubEnvironment(environment).isWhole else {
      return
        "\(path) is damaged: it must be GRUB's block of 1024 bytes (grub-editenv \(path) create makes it anew)."
    }
    if let next = GrubEnvironment(environment).nextEntry, next != BootTrial.entryID {
      return
        "The next boot is to take \"\(next)\" already. Restart first, or take that back: grub-editenv \(path) "
        + "unset next_entry."
    }
    return nil
  }

  /// GRUB writes to plain disks and partitions only, and only where a file's blocks stay in place.
  private func diskObstacle(_ entry: GrubMenuEntry) -> String? {
    func cannot(_ what: String) -> String {
      "/\(environmentPath) is on \(what), where GRUB cannot write: it would choose the trial again and again."
    }
    if let layer = layers.first { return cannot(layer) }
    let modules = entry.body.filter { $0.starts(with: "insmod ".utf8) }.map { $0.dropFirst(7).text }
    for module in modules {
      switch module {
      case "lvm": return cannot("LVM")
      case "diskfilter", "mdraid09", "mdraid1x", "raid5rec", "raid6rec", "dm_nv": return cannot("a RAID")
      case "cryptodisk", "luks", "luks2", "geli": return cannot("an encrypted disk")
      default: break
      }
    }
    let known = ["ext2": "ext4", "fat": "vfat", "xfs": "xfs", "btrfs": "btrfs", "zfs": "zfs", "f2fs": "f2fs"]
    guard let type = fileSystem ?? modules.compactMap({ known[$0] }).first else {
      return
        "It could not be found out which file system holds /\(environmentPath), and whether GRUB can write there."
    }
    return ["ext2", "ext3", "ext4", "vfat", "xfs"].contains(type) ? nil : cannot(type)
  }

  /// The script whose part of grub.cfg sets a default of its own.
  private static func otherDefault(in config: [UInt8]) -> String? {
    var script = ""
    for line in config.lines.map(\.trimmed) {
      if line.starts(with: "### BEGIN ".utf8) { script = line.words.dropFirst(2).first?.text ?? "" }
      // 00_header is the one that looks at next_entry; counting failed boots is off unless something set it up.
      if setsDefault(line), !script.hasSuffix("/00_header"), !script.hasSuffix("_fallback_counting") {
        return script
      }
    }
    return nil
  }

  private static func setsDefault(_ line: ArraySlice<UInt8>) -> Bool {
    let line = line.trimmed
    return line.starts(with: "set default=".utf8) || line.starts(with: "default=".utf8)
  }
}
