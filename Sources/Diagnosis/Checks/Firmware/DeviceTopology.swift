import HostModel

/// Which devices a scope of the table DMAR means on this host.
struct DeviceTopology {
  private let devices: [PCIDevice]
  private let byAddress: [PCIAddress: PCIDevice]

  init(_ devices: [PCIDevice]) {
    self.devices = devices
    byAddress = Dictionary(devices.map { ($0.address, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The devices that VFIO refuses for it; a bridge ties everything behind it
  /// (drivers/iommu/intel/iommu.c, device_has_rmrr).
  func tied(by scope: DeviceScope, segment: UInt16) -> [String] {
    guard scope.kind == .endpoint || scope.kind == .bridge else { return [] }
    guard let device = device(at: scope, segment: segment) else { return [] }
    let meant = device.isBridge ? devices.filter { isBehind($0, device.address) } : [device]
    return meant.filter { !$0.isBridge && !isRelaxable($0) }.map(\.address.description)
  }

  /// Follows the path over bridges: each further step is on the bus behind the last function.
  private func device(at scope: DeviceScope, segment: UInt16) -> PCIDevice? {
    var current: PCIDevice?
    for (index, step) in scope.path.enumerated() {
      if index == 0 {
        let address = PCIAddress(
          domain: UInt32(segment), bus: scope.startBus, device: step.device, function: step.function)
        current = address.flatMap { byAddress[$0] }
      } else {
        let bridge = current?.address
        current = devices.first {
          $0.parent == bridge && $0.address.device == step.device && $0.address.function == step.function
        }
      }
      if current == nil { return nil }
    }
    return current
  }

  private func isBehind(_ device: PCIDevice, _ bridge: PCIAddress) -> Bool {
    var parent = device.parent
    var steps = 0
    while let above = parent, steps < 256 {
      if above == bridge { return true }
      parent = byAddress[above]?.parent
      steps += 1
    }
    return false
  }

  /// USB controllers and graphics (device_rmrr_is_relaxable).
  private func isRelaxable(_ device: PCIDevice) -> Bool {
    device.subclass == 0x0c03 || device.baseClass == 0x03
  }
}
