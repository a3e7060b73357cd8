import Diagnosis
import HostModel

/// Everything that the listings of devices and groups show.
package struct DeviceListing: Sendable {
  package var devices: [PCIDevice]
  package var names: PCINames
  package var uses: HostUses
  /// Of each group that tells.
  package var reservedRegions: [Int: [ReservedRegion]]
  /// By modalias; nil where the kernel's modules could not be asked.
  package var candidates: [String: DriverCandidates]?

  package init(
    devices: [PCIDevice], names: PCINames, uses: HostUses, reservedRegions: [Int: [ReservedRegion]],
    candidates: [String: DriverCandidates]?
  ) {
    self.devices = devices
    self.names = names
    self.uses = uses
    self.reservedRegions = reservedRegions
    self.candidates = candidates
  }

  func candidates(for device: PCIDevice) -> DriverCandidates? {
    guard let candidates, let alias = device.modalias else { return nil }
    return candidates[alias]
  }

  /// `SATA controller: Intel Corporation 82801IR/IO/IH…`, with numbers where there are no names.
  func title(of device: PCIDevice) -> String {
    let kind =
      names.className(of: device) ?? device.deviceClass.map { "class \(hexText($0, digits: 6))" } ?? "unknown"
    let vendor = names.vendor(of: device) ?? device.vendor.map { hexText(UInt32($0), digits: 4) }
    let name = names.name(of: device) ?? device.device.map { hexText(UInt32($0), digits: 4) }
    let product = [vendor, name].compactMap(\.self).joined(separator: " ")
    return printable(product.isEmpty ? kind : "\(kind): \(product)")
  }

  /// Kinds of use, each once: `root, esp`.
  func usesInShort(_ device: PCIDevice) -> String {
    var kinds: [String] = []
    for use in uses.of(device.address) where !kinds.contains(use.kind.rawValue) {
      kinds.append(use.kind.rawValue)
    }
    return kinds.joined(separator: ", ")
  }
}

/// `text` cut to a number of columns, with a mark where it was cut.
func cut(_ text: String, to width: Int, _ style: TerminalStyle) -> String {
  guard text.count > width else { return text }
  let mark = style.usesUnicode ? "…" : "..."
  return text.prefix(max(0, width - mark.count)) + mark
}

/// `text` filled with blanks to a number of columns.
func padded(_ text: String, to width: Int) -> String {
  text + String(repeating: " ", count: max(0, width - text.count))
}

/// The same, to the right.
func rightAligned(_ text: String, to width: Int) -> String {
  String(repeating: " ", count: max(0, width - text.count)) + text
}
