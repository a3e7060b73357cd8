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

  package init(
    id: Int, members: [PCIAddress], otherMembers: [String] = [], domainType: String? = nil,
    name: String? = nil
  ) {
    self.id = id
    self.members = members
    self.otherMembers = otherMembers
    self.domainType = domainType
    self.name = name
  }

  /// Made by vfio's unsafe mode without any IOMMU (drivers/vfio/group.c): protects nothing.
  package var isNoIOMMU: Bool { name == "vfio-noiommu" }
}
