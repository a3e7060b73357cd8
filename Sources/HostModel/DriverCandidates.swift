/// The drivers that would claim a function.
package struct DriverCandidates: Sendable, Equatable {
  /// A module whose alias matches.
  package struct Candidate: Sendable, Equatable {
    /// With underscores: snd_hda_intel.
    package let name: String
    /// Whether modprobe's configuration keeps it from being loaded by itself.
    package let isDenylisted: Bool
    /// Modules that modprobe's configuration loads before it (`softdep … pre:`).
    package let softDependencies: [String]

    package init(name: String, isDenylisted: Bool, softDependencies: [String]) {
      self.name = name
      self.isDenylisted = isDenylisted
      self.softDependencies = softDependencies
    }
  }

  /// In the order in which the kernel's index names them.
  package var drivers: [Candidate] = []
  /// The driver of the VFIO family with the most specific alias: a variant that knows the device, or
  /// vfio_pci; nil where the kernel has none.
  package var vfioDriver: String?

  package init() {}
}

/// Which functions an alias of a module is for: `pci:v00008086d00001533sv*sd*bc*sc*i*`, the same with
/// `vfio_pci:` for VFIO's variant drivers (scripts/mod/file2alias.c, do_pci_entry).
package struct PCIAlias: Sendable, Equatable {
  /// Vendor, device, subsystem's both, base class, subclass, interface; nil is `*`.
  private let fields: [UInt32?]

  /// Nil for what is no such alias. `text` is what follows the first colon.
  package init?(_ text: ArraySlice<UInt8>) {
    var fields: [UInt32?] = []
    var rest = text
    for key in ["v", "d", "sv", "sd", "bc", "sc", "i"] {
      guard rest.starts(with: key.utf8) else { return nil }
      rest = rest.dropFirst(key.utf8.count)
      if rest.first == UInt8(ascii: "*") {
        rest = rest.dropFirst()
        fields.append(nil)
        continue
      }
      // Keys are small letters, digits capital ones.
      let digits = rest.prefix { isHexDigit($0) && !(0x61...0x66).contains($0) }
      guard !digits.isEmpty, digits.count <= 8 else { return nil }
      fields.append(digits.reduce(0) { $0 << 4 | UInt32(hexDigitValue($1) ?? 0) })
      rest = rest.dropFirst(digits.count)
    }
    guard rest.isEmpty else { return nil }
    self.fields = fields
  }

  package func matches(_ device: PCIDevice) -> Bool {
    guard let vendor = device.vendor, let id = device.device, let code = device.deviceClass else {
      return false
    }
    let values = [
      UInt32(vendor), UInt32(id), UInt32(device.subsystemVendor ?? 0), UInt32(device.subsystemDevice ?? 0),
      code >> 16, code >> 8 & 0xff, code & 0xff,
    ]
    return zip(fields, values).allSatisfy { $0 == nil || $0 == $1 }
  }

  /// How many fields it names: the alias with more is for fewer devices.
  package var specificity: Int { fields.count { $0 != nil } }
}
