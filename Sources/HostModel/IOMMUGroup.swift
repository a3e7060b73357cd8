/// One directory of sys/kernel/iommu_groups: what the IOMMU cannot tell apart.
package struct IOMMUGroup: Sendable, Equatable {
  /// The number in this boot; it may change with every boot and is never stored.
  package let id: Int
  /// The PCI functions in it, in order of address.
  package var members: [PCIAddress]
  /// Members that are no PCI functions (platform devices), by name.
  package var otherMembers: [String]
  /// Default domain, as `type` tells: DMA, DMA-FQ, identity, blocked, auto.
  package var domainType: String?
  /// `name`, where the kernel gives one; `vfio-noiommu` marks a group without any IOMMU.
  package var name: String?
  /// Address ranges that cannot be mapped freely; nil when the kernel does not tell.
  package var reservedRegions: [ReservedRegion]?

  package init(
    id: Int, members: [PCIAddress], otherMembers: [String] = [], domainType: String? = nil,
    name: String? = nil, reservedRegions: [ReservedRegion]? = nil
  ) {
    self.id = id
    self.members = members
    self.otherMembers = otherMembers
    self.domainType = domainType
    self.name = name
    self.reservedRegions = reservedRegions
  }

  /// Made by vfio's unsafe mode without any IOMMU (drivers/vfio/group.c): protects nothing.
  package var isNoIOMMU: Bool { name == "vfio-noiommu" }
}

/// One line of a group's `reserved_regions` (Documentation/ABI/testing/sysfs-kernel-iommu_groups).
package struct ReservedRegion: Sendable, Equatable {
  package let first: UInt64
  /// The last byte, inclusive.
  package let last: UInt64
  /// `msi`, `reserved`, `direct-relaxable` (graphics and USB: VFIO allows it), or `direct`.
  package let kind: String

  package init(first: UInt64, last: UInt64, kind: String) {
    self.first = first
    self.last = last
    self.kind = kind
  }

  /// The firmware wants it mapped one to one at all times (RMRR, IVMD): VFIO refuses the device.
  package var forbidsPassthrough: Bool { kind == "direct" }
}
