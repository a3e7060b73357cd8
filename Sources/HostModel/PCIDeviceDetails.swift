/// What matters when a function is handed to a guest, beyond what every listing tells.
package struct PCIDeviceDetails: Sendable, Equatable {
  package var revision: UInt8?
  /// `power_state`: D0, D1, D2, D3hot, D3cold, unknown; nil before Linux 5.8.
  package var powerState: String?
  /// How many virtual functions it can make (`sriov_totalvfs`); nil when it makes none.
  package var virtualFunctionLimit: Int?
  /// Sizes of the memory regions in bytes, as `resource` tells; nil when it cannot be read.
  package var memoryRegions: [UInt64]?
  /// Nil when configuration space could not be read beyond its first 64 bytes (only root may).
  package var accessControl: AccessControl?

  package init() {}
}

/// Access Control Services (PCI Express specification, 7.7.11): whether a port sends requests
/// between the functions below it up to the IOMMU.
package enum AccessControl: Sendable, Equatable {
  /// It is no PCI Express function: a conventional bus cannot be controlled.
  case conventional
  /// It has no such capability.
  case absent
  /// The control register; bits as in include/uapi/linux/pci_regs.h (PCI_ACS_SV, RR, CR, UF).
  case present(control: UInt16)

  /// What the kernel demands of everything between a device and the IOMMU (drivers/iommu/iommu.c,
  /// REQ_ACS_FLAGS): source validation, request and completion redirect, upstream forwarding.
  package static let required: UInt16 = 0x01 | 0x04 | 0x08 | 0x10

  package var isolates: Bool {
    if case .present(let control) = self { control & Self.required == Self.required } else { false }
  }
}
