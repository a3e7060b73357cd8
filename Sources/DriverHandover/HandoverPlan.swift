import HostModel

/// What takes groups to VFIO: every member that a guest gets and that is not there yet.
///
/// - Parameter driver: the vfio driver for a function: vfio-pci, or the variant for its make.
package func detachment(
  of groups: [IOMMUGroup], devices: [PCIDevice], driver: (PCIDevice) -> String
) -> [Rebinding] {
  members(of: groups, devices).filter { !$0.isNeverBound && !$0.isOnVFIO }.map { device in
    let name = driver(device)
    return Rebinding(
      device: device.address, from: device.binding, to: DriverBinding(driver: name, override: name))
  }
}

/// What gives groups back: every member on VFIO goes to whichever driver of the host's claims it, and
/// no override stays behind. So does a member that has no driver at all though one would claim it: an
/// attempt that hung may have left it so.
package func reattachment(
  of groups: [IOMMUGroup], devices: [PCIDevice], hasHostDriver: (PCIDevice) -> Bool
) -> [Rebinding] {
  members(of: groups, devices).filter { device in
    if device.isOnVFIO { return true }
    if let override = device.driverOverride { return ChosenDevice.isVFIODriver(override) }
    return device.driver == nil && !device.isNeverBound && hasHostDriver(device)
  }.map {
    Rebinding(device: $0.address, from: $0.binding, to: DriverBinding(driver: nil), takesAnyDriver: true)
  }
}

private func members(of groups: [IOMMUGroup], _ devices: [PCIDevice]) -> [PCIDevice] {
  groups.flatMap(\.members).compactMap { address in devices.first { $0.address == address } }
}
