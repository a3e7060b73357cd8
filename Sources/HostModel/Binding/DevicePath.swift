/// How a PCI function is reached: from its root bus down through the bridges, without bus numbers.
///
/// Bus numbers are handed out anew when a card comes or goes; slots and bridges stay where they are.
/// The text form is `0000:00/01.0=8086:1901/00.0`: root bus, bridges with their ids, the function.
package struct DevicePath: Hashable, Sendable, CustomStringConvertible {
  /// One bridge on the way.
  package struct Bridge: Hashable, Sendable {
    /// 0...31
    package let device: UInt8
    /// 0...7
    package let function: UInt8
    package let vendorID: UInt16
    package let deviceID: UInt16
  }

  package let rootDomain: UInt32
  package let rootBus: UInt8
  package let bridges: [Bridge]
  /// Of the function itself, 0...31.
  package let device: UInt8
  /// Of the function itself, 0...7.
  package let function: UInt8

  /// More bridges than any machine has one below the other; a longer way is a circle.
  package static let longestWay = 64

  /// The way to `device`; nil when a bridge on it is not among `devices` or has no readable ids.
  package init?(to device: PCIDevice, among devices: DevicesByAddress) {
    var bridges: [Bridge] = []
    var top = device.address
    var parent = device.parent
    while let address = parent {
      guard bridges.count < Self.longestWay, let bridge = devices[address], let vendorID = bridge.vendor,
        let deviceID = bridge.device
      else { return nil }
      bridges.append(
        Bridge(device: address.device, function: address.function, vendorID: vendorID, deviceID: deviceID))
      top = address
      parent = bridge.parent
    }
    rootDomain = top.domain
    rootBus = top.bus
    self.bridges = bridges.reversed()
    self.device = device.address.device
    function = device.address.function
  }

  /// Whether the bridges on both ways are of the same kinds, and both ends the same function of
  /// their device: what stays when a card is moved to another slot.
  package func hasShape(of other: DevicePath) -> Bool {
    function == other.function && bridges.count == other.bridges.count
      && zip(bridges, other.bridges).allSatisfy { $0.vendorID == $1.vendorID && $0.deviceID == $1.deviceID }
  }

  /// Reads the text form; nil for anything else.
  package init?(_ text: some StringProtocol) {
    var pieces = Array(text.utf8).split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard pieces.count >= 2, let end = pieces.popLast(), let slot = Self.slot(end) else { return nil }
    guard let (domain, bus) = halves(pieces.removeFirst(), at: ":"),
      let domain = hexNumber(domain, digits: 4...8), let bus = hexNumber(bus, digits: 2...2),
      pieces.count <= Self.longestWay
    else { return nil }
    var bridges: [Bridge] = []
    for piece in pieces {
      guard let (place, ids) = halves(piece, at: "="), let slot = Self.slot(place),
        let ids = DeviceIDs(bytes: ids)
      else { return nil }
      bridges.append(
        Bridge(device: slot.device, function: slot.function, vendorID: ids.vendor, deviceID: ids.device))
    }
    rootDomain = domain
    rootBus = UInt8(truncatingIfNeeded: bus)
    self.bridges = bridges
    device = slot.device
    function = slot.function
  }

  /// `1f.2`
  private static func slot(_ text: ArraySlice<UInt8>) -> (device: UInt8, function: UInt8)? {
    guard let (device, function) = halves(text, at: "."), let device = hexNumber(device, digits: 2...2),
      device < 32, let function = hexNumber(function, digits: 1...1), function < 8
    else { return nil }
    return (UInt8(truncatingIfNeeded: device), UInt8(truncatingIfNeeded: function))
  }

  package var description: String {
    var text: [UInt8] = []
    appendHex(rootDomain, digits: rootDomain > 0xffff ? 8 : 4, to: &text)
    text.append(UInt8(ascii: ":"))
    appendHex(UInt32(rootBus), digits: 2, to: &text)
    for bridge in bridges {
      text.append(UInt8(ascii: "/"))
      appendSlot(bridge.device, bridge.function, to: &text)
      text += "=\(DeviceIDs(vendor: bridge.vendorID, device: bridge.deviceID))".utf8
    }
    text.append(UInt8(ascii: "/"))
    appendSlot(device, function, to: &text)
    return text.text
  }

  private func appendSlot(_ device: UInt8, _ function: UInt8, to text: inout [UInt8]) {
    appendHex(UInt32(device), digits: 2, to: &text)
    text.append(UInt8(ascii: "."))
    appendHex(UInt32(function), digits: 1, to: &text)
  }
}

/// A vendor's and a device's number, as `8086:2922`; also of a subsystem.
package struct DeviceIDs: Hashable, Sendable, CustomStringConvertible {
  package let vendor: UInt16
  package let device: UInt16

  package init(vendor: UInt16, device: UInt16) {
    self.vendor = vendor
    self.device = device
  }

  /// Four hexadecimal digits, a colon, four more; nil for anything else.
  package init?(_ text: some StringProtocol) { self.init(bytes: Array(text.utf8)[...]) }

  init?(bytes text: ArraySlice<UInt8>) {
    guard let (vendor, device) = halves(text, at: ":"), let vendor = hexNumber(vendor, digits: 4...4),
      let device = hexNumber(device, digits: 4...4)
    else { return nil }
    self.init(vendor: UInt16(truncatingIfNeeded: vendor), device: UInt16(truncatingIfNeeded: device))
  }

  package var description: String {
    "\(hexText(UInt32(vendor), digits: 4)):\(hexText(UInt32(device), digits: 4))"
  }
}

/// Hexadecimal digits and nothing else, so many; nil otherwise.
func hexNumber(_ text: ArraySlice<UInt8>, digits: ClosedRange<Int>) -> UInt32? {
  guard digits.contains(text.count) else { return nil }
  var number: UInt32 = 0
  for byte in text {
    guard let digit = hexDigitValue(byte) else { return nil }
    number = number << 4 | UInt32(digit)
  }
  return number
}

/// What stands before and after the separator; nil unless it stands there once.
private func halves(
  _ text: ArraySlice<UInt8>, at separator: Unicode.Scalar
) -> (ArraySlice<UInt8>, ArraySlice<UInt8>)? {
  let separator = UInt8(ascii: separator)
  guard let place = text.firstIndex(of: separator) else { return nil }
  let (before, after) = (text[..<place], text[(place + 1)...])
  return after.contains(separator) ? nil : (before, after)
}
