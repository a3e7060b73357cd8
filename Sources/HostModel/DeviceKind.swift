/// What people look for among devices, wider and plainer than PCI's classes.
package enum DeviceKind: String, Sendable, CaseIterable {
  case display, network, storage, usb, audio, accelerator, input, serial, bridge, system, other

  /// From base class and subclass (PCI Code and ID Assignment Specification).
  package init(_ device: PCIDevice) {
    guard let subclass = device.subclass else {
      self = .other
      return
    }
    switch subclass {
    case 0x0100...0x01ff, 0x0805: self = .storage
    case 0x0200...0x02ff, 0x0d00...0x0dff, 0x0c06: self = .network
    case 0x0300...0x03ff, 0x0001: self = .display
    case 0x0400...0x04ff: self = .audio
    case 0x0600...0x06ff: self = .bridge
    case 0x0700...0x07ff: self = .serial
    case 0x0500...0x05ff, 0x0800...0x08ff, 0x0b00...0x0bff, 0x1100...0x11ff, 0x1300...0x13ff: self = .system
    case 0x0900...0x09ff: self = .input
    case 0x0c03: self = .usb
    case 0x0c00...0x0cff: self = .serial
    case 0x1000...0x10ff, 0x1200...0x12ff, 0x4000...0x40ff: self = .accelerator
    default: self = .other
    }
  }
}
