/// etc/passthru-doctor/bindings.conf: what vfio-pci gets at every boot.
package struct BindingConfiguration: Equatable, Sendable {
  package static let path = "etc/passthru-doctor/bindings.conf"
  /// The format of the file; a file of another version is refused.
  package static let version = 1

  package var groups: [ChosenGroup]

  package init(groups: [ChosenGroup] = []) { self.groups = groups }

  /// The group that holds the device chosen at an address; nil when none does.
  package func group(holding address: PCIAddress) -> ChosenGroup? {
    groups.first { $0.devices.contains { $0.identity.address == address } }
  }
}

/// Devices that were in one IOMMU group when they were chosen, and are bound together or not at all.
package struct ChosenGroup: Equatable, Sendable {
  /// Every member that must be bound: all but host bridges and bridges between buses.
  package var devices: [ChosenDevice]

  package init(devices: [ChosenDevice]) { self.devices = devices }
}

/// One chosen device.
package struct ChosenDevice: Equatable, Sendable {
  package var identity: DeviceIdentity
  /// `vfio-pci`, or the variant driver for this device (mlx5_vfio_pci).
  package var driver: String
  /// Names of what the host would have kept it for, where that was overridden when it was chosen.
  package var overrides: [String]
  /// Its name for people; a comment in the file, without the number sign.
  package var name: String?

  package init(
    identity: DeviceIdentity, driver: String = "vfio-pci", overrides: [String] = [], name: String? = nil
  ) {
    self.identity = identity
    self.driver = driver
    self.overrides = overrides
    self.name = name
  }

  /// Whether a driver is one of vfio's: vfio-pci, or a variant of it, which all end in its name
  /// (drivers/vfio/pci: mlx5_vfio_pci, hisi_acc_vfio_pci, virtio_vfio_pci, xe-vfio-pci).
  package static func isVFIODriver(_ name: some StringProtocol) -> Bool {
    let bytes = name.utf8.map { $0 == UInt8(ascii: "-") ? UInt8(ascii: "_") : $0 }
    let isPlain = bytes.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
        true
      default: false
      }
    }
    guard isPlain, bytes.count <= 64 else { return false }
    return bytes.elementsEqual("vfio_pci".utf8) || bytes.suffix(9).elementsEqual("_vfio_pci".utf8)
  }
}
