import HostModel

/// What sysfs says of the IOMMU. It decides: entries of sys/class/iommu and groups exist only
/// where the kernel has set up DMA remapping.
enum SysfsIOMMUState {
  /// Every device that can be in a group is in one.
  case on(groups: Int)
  /// There are groups, and these devices are in none.
  case partly(groups: Int, without: [PCIDevice])
  /// Units are registered, and no PCI device is in a group.
  case unitsWithoutGroups
  /// The only groups are those that vfio's unsafe mode makes up.
  case unsafeOnly
  /// Neither units nor groups.
  case off
  /// sysfs is not there, or may not be read, or belongs to a container.
  case unmeasured(String)

  init(_ evidence: HostEvidence) {
    let groups = Self.groups(evidence)
    let isUnsafe = evidence.iommuGroups.value?.contains(where: \.isNoIOMMU) == true
    if groups > 0 {
      let without = Self.devicesWithoutGroup(evidence)
      self = without.isEmpty ? .on(groups: groups) : .partly(groups: groups, without: without)
    } else if let reason = Self.obstacle(evidence) {
      self = .unmeasured(reason)
    } else if evidence.iommuUnits.value?.isEmpty == false {
      self = .unitsWithoutGroups
    } else {
      self = isUnsafe ? .unsafeOnly : .off
    }
  }

  /// Groups made by an IOMMU that hold a PCI device; by the devices' own links where the
  /// directory of groups was not read.
  private static func groups(_ evidence: HostEvidence) -> Int {
    if let groups = evidence.iommuGroups.value {
      return groups.count { !$0.isNoIOMMU && !$0.members.isEmpty }
    }
    return Set(evidence.pciDevices.value?.compactMap(\.group) ?? []).count
  }

  /// Why the absence of groups proves nothing; nil when it does.
  private static func obstacle(_ evidence: HostEvidence) -> String? {
    if let reason = evidence.iommuGroups.unreadableReason, !evidence.iommuGroups.source.isEmpty {
      return "\(evidence.iommuGroups.source) could not be read: \(reason)"
    }
    if case .inside(let kind) = evidence.container.value {
      return "inside a container (\(kind)) the host's groups need not be visible"
    }
    let sysfsWasSeen =
      evidence.iommuGroups.value != nil || evidence.iommuUnits.value != nil
      || evidence.pciDevices.value != nil
      || (evidence.acpiTableNames.value != nil && evidence.commandLine.value != nil)
    return sysfsWasSeen ? nil : "there is no sysfs to look at"
  }

  /// PCI functions without a group, except those that never have one: the IOMMU itself and, with
  /// AMD, the host bridges, which the range of devices in its table leaves out.
  private static func devicesWithoutGroup(_ evidence: HostEvidence) -> [PCIDevice] {
    let unsafe = Set(
      evidence.iommuGroups.value?.filter(\.isNoIOMMU).flatMap(\.members) ?? [])
    return (evidence.pciDevices.value ?? []).filter { device in
      (device.group == nil || unsafe.contains(device.address)) && !neverHasGroup(device)
    }
  }

  private static func neverHasGroup(_ device: PCIDevice) -> Bool {
    if device.subclass == 0x0806 { return true }
    let isVirtioIOMMU = device.vendor == 0x1af4 && device.device == 0x1057
    let isAMD = device.vendor == 0x1022 || device.vendor == 0x1d94
    let isHostBridge = device.subclass == 0x0600
    return isVirtioIOMMU || isAMD && device.address.device == 0 && (isHostBridge || device.address.bus == 0)
  }
}

extension PCIDevice {
  /// Intel's graphics inside the processor: always 00:02.0.
  var isIntelIntegratedGraphics: Bool {
    vendor == 0x8086 && baseClass == 0x03 && address.bus == 0 && address.device == 2
  }
}
