/// The entries of `vfio-pci.ids` that vfio-pci cannot use.
extension KernelCommandLine {
  package var unusableDeviceIDs: [IneffectiveArgument] {
    all("vfio-pci.ids").flatMap { parameter in
      (parameter.value ?? "").split(separator: ",").compactMap { entry in
        Self.objection(to: entry).map {
          IneffectiveArgument(parameter: parameter, option: String(entry), reason: $0)
        }
      }
    }
  }

  /// vfio_pci_fill_ids reads `%x:%x` and passes over entries without both numbers.
  private static func objection(to entry: Substring) -> String? {
    if PCIAddress(entry) != nil {
      return "\(entry) is the address of a device; vfio-pci.ids takes vendor:device, as in 10de:1b80."
    }
    let fields = entry.utf8.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard fields.count >= 2, isHex(fields[0], isLast: false), isHex(fields[1], isLast: fields.count == 2)
    else {
      return "\(entry) is no pair vendor:device in hexadecimal, as in 10de:1b80, and vfio-pci passes over it."
    }
    return nil
  }

  /// Whether `%x` reads it; behind the last number anything may follow.
  private static func isHex(_ field: Substring.UTF8View, isLast: Bool) -> Bool {
    let digits = field.starts(with: "0x".utf8) || field.starts(with: "0X".utf8) ? field.dropFirst(2) : field
    guard let first = digits.first, isHexDigit(first) else { return false }
    return isLast || digits.allSatisfy(isHexDigit)
  }
}

extension KernelCommandLine {
  /// `video=vesafb:off,efifb:off` switches only the first one off: the list belongs to it.
  package var unusableVideoOptions: [IneffectiveArgument] {
    all("video").flatMap { parameter in
      (parameter.value ?? "").split(separator: ",").dropFirst().filter { $0.hasSuffix("fb:off") }.map {
        IneffectiveArgument(
          parameter: parameter, option: String($0),
          reason:
            "One video= switches one driver off, and \($0) stands in the list of the first one's options.",
          meant: "video=\($0)")
      }
    }
  }
}
