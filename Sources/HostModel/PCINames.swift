/// What people call vendors, devices and classes. Names are no evidence: nothing is judged by them.
package struct PCINames: Sendable, Equatable {
  package var vendors: [UInt16: String] = [:]
  /// By vendor and device: see `key`.
  package var devices: [UInt32: String] = [:]
  /// By base class and subclass: 0x0300 is "VGA compatible controller".
  package var classes: [UInt32: String] = [:]

  package init() {}

  package static func key(_ vendor: UInt16, _ device: UInt16) -> UInt32 {
    UInt32(vendor) << 16 | UInt32(device)
  }

  package func vendor(of device: PCIDevice) -> String? {
    device.vendor.flatMap { vendors[$0] }
  }

  package func name(of device: PCIDevice) -> String? {
    guard let vendor = device.vendor, let id = device.device else { return nil }
    return devices[Self.key(vendor, id)]
  }

  package func className(of device: PCIDevice) -> String? {
    device.subclass.flatMap { classes[$0] }
  }
}
