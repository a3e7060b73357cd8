/// What reading sys/firmware/acpi/tables/IVRS gave.
package enum IVRSReading: Sendable, Equatable {
  case table(IVRSTable)
  /// Nothing can be made of it; `reason` is a clause ("the table ends after 12 bytes").
  case damaged(reason: String)

  /// Reads the table's bytes.
  package init(parsing bytes: [UInt8]) {
    do {
      self = .table(try IVRSTable(parsing: bytes))
    } catch {
      self = .damaged(reason: error.reason)
    }
  }

  package var table: IVRSTable? {
    if case .table(let table) = self { table } else { nil }
  }
}

/// The I/O Virtualization Reporting Structure: how AMD firmware describes its IOMMUs
/// (AMD I/O Virtualization Technology specification, chapter 5; drivers/iommu/amd/init.c).
package struct IVRSTable: Sendable, Equatable {
  package let header: ACPITableHeader
  /// IVinfo, the capabilities that all units share.
  package let information: UInt32
  /// IVHD blocks in order; one IOMMU may have several, of rising type.
  package internal(set) var units: [Unit] = []
  /// IVMD blocks in order.
  package internal(set) var memoryRanges: [MemoryRange] = []
  /// Type and length of every block, also of unknown ones, in order.
  package internal(set) var blocks: [Block] = []
  /// What is wrong in it though it can be read, as full sentences.
  package internal(set) var defects: [String] = []

  init(header: ACPITableHeader, information: UInt32) {
    self.header = header
    self.information = information
  }

  /// Bit 1 of IVinfo: the firmware asks for DMA remapping from the start.
  package var asksForDMARemapping: Bool { information & 2 != 0 }

  /// The driver refuses a table with a wrong checksum (check_ivrs_checksum).
  package var isRefused: Bool { !header.checksumIsValid }

  /// The blocks that the driver uses: those of the highest type that it knows of the first unit
  /// (get_highest_supported_ivhd_type).
  package var effectiveUnits: [Unit] {
    guard let first = units.first else { return [] }
    let type = units.last { $0.deviceID == first.deviceID }?.type
    return units.filter { $0.type == type }
  }

  /// Whether the IO-APIC of the south bridge, 00:14.0, is named. Without it the driver does not
  /// remap interrupts (check_ioapic_information).
  package var hasSouthbridgeIOAPIC: Bool {
    effectiveUnits.contains { $0.specialDevices.contains { $0.kind == .ioapic && $0.deviceID == 0xa0 } }
  }

  /// Ranges that the driver maps one to one, for which VFIO refuses a device since Linux 6.6
  /// (init_memory_definitions, init_unity_map_range).
  package var bindingRanges: [MemoryRange] { memoryRanges.filter(\.bindsDevices) }

  /// A range that binds every device there may be.
  package var rangeOverAllDevices: MemoryRange? { bindingRanges.first(where: \.coversAllDevices) }

  package struct Block: Sendable, Equatable {
    package let type: UInt8
    package let flags: UInt8
    package let length: Int
  }

  /// IVHD: one IOMMU, itself a PCI function.
  package struct Unit: Sendable, Equatable {
    /// 0x10, 0x11 or 0x40.
    package let type: UInt8
    package let flags: UInt8
    /// Bus, device and function of the IOMMU in 16 bits.
    package let deviceID: UInt16
    package let registerBase: UInt64
    package let segment: UInt16
    /// Extended features; only types 0x11 and 0x40 hold them.
    package let extendedFeatures: UInt64?
    package internal(set) var entryCount = 0
    package internal(set) var specialDevices: [SpecialDevice] = []
    /// Hardware ids of devices that are no PCI functions (type 0x40).
    package internal(set) var namespaceDevices: [String] = []
  }

  /// An IO-APIC or HPET, which raises interrupts under the id of some PCI function.
  package struct SpecialDevice: Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
      case ioapic, hpet
      case other(UInt8)
    }

    package let kind: Kind
    package let handle: UInt8
    package let deviceID: UInt16
  }

  /// IVMD: memory that devices must reach unchanged, or that must not be translated.
  package struct MemoryRange: Sendable, Equatable {
    /// 0x20 all devices, 0x21 one, 0x22 a range of them.
    package let type: UInt8
    package let flags: UInt8
    package let deviceID: UInt16
    /// The last device of a range.
    package let lastDeviceID: UInt16
    package let segment: UInt16
    package let start: UInt64
    package let length: UInt64

    /// Unity mapping (bit 0) or exclusion (bit 3); the driver makes the same of both.
    package var bindsDevices: Bool { flags & 0x09 != 0 }

    package var coversAllDevices: Bool {
      type == 0x20 || (type == 0x22 && deviceID <= 0x0003 && lastDeviceID >= 0xfff8)
    }

    /// Whether it is about the function of that 16-bit id.
    package func covers(_ id: UInt16) -> Bool {
      switch type {
      case 0x20: true
      case 0x21: id == deviceID
      case 0x22: deviceID <= id && id <= lastDeviceID
      default: false
      }
    }
  }
}

extension PCIAddress {
  /// The function of a 16-bit id: bus, device and function.
  package init?(segment: UInt16, deviceID: UInt16) {
    self.init(
      domain: UInt32(segment), bus: UInt8(truncatingIfNeeded: deviceID >> 8),
      device: UInt8(truncatingIfNeeded: deviceID >> 3 & 0x1f),
      function: UInt8(truncatingIfNeeded: deviceID & 7))
  }

  /// Bus, device and function in 16 bits.
  package var deviceID: UInt16 { UInt16(bus) << 8 | UInt16(device) << 3 | UInt16(function) }
}
