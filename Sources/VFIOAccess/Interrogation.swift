import CLinux
import Glibc
import HostModel

// What a monitor asks a device for, whichever way it was opened.

/// Asks for regions, interrupts and ids, and resets the device where it can be reset alone.
func interrogate(_ node: borrowing DeviceNode, _ address: PCIAddress) throws(VFIORefusal) -> VFIODevice {
  var info = vfio_device_info()
  info.argsz = size(of: vfio_device_info.self)
  try node.ask(LINUX_VFIO_DEVICE_GET_INFO, with: &info, as: .askDevice, for: address)
  var device = VFIODevice(address: address)
  // More regions than these are a variant driver's own; the kernel says how many there are.
  for index in 0..<min(info.num_regions, UInt32(regionNames.count)) {
    try addRegion(index, of: node, to: &device)
  }
  for index in 0..<min(info.num_irqs, UInt32(interruptNames.count)) {
    var interrupt = vfio_irq_info()
    interrupt.argsz = size(of: vfio_irq_info.self)
    interrupt.index = index
    try node.ask(LINUX_VFIO_DEVICE_GET_IRQ_INFO, with: &interrupt, as: .askDevice, for: address)
    guard interrupt.count > 0 else { continue }
    device.interrupts.append(
      VFIOInterrupt(name: interruptNames[Int(index)], count: Int(interrupt.count)))
  }
  device.canReset = info.flags & UInt32(VFIO_DEVICE_FLAGS_RESET) != 0
  if device.canReset {
    do throws(VFIORefusal) {
      try node.ask(LINUX_VFIO_DEVICE_RESET, as: .resetDevice)
    } catch {
      throw VFIORefusal(.resetDevice, error.path, address: address, error.error)
    }
  }
  return device
}

/// As numbered by enum VFIO_PCI_*_REGION_INDEX.
private let regionNames = [
  "BAR 0", "BAR 1", "BAR 2", "BAR 3", "BAR 4", "BAR 5", "ROM", "configuration", "VGA",
]
private let configurationIndex: UInt32 = 7
private let legacyVGAIndex: UInt32 = 8

/// As numbered by enum VFIO_PCI_*_IRQ_INDEX; the error and request signals are the monitor's own.
private let interruptNames = ["INTx", "MSI", "MSI-X"]

private func addRegion(
  _ index: UInt32, of node: borrowing DeviceNode, to device: inout VFIODevice
) throws(VFIORefusal) {
  var region = vfio_region_info()
  region.argsz = size(of: vfio_region_info.self)
  region.index = index
  do throws(VFIORefusal) {
    try node.ask(LINUX_VFIO_DEVICE_GET_REGION_INFO, with: &region, as: .askDevice, for: device.address)
  } catch {
    // Only graphics have the legacy VGA window; for others the kernel answers EINVAL.
    if index == legacyVGAIndex, error.error == .EINVAL { return }
    throw error
  }
  guard region.size > 0 else { return }
  device.regions.append(
    VFIORegion(
      name: regionNames[Int(index)], size: region.size,
      isMappable: region.flags & UInt32(VFIO_REGION_INFO_FLAG_MMAP) != 0))
  if index == configurationIndex { try readIDs(at: region.offset, of: node, into: &device) }
}

/// The first four bytes of configuration space: vendor and device, little endian.
private func readIDs(
  at offset: UInt64, of node: borrowing DeviceNode, into device: inout VFIODevice
) throws(VFIORefusal) {
  var bytes: (UInt8, UInt8, UInt8, UInt8) = (0xff, 0xff, 0xff, 0xff)
  let count = withUnsafeMutableBytes(of: &bytes) {
    pread(node.descriptor, $0.baseAddress, 4, off_t(bitPattern: UInt(offset)))
  }
  guard count == 4 else {
    let error = count < 0 ? KernelError(errno) : .EIO
    throw VFIORefusal(.readConfiguration, node.path, address: device.address, error)
  }
  device.vendor = UInt16(bytes.0) | UInt16(bytes.1) << 8
  device.device = UInt16(bytes.2) | UInt16(bytes.3) << 8
}
