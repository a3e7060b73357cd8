/// How somebody adds kernel arguments for one boot in the boot loader's menu: works where nothing else does, and
/// leaves nothing behind.
package struct MenuRecipe: Sendable, Equatable {
  /// In order, full sentences.
  package var steps: [String]

  package init(
    _ evidence: BootLoaderEvidence, _ layout: BootLayout, trial: BootTrialEvidence?, entry: GrubMenuEntry?,
    arguments: [String]
  ) {
    let words = arguments.joined(separator: " ")
    switch layout.kind {
    case .ubuntuCore:
      steps = [
        "snapd's menu takes no arguments for one boot: snap set system system.kernel.cmdline-append=\"\(words)\""
      ]
    case .unifiedImage:
      steps = [
        "Restart, and hold the space bar for systemd-boot's menu.",
        "Press e, add \(words) at the end of the line, and press Enter. Under Secure Boot a unified image does not "
          + "take it: build one with other arguments then.",
      ]
    default:
      steps =
        layout.loader == .systemdBoot
        ? Self.systemdBoot(evidence, layout, words) : Self.grub(trial, entry, layout, words)
    }
  }

  private static func grub(
    _ trial: BootTrialEvidence?, _ entry: GrubMenuEntry?, _ layout: BootLayout, _ words: String
  ) -> [String] {
    var steps: [String] = []
    if let trial, trial.hidesMenuByItself {
      steps.append("Have the menu shown at the next start: grub2-editenv - unset menu_auto_hide")
    }
    steps.append(
      trial?.showsMenu == true
        ? "Restart; the boot menu comes up."
        : "Restart. The boot menu is hidden: hold Shift (BIOS) or press Esc again and again (EFI) as soon as the firmware "
          + "is done.")
    steps.append("Choose \(entry.map { "\"\($0.title)\"" } ?? "the usual entry") and press e.")
    let line = entry.flatMap { $0.kernelLine.map { $0 } }.flatMap { index in
      entry.map { $0.body[index].words.prefix(2).map(\.text).joined(separator: " ") }
    }
    let begin = layout.kind == .xen ? "module2 and names the kernel" : line ?? "linux"
    steps.append("At the end of the line that begins with \(begin), add: \(words)")
    steps.append("Press Ctrl-x (or F10). This boot has it; the next one is as always.")
    return steps
  }

  private static func systemdBoot(
    _ evidence: BootLoaderEvidence, _ layout: BootLayout, _ words: String
  ) -> [String] {
    let steps = [
      "Restart, and hold the space bar while the firmware ends: systemd-boot's menu comes up.",
      "Press e on the usual entry, add \(words) at the end of the line, and press Enter. This boot has it; the next "
        + "one is as always.",
    ]
    let own = evidence.ownEntries(of: layout)
    let entries = evidence.entries(of: layout)
    let usual = evidence.choice(of: entries, layout).usual.flatMap { entries[$0].identifier }
    let entry = own.first { $0.name == usual } ?? own.first { !$0.isRescue }
    guard let entry, entry.bytes.contains("options") else { return steps }
    // A tilde sorts it behind all others, so that it is never the first one, which boots by itself.
    let copy = "~\(BootTrial.entryID).conf"
    let path = "/\(entry.folder)/\(copy)"
    return steps + [
      "Or without sitting at it, with a copy that systemd-boot takes once:", "cp /\(entry.path) \(path)",
      "sed -i '/^options/s|$| \(words)|' \(path)", "bootctl set-oneshot '\(copy)'",
      "Restart. Afterwards: rm \(path)",
    ]
  }
}

extension BootTrialEvidence {
  /// Whether the menu shows itself: a timeout, and no style that hides it.
  fileprivate var showsMenu: Bool {
    var isShown = false
    var isHidden = false
    for line in config.lines.map(\.trimmed) {
      if line.starts(with: "set timeout_style=".utf8) {
        isHidden = !line.elementsEqual("set timeout_style=menu".utf8)
      } else if line.starts(with: "set timeout=".utf8) {
        isShown = !line.elementsEqual("set timeout=0".utf8)
      }
    }
    return isShown && !isHidden
  }

  /// Fedora's way of hiding it after a boot that went well.
  fileprivate var hidesMenuByItself: Bool {
    environment.map { GrubEnvironment($0).values["menu_auto_hide"] != nil } ?? false
  }
}
