/// One PCI function, as sys/bus/pci/devices shows it.
package struct PCIDevice: Sendable, Equatable {
  package let address: PCIAddress
  /// Ids and class are nil where they cannot be read: such a function is still a member of its group.
  package var vendor: UInt16?
  package var device: UInt16?
  package var subsystemVendor: UInt16?
  package var subsystemDevice: UInt16?
  /// 24 bits: base class, subclass, programming interface (0x030000 is a VGA controller).
  package var deviceClass: UInt32?
  /// Name of the bound driver; nil when none is.
  package var driver: String?
  /// IOMMU group number of this boot; nil when the kernel put it in none.
  package var group: Int?
  /// `driver_override`: the only driver that may claim it; nil when any may.
  package var driverOverride: String?
  /// The nearest PCI function above it: its bridge, or the VMD controller that makes its domain.
  /// Nil on a root bus, and where sysfs does not tell.
  package var parent: PCIAddress?
  /// Whether the firmware put its console there (`boot_vga`); nil on what is no VGA controller.
  package var bootVGA: Bool?
  /// Nil when the firmware names none.
  package var numaNode: Int?
  /// `reset_method`, in the order tried: flr, pm, bus…; empty when it has none; nil when the kernel
  /// (before 5.15) does not tell.
  package var resetMethods: [String]?
  /// Of a virtual function (SR-IOV), the physical one (`physfn`).
  package var virtualFunctionOf: PCIAddress?

  package init(
    address: PCIAddress, vendor: UInt16?, device: UInt16?, deviceClass: UInt32?,
    subsystemVendor: UInt16? = nil, subsystemDevice: UInt16? = nil, driver: String? = nil,
    group: Int? = nil
  ) {
    self.address = address
    self.vendor = vendor
    self.device = device
    self.deviceClass = deviceClass
    self.subsystemVendor = subsystemVendor
    self.subsystemDevice = subsystemDevice
    self.driver = driver
    self.group = group
  }

  /// 0x03 is display, 0x06 a bridge; nil when the class is not known.
  package var baseClass: UInt32? { deviceClass.map { $0 >> 16 } }

  /// Base class and subclass: 0x0300 is a VGA controller.
  package var subclass: UInt32? { deviceClass.map { $0 >> 8 } }

  /// Whether buses are behind it: PCI, CardBus and semi-transparent bridges. Host bridges and ISA
  /// bridges are functions like others.
  package var isBridge: Bool {
    switch subclass {
    case 0x0604, 0x0607, 0x0609: true
    default: false
    }
  }

  /// Whether disks can be behind it: mass storage, and the buses that disks are plugged into
  /// (FireWire, USB, Fibre Channel), SD hosts, InfiniBand, and what has no known class.
  package var mayHoldDisks: Bool {
    guard let subclass else { return true }
    switch subclass {
    case 0x0100...0x01ff, 0x0000, 0x0805, 0x0c00, 0x0c03, 0x0c04, 0x0c06: return true
    default: return false
    }
  }

  /// What modules' aliases are matched against, as the kernel prints it (drivers/pci/pci-sysfs.c,
  /// modalias_show); nil when ids or class are not known.
  package var modalias: String? {
    guard let vendor, let device, let deviceClass else { return nil }
    var text = Array("pci:v".utf8)
    appendUpperHex(UInt32(vendor), digits: 8, to: &text)
    text.append(UInt8(ascii: "d"))
    appendUpperHex(UInt32(device), digits: 8, to: &text)
    text += "sv".utf8
    appendUpperHex(UInt32(subsystemVendor ?? 0), digits: 8, to: &text)
    text += "sd".utf8
    appendUpperHex(UInt32(subsystemDevice ?? 0), digits: 8, to: &text)
    text += "bc".utf8
    appendUpperHex(deviceClass >> 16, digits: 2, to: &text)
    text += "sc".utf8
    appendUpperHex(deviceClass >> 8, digits: 2, to: &text)
    text.append(UInt8(ascii: "i"))
    appendUpperHex(deviceClass, digits: 2, to: &text)
    return String(decoding: text, as: UTF8.self)
  }
}

/// As `appendHex`, with capital letters.
private func appendUpperHex(_ value: UInt32, digits: Int, to text: inout [UInt8]) {
  let start = text.count
  appendHex(value, digits: digits, to: &text)
  for index in start..<text.count where text[index] >= UInt8(ascii: "a") { text[index] &-= 0x20 }
}
