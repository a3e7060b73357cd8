/// What a PCI function is known by, so that it is found again after addresses have moved, and so
/// that nothing else is taken for it.
package struct DeviceIdentity: Hashable, Sendable {
  /// Where it sat when it was looked at: a place to begin, no proof.
  package var address: PCIAddress
  package var ids: DeviceIDs
  /// Nil on bridges, and where the function has none.
  package var subsystem: DeviceIDs?
  /// 24 bits: base class, subclass, programming interface.
  package var deviceClass: UInt32
  package var path: DevicePath
  /// Ways to the others of its kind that there were then, sorted by their text. When this
  /// set changes, sitting in the same place no longer proves which of them a device is.
  package var twins: [DevicePath]

  package init(
    address: PCIAddress, ids: DeviceIDs, subsystem: DeviceIDs?, deviceClass: UInt32, path: DevicePath,
    twins: [DevicePath] = []
  ) {
    self.address = address
    self.ids = ids
    self.subsystem = subsystem
    self.deviceClass = deviceClass
    self.path = path
    self.twins = twins
  }

  /// Of a function of this host; nil when its ids, its class or its way cannot be read.
  package init?(of device: PCIDevice, among devices: [PCIDevice]) {
    let byAddress = DevicesByAddress(devices)
    guard let vendor = device.vendor, let number = device.device, let deviceClass = device.deviceClass,
      let path = DevicePath(to: device, among: byAddress)
    else { return nil }
    self.init(
      address: device.address, ids: DeviceIDs(vendor: vendor, device: number), subsystem: device.subsystem,
      deviceClass: deviceClass, path: path)
    let others = devices.filter { $0.address != device.address && isKind(of: $0) }
    twins = others.compactMap { DevicePath(to: $0, among: byAddress) }.sorted(by: precedes)
  }

  /// Whether `other` has the same ids, subsystem and class, and is the same function of its device:
  /// the ports of one card are of one model, but not in each other's place.
  package func isKind(of other: PCIDevice) -> Bool {
    other.vendor == ids.vendor && other.device == ids.device && other.subsystem == subsystem
      && other.deviceClass == deviceClass && other.address.function == path.function
  }
}

extension PCIDevice {
  /// Nil when it has none, or only half of one.
  package var subsystem: DeviceIDs? {
    guard let subsystemVendor, let subsystemDevice else { return nil }
    return DeviceIDs(vendor: subsystemVendor, device: subsystemDevice)
  }

  /// Host bridges and bridges between PCI buses: they share a group with what is behind them, stay
  /// on the host, and do not stand in the way (drivers/vfio/pci/vfio_pci_core.c binds no bridge).
  package var isNeverBound: Bool {
    subclass == 0x0600 || subclass == 0x0604 || subclass == 0x0609
  }
}

func precedes(_ left: DevicePath, _ right: DevicePath) -> Bool { left.description < right.description }
