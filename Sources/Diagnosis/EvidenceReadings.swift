import HostModel

// What several checks read out of the evidence.

extension HostEvidence {
  /// Whether the processor or the machine itself says that the host is a guest.
  var isVirtualMachine: Bool {
    processors.value?.hasHypervisorFlag == true || hypervisor.value != nil
  }

  /// Whether the kernel shows an IOMMU at work: units, or groups that one made.
  var showsWorkingIOMMU: Bool {
    iommuUnits.value?.isEmpty == false
      || iommuGroups.value?.contains { !$0.isNoIOMMU && !$0.members.isEmpty } == true
  }
}
