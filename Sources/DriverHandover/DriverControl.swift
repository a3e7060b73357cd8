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
