import HostFiles
import HostModel
import KernelModules
import PCISurvey

/// The few things that are done to a function's driver.
package protocol HandoverControl {
  /// Nil when the function is gone.
  func binding(of device: PCIAddress) -> DriverBinding?
  /// Nil takes the override off.
  func setOverride(_ driver: String?, on device: PCIAddress) throws(HandoverFailure)
  func unbind(_ device: PCIAddress) throws(HandoverFailure)
  /// Lets the kernel look for a driver.
  func probe(_ device: PCIAddress) throws(HandoverFailure)
  /// Makes the driver be there, by its module or built in.
  func load(_ driver: String) throws(HandoverFailure)
}

/// What could not be done, as a clause without a full stop.
package struct HandoverFailure: Error, Equatable, Sendable, CustomStringConvertible {
  package let device: PCIAddress?
  package let description: String
  /// The kernel is still at it: whatever else is asked about the device now, even reading its
  /// override, waits for the same lock (device_lock in drivers/base/core.c).
  package let isStuck: Bool

  package init(_ device: PCIAddress?, _ description: String, isStuck: Bool = false) {
    self.device = device
    self.description = description
    self.isStuck = isStuck
  }
}

/// The running kernel's, through sysfs, with a time limit for each thing that a driver takes part in.
package struct KernelHandoverControl: HandoverControl {
  private let root: HostRoot
  private let limit: Int

  /// - Parameter limit: milliseconds for one unbinding or probing.
  package init(_ root: HostRoot, limit: Int) {
    self.root = root
    self.limit = limit
  }

  package func binding(of device: PCIAddress) -> DriverBinding? {
    surveyPCIDevice(device, root)?.binding
  }

  package func setOverride(_ driver: String?, on device: PCIAddress) throws(HandoverFailure) {
    // A line feed alone clears it (drivers/base/driver.c, driver_set_override).
    try write(
      "\(pciDevicesPath)/\(device)/driver_override", (driver ?? "") + "\n", device, "setting the override of")
  }

  package func unbind(_ device: PCIAddress) throws(HandoverFailure) {
    try write("\(pciDevicesPath)/\(device)/driver/unbind", "\(device)\n", device, "taking the driver from")
  }

  package func probe(_ device: PCIAddress) throws(HandoverFailure) {
    try write("sys/bus/pci/drivers_probe", "\(device)\n", device, "finding a driver for")
  }

  package func load(_ driver: String) throws(HandoverFailure) {
    let place = "sys/bus/pci/drivers/\(driver)"
    guard !root.exists(place) else { return }
    do throws(KmodError) {
      let modules = try hostModules(root)
      try modules.load(driver)
      // What maps a guest's memory: not every kernel asks for it by itself.
      if ChosenDevice.isVFIODriver(driver) { try modules.load("vfio_iommu_type1") }
    } catch {
      throw HandoverFailure(nil, "\(error)")
    }
    guard root.exists(place) else {
      throw HandoverFailure(nil, "there is no driver \(driver) after its module was loaded")
    }
  }

  private func write(
    _ path: String, _ value: String, _ device: PCIAddress, _ doing: String
  ) throws(HandoverFailure) {
    do throws(LimitedWrite) {
      try root.writeAttribute(path, value, within: limit)
    } catch {
      let isStuck = if case .timedOut = error { true } else { false }
      throw HandoverFailure(device, "\(doing) \(device): \(words(for: error))", isStuck: isStuck)
    }
  }

  private func words(for failure: LimitedWrite) -> String {
    switch failure {
    case .refused(let error): "/\(error.path): \(error.reason)"
    case .timedOut(_, let milliseconds, let frames):
      "not done after \(milliseconds / 1000) s"
        + (frames.isEmpty ? "" : "; the kernel waits in \(frames.prefix(4).joined(separator: " < "))")
    }
  }
}

/// The modules of the running kernel, with the host's own configuration.
package func hostModules(_ root: HostRoot) throws(KmodError) -> KmodContext {
  let release = ((try? root.line(at: "proc/sys/kernel/osrelease")) ?? nil) ?? ""
  return try KmodContext(
    moduleDirectory: "/lib/modules/\(release)",
    configuration: ["/etc/modprobe.d", "/run/modprobe.d", "/usr/lib/modprobe.d", "/lib/modprobe.d"])
}

/// Loads the modules that would claim a function, as udev does when it appears; one that cannot be
/// loaded is passed over.
package func loadHostDrivers(of device: PCIDevice, _ root: HostRoot) {
  guard let modules = try? hostModules(root) else { return }
  for name in hostDriverModules(of: device, modules) { try? modules.load(name) }
}

/// The same for the function at an address; nothing where there is none.
package func loadHostDrivers(at address: PCIAddress, _ root: HostRoot) {
  if let device = surveyPCIDevice(address, root) { loadHostDrivers(of: device, root) }
}

/// Whether the kernel has a module that would claim a function and that the host does not deny.
package func hasHostDriver(_ device: PCIDevice, _ root: HostRoot) -> Bool {
  guard let modules = try? hostModules(root) else { return false }
  return !hostDriverModules(of: device, modules).isEmpty
}

private func hostDriverModules(of device: PCIDevice, _ modules: KmodContext) -> [String] {
  guard let alias = device.modalias, let matches = try? modules.modules(matching: alias) else { return [] }
  return matches.filter { !$0.isDenylisted }.map(\.name)
}

/// The vfio driver for a function: a variant driver of its make where there is one, else vfio-pci.
///
/// Variant drivers say by aliases `vfio_pci:v…d…` what they are for, as others do by `pci:v…d…`
/// (Documentation/driver-api/vfio-pci-device-specific-driver-acceptance.rst; libvirt chooses alike).
package func vfioDriver(for device: PCIDevice, _ root: HostRoot) -> String {
  guard let alias = device.modalias, let modules = try? hostModules(root),
    let matches = try? modules.modules(matching: "vfio_" + alias),
    let variant = matches.first(where: { !$0.isDenylisted && $0.name != "vfio_pci" })
  else { return "vfio-pci" }
  return variant.name
}
