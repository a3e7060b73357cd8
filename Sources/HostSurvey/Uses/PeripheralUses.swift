import HostFiles
import HostModel

/// Controllers with keyboards behind them, and sound that is in use.
enum PeripheralUses {
  /// All such uses below a root.
  static func survey(_ root: HostRoot, _ places: PCIPlaces) -> HostUses {
    var uses = HostUses()
    addKeyboards(to: &uses, root, places)
    addSound(to: &uses, root, places)
    return uses
  }

  private static func addKeyboards(to uses: inout HostUses, _ root: HostRoot, _ places: PCIPlaces) {
    let path = "sys/class/input"
    guard let names = (try? root.names(in: path)) ?? nil else {
      // A kernel without input devices has no such class; without any class, nobody looked.
      if !root.exists("sys/class") {
        uses.add(UseGap("the host's keyboards could not be listed (/sys/class/input)", .input))
      }
      return
    }
    for name in names where name.hasPrefix("input") {
      let device = root.sysfsPath(of: "\(path)/\(name)")
      let functions = places.functions(on: device)
      guard !functions.isEmpty, isKeyboard(root.attribute(device + "/capabilities/key")) else { continue }
      let label = root.attribute(device + "/name") ?? name
      for function in functions {
        uses.add(HostUse(.input, "The keyboard \"\(label)\" is behind it."), to: function)
      }
    }
  }

  /// Whether the keys 1 to 31 (Esc to D) are all there, as udev judges (systemd, udev-builtin-input_id.c).
  /// The mask is hexadecimal words, the lowest last.
  private static func isKeyboard(_ mask: String?) -> Bool {
    guard let lowest = mask?.split(separator: " ").last, let word = UInt64(lowest, radix: 16) else {
      return false
    }
    return word & 0xffff_fffe == 0xffff_fffe
  }

  /// A stream is open when the status of its substream is not `closed`.
  private static func addSound(to uses: inout HostUses, _ root: HostRoot, _ places: PCIPlaces) {
    for card in root.listing("proc/asound") where card.hasPrefix("card") && card != "cards" {
      let functions = places.functions(on: root.sysfsPath(of: "sys/class/sound/\(card)"))
      guard !functions.isEmpty, let stream = openStream(of: card, root) else { continue }
      for function in functions {
        uses.add(
          HostUse(.sound, "Sound runs on \(card), \(stream).", isEssential: false), to: function)
      }
    }
  }

  private static func openStream(of card: String, _ root: HostRoot) -> String? {
    let path = "proc/asound/\(card)"
    for pcm in root.listing(path) where pcm.hasPrefix("pcm") {
      for sub in root.listing("\(path)/\(pcm)") where sub.hasPrefix("sub") {
        if root.attribute("\(path)/\(pcm)/\(sub)/status")?.hasPrefix("state: RUNNING") == true { return pcm }
      }
    }
    return nil
  }
}
