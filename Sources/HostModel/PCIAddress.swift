/// Where a PCI function sits: domain, bus, device, function.
///
/// The text form is the kernel's, `0000:00:1f.2`; a domain may have more than four
/// digits (Intel VMD makes `10000:` and up: drivers/pci/controller/vmd.c).
package struct PCIAddress: Hashable, Sendable, Comparable, CustomStringConvertible {
  package let domain: UInt32
  package let bus: UInt8
  /// 0...31
  package let device: UInt8
  /// 0...7
  package let function: UInt8

  /// Nil when `device` is above 31 or `function` above 7.
  package init?(domain: UInt32, bus: UInt8, device: UInt8, function: UInt8) {
    guard device < 32, function < 8 else { return nil }
    self.domain = domain
    self.bus = bus
    self.device = device
    self.function = function
  }

  /// Reads the kernel's form (`0000:01:00.0`), the short one (`01:00.0`, domain 0), and
  /// libvirt's (`pci_0000_01_00_0`). Nil for anything else.
  package init?(_ text: some StringProtocol) {
    var parts: [Substring]
    if text.hasPrefix("pci_") {
      parts = Substring(text.dropFirst(4)).split(separator: "_", omittingEmptySubsequences: false)
      guard parts.count == 4 else { return nil }
    } else {
      parts = Substring(text).split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count == 2 || parts.count == 3, let last = parts.popLast() else { return nil }
      let slot = last.split(separator: ".", omittingEmptySubsequences: false)
      guard slot.count == 2 else { return nil }
      parts += slot
      if parts.count == 3 { parts.insert("0000", at: 0) }
    }
    guard let domain = Self.hex(parts[0], digits: 4...8),
      let bus = Self.hex(parts[1], digits: 2...2),
      let device = Self.hex(parts[2], digits: 2...2),
      let function = Self.hex(parts[3], digits: 1...1)
    else { return nil }
    self.init(
      domain: domain, bus: UInt8(truncatingIfNeeded: bus), device: UInt8(truncatingIfNeeded: device),
      function: UInt8(truncatingIfNeeded: function))
  }

  private static func hex(_ text: Substring, digits: ClosedRange<Int>) -> UInt32? {
    guard digits.contains(text.utf8.count), text.utf8.allSatisfy({ isHexDigit($0) }) else { return nil }
    return UInt32(text, radix: 16)
  }

  /// The kernel's form, lower case: `0000:00:1f.2`.
  package var description: String {
    var text: [UInt8] = []
    text.reserveCapacity(12)
    var digits = 4
    while digits < 8, domain >> UInt32(4 * digits) != 0 { digits += 1 }
    appendHex(UInt32(domain), digits: digits, to: &text)
    text.append(UInt8(ascii: ":"))
    appendHex(UInt32(bus), digits: 2, to: &text)
    text.append(UInt8(ascii: ":"))
    appendHex(UInt32(device), digits: 2, to: &text)
    text.append(UInt8(ascii: "."))
    appendHex(UInt32(function), digits: 1, to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  package static func < (left: PCIAddress, right: PCIAddress) -> Bool {
    left.order < right.order
  }

  private var order: UInt64 {
    UInt64(domain) << 16 | UInt64(bus) << 8 | UInt64(device) << 3 | UInt64(function)
  }

  /// Whether both are functions of one physical slot.
  package func sharesSlot(with other: PCIAddress) -> Bool {
    domain == other.domain && bus == other.bus && device == other.device
  }
}
