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
  @inlinable package init?(_ text: some StringProtocol) { self.init(bytes: Array(text.utf8)[...]) }

  /// The same forms, as bytes.
  package init?(bytes text: ArraySlice<UInt8>) {
    let isLibvirts = text.starts(with: "pci_".utf8)
    let bytes = text.dropFirst(isLibvirts ? 4 : 0)
    // What stands before `:BB:dd.f`; -1 when neither domain nor colon does.
    let domainWidth = bytes.count - 8
    guard (4...8).contains(domainWidth) || (domainWidth == -1 && !isLibvirts) else { return nil }
    var domain: UInt32 = 0
    var bus: UInt8 = 0
    var device: UInt8 = 0
    var function: UInt8 = 0
    for index in bytes.indices {
      let byte = bytes[index]
      let place = index - bytes.startIndex - domainWidth
      if place == 0 || place == 3 || place == 6 {
        let separator = isLibvirts ? UInt8(ascii: "_") : UInt8(ascii: place == 6 ? "." : ":")
        guard byte == separator else { return nil }
        continue
      }
      guard let digit = hexDigitValue(byte) else { return nil }
      switch place {
      case ..<0: domain = domain << 4 | UInt32(digit)
      case 1, 2: bus = bus << 4 | digit
      case 4, 5: device = device << 4 | digit
      default: function = digit
      }
    }
    self.init(domain: domain, bus: bus, device: device, function: function)
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
