import Glibc
import HostFiles
import HostModel
import PCISurvey

/// The few things that are done to drivers and devices.
package protocol DriverControl {
  /// Begins what takes time before any driver can be loaded, and takes no device. Does not wait.
  func getReady()
  /// The driver that holds the device now, and its override.
  func state(of device: PCIAddress) -> DriverBinding
  /// The driver alone.
  func driver(of device: PCIAddress) -> String?
  /// Nil takes the override off.
  func setOverride(_ driver: String?, on device: PCIAddress) throws(DriverFailure)
  func unbind(_ device: PCIAddress) throws(DriverFailure)
  /// Lets the kernel look for a driver.
  func probe(_ device: PCIAddress) throws(DriverFailure)
  /// Makes the driver be there, whether by a module or built in, and tells its own name: of a
  /// module mlx5_vfio_pci the driver may have dashes.
  func load(_ driver: String) throws(DriverFailure) -> String
}

/// What could not be done, as a sentence without a full stop.
package struct DriverFailure: Error, Equatable, Sendable {
  package let description: String

  package init(_ description: String) { self.description = description }
}

/// The running kernel's, through sysfs and the program that loads modules.
package struct KernelDriverControl: DriverControl {
  private let root: HostRoot
  private let loader: DriverLoader

  /// - Parameter root: the running system's own root; another one has no kernel behind its sysfs.
  package init(_ root: HostRoot, _ loader: DriverLoader) {
    self.root = root
    self.loader = loader
  }

  /// What every vfio driver for PCI devices is built on (drivers/vfio/pci/Kconfig, since Linux 5.16): it is
  /// no driver itself, so it takes nothing whatever becomes of the plan. A kernel without it says so, and
  /// nobody listens.
  package func getReady() { loader.begin("vfio_pci_core") }

  package func state(of device: PCIAddress) -> DriverBinding {
    surveyDriverBinding(of: device, root) ?? DriverBinding(driver: nil)
  }

  package func driver(of device: PCIAddress) -> String? { surveyDriver(of: device, root) }

  package func setOverride(_ driver: String?, on device: PCIAddress) throws(DriverFailure) {
    // A line feed alone clears it (drivers/base/driver.c, driver_set_override).
    try write("\(pciDevicesPath)/\(device)/driver_override", (driver ?? "") + "\n")
  }

  package func unbind(_ device: PCIAddress) throws(DriverFailure) {
    try write("\(pciDevicesPath)/\(device)/driver/unbind", "\(device)\n")
  }

  package func probe(_ device: PCIAddress) throws(DriverFailure) {
    try write("sys/bus/pci/drivers_probe", "\(device)\n")
  }

  package func load(_ driver: String) throws(DriverFailure) -> String {
    if let name = registeredName(of: driver) { return name }
    try loader.load(driver)
    // What maps a guest's memory: not every kernel asks for it by itself, and nobody needs it yet.
    loader.begin("vfio_iommu_type1")
    // Its name is known, and the link of each device, read at the end, tells whether it is there.
    if driver == "vfio-pci" { return driver }
    guard let name = registeredName(of: driver) else {
      throw DriverFailure("there is no driver \(driver) after loading its module")
    }
    return name
  }

  private func registeredName(of driver: String) -> String? {
    let directory = "sys/bus/pci/drivers"
    if root.exists("\(directory)/\(driver)") { return driver }
    let names = (try? root.names(in: directory)) ?? nil
    return names?.first { KernelParameter(name: $0, value: nil).isNamed(driver) }
  }

  private func write(_ path: String, _ value: String) throws(DriverFailure) {
    do throws(HostFileError) {
      try root.writeAttribute(path, value)
    } catch {
      throw DriverFailure("\(error)")
    }
  }
}
