import HostFiles
import HostModel

/// What a function is: ids, class, driver.
struct FunctionIdentity {
  var vendor: UInt16?
  var device: UInt16?
  var subsystemVendor: UInt16?
  var subsystemDevice: UInt16?
  var deviceClass: UInt32?
  var driver: String?

  /// From `uevent`, one file that holds what six say (drivers/pci/pci-driver.c, pci_uevent):
  /// PCI_CLASS=30000, PCI_ID=10DE:1B80, PCI_SUBSYS_ID=1043:85AA, DRIVER=nouveau.
  init(event: [UInt8]) {
    var rest = event[...]
    while !rest.isEmpty {
      let line = rest.prefix { $0 != 0x0a }
      rest = rest.dropFirst(line.count + 1)
      guard let equals = line.firstIndex(of: UInt8(ascii: "=")) else { continue }
      take(key: line[..<equals], value: line[(equals + 1)...])
    }
  }

  private mutating func take(key: ArraySlice<UInt8>, value: ArraySlice<UInt8>) {
    switch key.text {
    case "DRIVER": driver = value.isEmpty ? nil : value.text
    case "PCI_CLASS": deviceClass = hexadecimal(value)
    case "PCI_ID": (vendor, device) = Self.pair(value)
    case "PCI_SUBSYS_ID": (subsystemVendor, subsystemDevice) = Self.pair(value)
    default: break
    }
  }

  private static func pair(_ value: ArraySlice<UInt8>) -> (UInt16?, UInt16?) {
    guard let colon = value.firstIndex(of: UInt8(ascii: ":")) else { return (nil, nil) }
    return (hexadecimal(value[..<colon]), hexadecimal(value[(colon + 1)...]))
  }

  /// Fills what `uevent` did not say from the attribute of each fact: recorded trees may have
  /// only those.
  mutating func complete(from directory: HostDirectory) {
    func attribute<Value: FixedWidthInteger>(_ name: String) -> Value? {
      hexadecimal((try? directory.attribute(name)) ?? nil)
    }
    if vendor == nil || device == nil || deviceClass == nil {
      vendor = vendor ?? attribute("vendor")
      device = device ?? attribute("device")
      deviceClass = deviceClass ?? attribute("class")
      subsystemVendor = subsystemVendor ?? attribute("subsystem_vendor")
      subsystemDevice = subsystemDevice ?? attribute("subsystem_device")
    }
    if driver == nil, let target = (try? directory.linkTarget("driver")) ?? nil {
      driver = lastComponent(target).text
    }
  }
}
