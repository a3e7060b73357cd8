/// What reading sys/firmware/acpi/tables/DMAR gave.
package enum DMARReading: Sendable, Equatable {
  case table(DMARTable)
  /// Nothing can be made of it; `reason` is a clause ("the table ends after 12 bytes").
  case damaged(reason: String)

  /// Reads the table's bytes.
  package init(parsing bytes: [UInt8]) {
    do {
      self = .table(try DMARTable(parsing: bytes))
    } catch {
      self = .damaged(reason: error.reason)
    }
  }

  package var table: DMARTable? {
    if case .table(let table) = self { table } else { nil }
  }
}

/// The DMA Remapping Reporting table: how Intel firmware describes its IOMMUs
/// (Intel VT-d specification, chapter 8; drivers/iommu/intel/dmar.c).
package struct DMARTable: Sendable, Equatable {
  package let header: ACPITableHeader
  /// Bits of an address that devices can reach.
  package let hostAddressWidth: Int
  package let flags: UInt8
  package internal(set) var units: [Unit] = []
  package internal(set) var reservedRegions: [ReservedRegion] = []
  package internal(set) var rootPortATS: [RootPortATS] = []
  package internal(set) var affinities: [Affinity] = []
  package internal(set) var namespaceDevices: [NamespaceDevice] = []
  package internal(set) var integratedATS: [DeviceList] = []
  package internal(set) var integratedProperties: [DeviceList] = []
  /// Type and length of every structure, also of unknown ones, in order.
  package internal(set) var structures: [Structure] = []
  /// What is wrong in it though it can be read, as full sentences.
  package internal(set) var defects: [String] = []

  init(header: ACPITableHeader, hostAddressWidth: Int, flags: UInt8) {
    self.header = header
    self.hostAddressWidth = hostAddressWidth
    self.flags = flags
  }

  /// Bit 0: the hardware can remap interrupts.
  package var supportsInterruptRemapping: Bool { flags & 1 != 0 }
  /// Bit 1: the firmware asks the kernel not to use x2APIC mode.
  package var optsOutOfX2APIC: Bool { flags & 2 != 0 }
  /// Bit 2: the firmware asks the kernel to switch DMA remapping on.
  package var optsIntoDMAControl: Bool { flags & 4 != 0 }

  /// A unit at register base 0, which does not exist: the kernel refuses the whole table for it
  /// (dmar_validate_one_drhd, "Your BIOS is broken; DMAR reported at address 0!").
  package var brokenUnit: Unit? { units.first { $0.registerBase == 0 } }

  package struct Structure: Sendable, Equatable {
    package let type: UInt16
    package let length: Int
  }

  /// DRHD: one IOMMU.
  package struct Unit: Sendable, Equatable {
    package let segment: UInt16
    package let registerBase: UInt64
    /// It has all devices of its segment that no other unit names.
    package let includesAll: Bool
    package let scopes: [DeviceScope]
  }

  /// RMRR: memory that the firmware wants a device to reach unchanged, always.
  package struct ReservedRegion: Sendable, Equatable {
    package let segment: UInt16
    package let base: UInt64
    /// The last byte in it.
    package let limit: UInt64
    package let scopes: [DeviceScope]
  }

  /// ATSR: root ports whose devices may cache translations.
  package struct RootPortATS: Sendable, Equatable {
    package let segment: UInt16
    package let coversAllPorts: Bool
    package let scopes: [DeviceScope]
  }

  /// RHSA: which memory node a unit is near to.
  package struct Affinity: Sendable, Equatable {
    package let registerBase: UInt64
    package let proximityDomain: UInt32
  }

  /// ANDD: a device of the ACPI name space, no PCI function.
  package struct NamespaceDevice: Sendable, Equatable {
    package let number: UInt8
    package let name: String
  }

  /// SATC and SIDP: integrated devices with special needs.
  package struct DeviceList: Sendable, Equatable {
    package let segment: UInt16
    package let scopes: [DeviceScope]
  }
}

/// Which device a structure is about: a start bus and the steps from there.
package struct DeviceScope: Sendable, Equatable {
  package enum Kind: Sendable, Equatable {
    case endpoint
    /// The bridge and everything behind it.
    case bridge
    case ioapic, hpet
    /// A device of the ACPI name space.
    case namespace
    case other(UInt8)
  }

  package struct Step: Sendable, Equatable {
    package let device: UInt8
    package let function: UInt8
  }

  package let kind: Kind
  /// Which IO-APIC, HPET or name-space device; nothing for PCI functions.
  package let enumerationID: UInt8
  package let startBus: UInt8
  package let path: [Step]

  /// The function's address where one step leads to it; further steps lead over bridges, whose bus
  /// numbers the table does not hold.
  package func address(inSegment segment: UInt16) -> PCIAddress? {
    guard path.count == 1, let step = path.first else { return nil }
    return PCIAddress(
      domain: UInt32(segment), bus: startBus, device: step.device, function: step.function)
  }

  /// `00:1d.0`, with further steps as `00:1c.0/00.0`.
  package var pathText: String {
    hexText(UInt32(startBus), digits: 2) + ":"
      + path.map { "\(hexText(UInt32($0.device), digits: 2)).\(String($0.function, radix: 16))" }
      .joined(separator: "/")
  }
}
