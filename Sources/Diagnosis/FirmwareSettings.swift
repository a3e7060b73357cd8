import HostModel

/// A switch of the firmware's set-up that passthrough needs.
package enum FirmwareSwitch: Sendable {
  /// VT-x or AMD-V.
  case processorVirtualization
  /// VT-d or AMD-Vi.
  case iommu

  /// Where to find it on this machine, in full sentences: the maker's menu where it is known, and
  /// the names that makers use otherwise.
  package func advice(for machine: MachineIdentity?, maker: ProcessorMaker?) -> String {
    let menus = machine.flatMap(FirmwareMenus.of)
    guard let menus, let maker else { return usualNames(for: maker) }
    return "On \(menus.maker) machines it usually stands under \(menus.path(to: self, maker: maker)); "
      + "menus differ between models and firmware versions."
  }

  private func usualNames(for maker: ProcessorMaker?) -> String {
    let intel =
      switch self {
      case .processorVirtualization:
        "\"Intel Virtualization Technology\", \"VT-x\" or \"Intel VMX\""
      case .iommu:
        "\"Intel VT for Directed I/O (VT-d)\", \"VT-d\" or \"Intel VT-d Feature\""
      }
    let amd =
      switch self {
      case .processorVirtualization: "\"SVM Mode\", \"AMD-V\" or \"Secure Virtual Machine\""
      case .iommu: "\"IOMMU\", \"AMD IOMMU\" or \"AMD I/O Virtualization Technology\""
      }
    return switch maker {
    case .intelKind: "Its usual names are \(intel)."
    case .amdKind: "Its usual names are \(amd)."
    case nil: "With an Intel processor its usual names are \(intel), with an AMD one \(amd)."
    }
  }
}

/// The menus of one maker's firmware, newest generation first.
private struct FirmwareMenus {
  let maker: String
  /// Beginnings of the DMI vendor names, in lower case.
  let vendorPrefixes: [String]
  let intel: (processor: String, iommu: String)
  let amd: (processor: String, iommu: String)

  func path(to wanted: FirmwareSwitch, maker: ProcessorMaker) -> String {
    let paths = maker == .intelKind ? intel : amd
    return wanted == .iommu ? paths.iommu : paths.processor
  }

  /// The board's maker decides over the system's: a self-built machine often names only the board.
  static func of(_ machine: MachineIdentity) -> FirmwareMenus? {
    for vendor in [machine.boardVendor, machine.systemVendor].compactMap({ $0?.lowercased() }) {
      if let menus = all.first(where: { $0.vendorPrefixes.contains { vendor.hasPrefix($0) } }) {
        return menus
      }
    }
    return nil
  }

  private static let all = [
    FirmwareMenus(
      maker: "Dell", vendorPrefixes: ["dell", "alienware"],
      intel: (
        "Virtualization Support > \"Virtualization\" (servers: Processor Settings > \"Virtualization Technology\")",
        "Virtualization Support > \"VT for Direct I/O\" (servers: Processor Settings > \"Virtualization Technology\")"
      ),
      amd: (
        "Virtualization Support > \"Virtualization\" (servers: Processor Settings > \"Virtualization Technology\")",
        "Virtualization Support > \"VT for Direct I/O\" or \"IOMMU\" (servers: Processor Settings > \"IOMMU Support\")"
      )),
    FirmwareMenus(
      maker: "HP", vendorPrefixes: ["hp", "hewlett"],
      intel: (
        "Advanced or Security > System Options > \"Virtualization Technology (VTx)\" "
          + "(ProLiant: Virtualization Options > \"Intel Virtualization Technology\")",
        "Advanced or Security > System Options > \"Virtualization Technology for Directed I/O (VTd)\" "
          + "(ProLiant: Virtualization Options > \"Intel VT-d\")"
      ),
      amd: (
        "Advanced or Security > System Options > \"SVM CPU Virtualization\" "
          + "(ProLiant: Virtualization Options > \"AMD Virtualization Technology\")",
        "Advanced or Security > System Options > \"DMA Protection\" or \"AMD IOMMU\" "
          + "(ProLiant: Virtualization Options > \"AMD I/O Virtualization Technology\")"
      )),
    FirmwareMenus(
      maker: "Lenovo", vendorPrefixes: ["lenovo"],
      intel: (
        "Security > Virtualization > \"Intel Virtualization Technology\" (desktops: Advanced > CPU Setup)",
        "Security > Virtualization > \"Intel VT-d Feature\" (desktops: Advanced > CPU Setup > \"VT-d\")"
      ),
      amd: (
        "Security > Virtualization > \"AMD-V Technology\" or Configuration > \"AMD SVM Technology\"",
        "Security > Virtualization > \"AMD IOMMU\" or \"Kernel DMA Protection\" (desktops: Advanced > \"IOMMU\")"
      )),
    FirmwareMenus(
      maker: "ASUS", vendorPrefixes: ["asus"],
      intel: (
        "Advanced > CPU Configuration > \"Intel (VMX) Virtualization Technology\"",
        "Advanced > System Agent (SA) Configuration > \"VT-d\""
      ),
      amd: (
        "Advanced > CPU Configuration > \"SVM Mode\"",
        "Advanced > AMD CBS > NBIO Common Options > \"IOMMU\" (older boards: Advanced > North Bridge)"
      )),
    FirmwareMenus(
      maker: "Gigabyte", vendorPrefixes: ["gigabyte", "giga-byte"],
      intel: (
        "Tweaker > Advanced CPU Settings > \"Intel Virtualization Technology\" (older boards: BIOS Features)",
        "Settings > Miscellaneous > \"VT-d\" (older boards: Chipset > \"VT-d\")"
      ),
      amd: (
        "Tweaker > Advanced CPU Settings > \"SVM Mode\" (older boards: M.I.T. > Advanced CPU Core Settings)",
        "Settings > Miscellaneous > \"IOMMU\" (older boards: Chipset > \"IOMMU\")"
      )),
    FirmwareMenus(
      maker: "MSI", vendorPrefixes: ["micro-star", "msi"],
      intel: (
        "OC > CPU Features > \"Intel Virtualization Tech\"",
        "OC > CPU Features > \"Intel VT-D Tech\""
      ),
      amd: (
        "OC > Advanced CPU Configuration > \"SVM Mode\"",
        "Settings > Advanced > AMD CBS, or OC > Advanced CPU Configuration > AMD CBS > \"IOMMU\""
      )),
    FirmwareMenus(
      maker: "ASRock", vendorPrefixes: ["asrock"],
      intel: (
        "Advanced > CPU Configuration > \"Intel Virtualization Technology\"",
        "Advanced > Chipset Configuration > \"VT-d\""
      ),
      amd: (
        "Advanced > CPU Configuration > \"SVM Mode\"",
        "Advanced > AMD CBS > NBIO Common Options > \"IOMMU\" (older boards: Advanced > North Bridge Configuration)"
      )),
    FirmwareMenus(
      maker: "Supermicro", vendorPrefixes: ["supermicro", "super micro"],
      intel: (
        "Advanced > CPU Configuration > \"Intel Virtualization Technology\"",
        "Advanced > Chipset Configuration > North Bridge > IIO Configuration > "
          + "\"Intel VT for Directed I/O (VT-d)\""
      ),
      amd: (
        "Advanced > CPU Configuration > \"SVM Mode\"",
        "Advanced > NB Configuration > \"IOMMU\""
      )),
    FirmwareMenus(
      maker: "Intel", vendorPrefixes: ["intel"],
      intel: (
        "Security > Security Features > \"Intel Virtualization Technology\"",
        "Security > Security Features > \"Intel VT for Directed I/O (VT-d)\""
      ),
      amd: ("\"SVM Mode\"", "\"IOMMU\"")),
  ]
}
