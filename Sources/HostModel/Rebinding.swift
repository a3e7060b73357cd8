/// The driver that holds a function, and the only one that may (`driver_override`).
package struct DriverBinding: Sendable, Equatable {
  /// Nil when no driver holds it.
  package var driver: String?
  /// Nil when any driver may claim it.
  package var override: String?

  package init(driver: String?, override: String? = nil) {
    self.driver = driver
    self.override = override
  }
}

extension PCIDevice {
  /// How it is bound now.
  package var binding: DriverBinding { DriverBinding(driver: driver, override: driverOverride) }
}

/// A function that goes from one driver to another: data, with an inverse.
package struct Rebinding: Sendable, Equatable {
  package let device: PCIAddress
  package let from: DriverBinding
  /// Where `driver` is nil and `takesAnyDriver`, whichever driver claims it is right.
  package let to: DriverBinding
  /// Whether the kernel chooses the driver: for a way back whose end is not known.
  package let takesAnyDriver: Bool

  package init(device: PCIAddress, from: DriverBinding, to: DriverBinding, takesAnyDriver: Bool = false) {
    self.device = device
    self.from = from
    self.to = to
    self.takesAnyDriver = takesAnyDriver
  }

  /// The way back.
  package var inverse: Rebinding { Rebinding(device: device, from: to, to: from) }

  /// Whether a guest could have it then.
  package var isToVFIO: Bool { to.driver.map { ChosenDevice.isVFIODriver($0) } ?? false }

  /// Whether a function that is bound so has arrived.
  package func isReached(by binding: DriverBinding) -> Bool {
    binding.override == to.override && (takesAnyDriver || binding.driver == to.driver)
  }
}
