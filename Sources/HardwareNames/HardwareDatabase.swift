import CUdev
import HostModel

/// udev's compiled hardware database (hwdb.bin), through libudev.
struct HardwareDatabase: ~Copyable {
  private let context: OpaquePointer
  private let database: OpaquePointer

  /// Nil when the system has none.
  init?() {
    guard let context = udev_new() else { return nil }
    guard let database = udev_hwdb_new(context) else {
      udev_unref(context)
      return nil
    }
    self.context = context
    self.database = database
  }

  deinit {
    udev_hwdb_unref(database)
    udev_unref(context)
  }

  func names(_ wanted: WantedNames) -> PCINames {
    var names = PCINames()
    for vendor in wanted.vendors {
      names.vendors[vendor] = properties(of: "pci:v\(id(vendor))")["ID_VENDOR_FROM_DATABASE"]
    }
    for key in wanted.devices {
      let vendor = UInt16(truncatingIfNeeded: key >> 16)
      let found = properties(of: "pci:v\(id(vendor))d\(id(UInt16(truncatingIfNeeded: key)))")
      names.devices[key] = found["ID_MODEL_FROM_DATABASE"]
    }
    for subclass in wanted.classes {
      let base = hexText(subclass >> 8, digits: 2).uppercased()
      let sub = hexText(subclass, digits: 2).uppercased()
      let found = properties(of: "pci:v00000000d00000000sv00000000sd00000000bc\(base)sc\(sub)i00")
      names.classes[subclass] =
        found["ID_PCI_SUBCLASS_FROM_DATABASE"] ?? found["ID_PCI_CLASS_FROM_DATABASE"]
    }
    return names
  }

  /// Eight digits, capitals: as in modules' aliases.
  private func id(_ value: UInt16) -> String { hexText(UInt32(value), digits: 8).uppercased() }

  private func properties(of modalias: String) -> [String: String] {
    var result: [String: String] = [:]
    var entry = udev_hwdb_get_properties_list_entry(database, modalias, 0)
    while let current = entry {
      if let name = udev_list_entry_get_name(current), let value = udev_list_entry_get_value(current) {
        result[String(cString: name)] = String(cString: value)
      }
      entry = udev_list_entry_get_next(current)
    }
    return result
  }
}
