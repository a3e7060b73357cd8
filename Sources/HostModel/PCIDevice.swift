/// One PCI function, as sys/bus/pci/devices shows it.
package struct PCIDevice: Sendable, Equatable {
  package let address: PCIAddress
  package var vendor: UInt16
  package var device: UInt16
  package var subsystemVendor: UInt16?
  package var subsystemDevice: UInt16?
  /// 24 bits: base class, subclass, programming interface (0x030000 is a VGA controller).
  package var deviceClass: UInt32
  package var revision: UInt8?
  /// Name of the bound driver; nil when none is.
  package var driver: String?
  /// IOMMU group number of this boot; nil when the kernel put it in none.
  package var group: Int?

  package init(
    address: PCIAddress, vendor: UInt16, device: UInt16, deviceClass: UInt32,
    subsystemVendor: UInt16? = nil, subsystemDevice: UInt16? = nil, revision: UInt8? = nil,
    driver: String? = nil, group: Int? = nil
  ) {
    self.address = address
    self.vendor = vendor
    self.device = device
    self.deviceClass = deviceClass
    self.subsystemVendor = subsystemVendor
    self.subsystemDevice = subsystemDevice
    self.revision = revision
    self.driver = driver
    self.group = group
  }

  /// PCI bridges of every kind: base class 06.
  package var isBridge: Bool { deviceClass >> 16 == 0x06 }
}
