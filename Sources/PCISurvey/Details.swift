import HostFiles
import HostModel

/// What matters of some functions when they are handed to a guest.
///
/// Reading configuration space wakes a function that sleeps, so it is read of bridges alone, for
/// their access control.
package func surveyPCIDetails(of devices: [PCIDevice], _ root: HostRoot) -> [PCIAddress: PCIDeviceDetails] {
  let details = sideBySide(devices) { ($0.address, surveyPCIDetails(of: $0, root)) }
  return details.reduce(into: [:]) { $0[$1.0] = $1.1 }
}

private func surveyPCIDetails(of device: PCIDevice, _ root: HostRoot) -> PCIDeviceDetails {
  var details = PCIDeviceDetails()
  guard let directory = (try? root.directory(at: "\(pciDevicesPath)/\(device.address)")) ?? nil else {
    return details
  }
  func attribute(_ name: String) -> [UInt8]? { (try? directory.attribute(name)) ?? nil }
  details.revision = hexadecimal(attribute("revision"))
  details.powerState = attribute("power_state").flatMap { $0.trimmed.isEmpty ? nil : $0.trimmed.text }
  if device.isBridge {
    details.accessControl = attribute("config").flatMap(accessControl)
  } else {
    details.virtualFunctionLimit = decimal(attribute("sriov_totalvfs")).flatMap { $0 > 0 ? $0 : nil }
    details.memoryRegions = attribute("resource").map(memoryRegions)
  }
  return details
}

/// `resource`: lines of first and last address and flags; the flag 0x200 is IORESOURCE_MEM. The
/// first six are the BARs.
private func memoryRegions(_ bytes: [UInt8]) -> [UInt64] {
  bytes.lines.prefix(6).compactMap { line in
    let words = line.words
    guard words.count == 3, let first: UInt64 = hexadecimal(words[0]),
      let last: UInt64 = hexadecimal(words[1]), let flags: UInt64 = hexadecimal(words[2]),
      flags & 0x200 != 0, last > first
    else { return nil }
    return (last - first).addingReportingOverflow(1).partialValue
  }
}

/// Walks the capabilities of a configuration space; nil when they are cut off.
func accessControl(_ space: [UInt8]) -> AccessControl? {
  func byte(_ offset: Int) -> Int? { space.indices.contains(offset) ? Int(space[offset]) : nil }
  func word(_ offset: Int) -> Int? { byte(offset).flatMap { low in byte(offset + 1).map { low | $0 << 8 } } }
  guard let status = word(0x06), space.count > 64 else { return nil }

  // The list of old capabilities: 0x10 is PCI Express. Each pointer has its low two bits clear.
  var isExpress = false
  var next = status & 0x10 != 0 ? (byte(0x34) ?? 0) & 0xfc : 0
  for _ in 0..<48 where next >= 0x40 && !isExpress {
    isExpress = byte(next) == 0x10
    next = (byte(next + 1) ?? 0) & 0xfc
  }
  guard isExpress else { return .conventional }
  guard space.count > 256 else { return nil }

  // Extended capabilities from 256 on: id in 16 bits, version in 4, next in 12. 0x0d is access control.
  var offset = 256
  for _ in 0..<480 where offset >= 256 {
    guard let id = word(offset), let link = word(offset + 2) else { return nil }
    if id == 0x0d { return word(offset + 6).map { .present(control: UInt16(truncatingIfNeeded: $0)) } }
    if id == 0 || id == 0xffff { break }
    offset = (link >> 4) & 0xffc
  }
  return .absent
}
