/// PCI functions that are looked up by their address. A list in order and a search by halves: the boot program
/// does without the code of a hash table.
package struct DevicesByAddress: Sendable {
  private let devices: [PCIDevice]

  /// - Parameter devices: no two of one address.
  package init(_ devices: [PCIDevice]) {
    let isInOrder = zip(devices, devices.dropFirst()).allSatisfy { $0.address < $1.address }
    self.devices = isInOrder ? devices : devices.sorted { $0.address < $1.address }
  }

  package subscript(address: PCIAddress) -> PCIDevice? {
    var range = devices.indices
    while !range.isEmpty {
      let middle = range.lowerBound + range.count / 2
      if devices[middle].address == address { return devices[middle] }
      range = devices[middle].address < address ? middle + 1..<range.upperBound : range.lowerBound..<middle
    }
    return nil
  }
}
