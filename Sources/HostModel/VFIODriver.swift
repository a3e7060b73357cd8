extension PCIDevice {
  /// Whether a guest can have it now: it is on vfio-pci or a variant of it.
  package var isOnVFIO: Bool { driver.map { ChosenDevice.isVFIODriver($0) } ?? false }
}
