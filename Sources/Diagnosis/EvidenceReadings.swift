import HostModel

// What several checks read out of the evidence.

extension HostEvidence {
  /// Whether anything says that the host is itself a guest.
  var isVirtualMachine: Bool {
    processors.value?.hasHypervisorFlag == true || hypervisor.value != nil
  }

  /// Whether the kernel shows an IOMMU at work: units, or groups that one made.
  var showsWorkingIOMMU: Bool {
    iommuUnits.value?.isEmpty == false
      || iommuGroups.value?.contains { !$0.isNoIOMMU && !$0.members.isEmpty } == true
  }

  /// Whether the firmware offers an Intel IOMMU; nil when its tables are not visible.
  var hasDMAR: Bool? { has("DMAR", dmar.value != nil) }

  /// Whether the firmware offers an AMD IOMMU; nil when its tables are not visible.
  var hasIVRS: Bool? { has("IVRS", ivrs.value != nil) }

  private func has(_ table: String, _ isRead: Bool) -> Bool? {
    isRead ? true : acpiTableNames.value?.contains(table)
  }

  /// The first message that `isTelling` picks, as a quote.
  func quoteFromLog(where isTelling: (String) -> Bool) -> Quote? {
    guard let message = kernelLog.value?.messages.first(where: { isTelling($0.text) }) else { return nil }
    return Quote(kernelLog.source, message.text)
  }
}
