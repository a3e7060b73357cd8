/// What a command is pointed at: a PCI function, which stands for its whole group, or a group.
package enum DeviceTarget: Hashable, Sendable, CustomStringConvertible {
  case device(PCIAddress)
  /// The number of this boot.
  case group(Int)

  /// Reads `0000:01:00.0`, `01:00.0`, `pci_0000_01_00_0` or `group:13`. Nil for anything else.
  package init?(_ text: some StringProtocol) {
    if text.hasPrefix("group:") {
      let digits = Array(text.utf8.dropFirst(6))
      // Int's own reading would take a sign.
      guard digits.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(digits.text) else {
        return nil
      }
      self = .group(number)
    } else {
      guard let address = PCIAddress(text) else { return nil }
      self = .device(address)
    }
  }

  package var description: String {
    switch self {
    case .device(let address): address.description
    case .group(let number): "group:\(number)"
    }
  }
}
