import HostModel

/// Names of the devices' vendors, models and classes, from the databases of the system that the
/// program runs on: udev's compiled one, else the text file of the PCI ID project, else none.
/// Each id is looked up once.
package func hardwareNames(for devices: [PCIDevice]) -> PCINames {
  guard !devices.isEmpty else { return PCINames() }
  let wanted = WantedNames(devices)
  if let database = HardwareDatabase() { return database.names(wanted) }
  for path in pciIDPaths {
    if let names = pciIDNames(wanted, path: path) { return names }
  }
  return PCINames()
}

/// The ids that names are wanted for.
struct WantedNames {
  var vendors: Set<UInt16> = []
  var devices: Set<UInt32> = []
  var classes: Set<UInt32> = []

  init(_ devices: [PCIDevice]) {
    for device in devices {
      if let subclass = device.subclass { classes.insert(subclass) }
      guard let vendor = device.vendor else { continue }
      vendors.insert(vendor)
      if let id = device.device { self.devices.insert(PCINames.key(vendor, id)) }
    }
  }
}
