/// What came of opening one group as a virtual machine monitor does.
package struct VFIOTrial: Sendable, Equatable {
  /// The two ways into VFIO (Documentation/driver-api/vfio.rst).
  package enum Interface: String, Sendable, CaseIterable {
    /// /dev/vfio/vfio and /dev/vfio/GROUP.
    case container
    /// /dev/iommu and /dev/vfio/devices/vfioN.
    case iommufd
  }

  /// The group's number in this boot.
  package let group: Int
  package let interface: Interface
  /// I/O address of the page that was mapped and unmapped again; nil when it did not come to that.
  package var mappedAt: UInt64?
  /// Members that were opened, in order of address.
  package var devices: [VFIODevice] = []
  /// The first call that the kernel refused; nil when everything went well.
  package var refusal: VFIORefusal?

  package init(group: Int, interface: Interface) {
    self.group = group
    self.interface = interface
  }
}

/// A member of the group, as VFIO shows it to a monitor.
package struct VFIODevice: Sendable, Equatable {
  package let address: PCIAddress
  package var regions: [VFIORegion] = []
  package var interrupts: [VFIOInterrupt] = []
  /// Vendor and device as read through VFIO from the device itself; 0xffff when it does not answer.
  package var vendor: UInt16 = 0xffff
  package var device: UInt16 = 0xffff
  /// Whether it can be reset without its neighbours (VFIO_DEVICE_FLAGS_RESET).
  package var canReset = false

  package init(address: PCIAddress) { self.address = address }
}

/// A window into the device.
package struct VFIORegion: Sendable, Equatable {
  /// BAR 0 to BAR 5, ROM, configuration, VGA.
  package let name: String
  /// Bytes.
  package let size: UInt64
  /// Whether a guest reaches it without leaving the processor's guest mode.
  package let isMappable: Bool

  package init(name: String, size: UInt64, isMappable: Bool) {
    self.name = name
    self.size = size
    self.isMappable = isMappable
  }
}

/// A way in which the device interrupts.
package struct VFIOInterrupt: Sendable, Equatable {
  /// INTx, MSI, MSI-X.
  package let name: String
  /// How many vectors.
  package let count: Int

  package init(name: String, count: Int) {
    self.name = name
    self.count = count
  }
}

/// A call that the kernel refused.
package struct VFIORefusal: Error, Sendable, Equatable {
  package let call: VFIOCall
  /// The device node that it was about, with a leading slash.
  package let path: String
  /// The member that it was about; nil when it was about the whole group.
  package var address: PCIAddress?
  package let error: KernelError

  package init(_ call: VFIOCall, _ path: String, address: PCIAddress? = nil, _ error: KernelError) {
    self.call = call
    self.path = path
    self.address = address
    self.error = error
  }
}

/// The calls of a monitor, in its order; raw values name them in JSON.
package enum VFIOCall: String, Sendable {
  case openContainer = "open-container"
  case checkVersion = "check-version"
  case checkType = "check-iommu-type"
  case openGroup = "open-group"
  /// VFIO_GROUP_GET_STATUS; refused means that the group is not viable, without an errno.
  case checkViability = "check-viability"
  case setContainer = "set-container"
  case setIOMMU = "set-iommu"
  case openIOMMUFD = "open-iommufd"
  case allocateAddressSpace = "allocate-address-space"
  case openDeviceNode = "open-device-node"
  case bindDevice = "bind-device"
  case attachDevice = "attach-device"
  case mapPage = "map-page"
  case unmapPage = "unmap-page"
  case getDevice = "get-device"
  case askDevice = "ask-device"
  case readConfiguration = "read-configuration"
  case resetDevice = "reset-device"

  /// What was being done, for a sentence.
  package var operation: String {
    switch self {
    case .openContainer: "opening the VFIO container"
    case .checkVersion: "asking for VFIO's version"
    case .checkType: "asking for the type 1 IOMMU"
    case .openGroup: "opening the group"
    case .checkViability: "asking whether the group is viable"
    case .setContainer: "putting the group into the container"
    case .setIOMMU: "setting up the IOMMU for the group"
    case .openIOMMUFD: "opening iommufd"
    case .allocateAddressSpace: "making an I/O address space"
    case .openDeviceNode: "opening the device"
    case .bindDevice: "giving the device to iommufd"
    case .attachDevice: "attaching the device to the I/O address space"
    case .mapPage: "mapping a page of memory for the device"
    case .unmapPage: "unmapping the page"
    case .getDevice: "opening the device"
    case .askDevice: "asking for the device's regions and interrupts"
    case .readConfiguration: "reading the device's configuration space"
    case .resetDevice: "resetting the device"
    }
  }
}
