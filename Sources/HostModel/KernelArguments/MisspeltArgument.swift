/// An argument whose name is none, but nearly that of one that matters for passthrough.
package struct MisspeltArgument: Sendable, Equatable {
  package let parameter: KernelParameter
  /// The name that was probably meant, or the name with its value (`iommu=pt`).
  package let meant: String

  /// Nil when the name is well known, or like nothing known.
  package init?(_ parameter: KernelParameter) {
    guard parameter.name.utf8.count <= Self.longestName else { return nil }
    let name = parameter.canonicalName
    guard !PassthroughParameter.knows(parameter) else {
      return nil
    }
    guard !Self.names.contains(where: { $0.letters.elementsEqual(name.utf8) }) else { return nil }
    // The kernel tells capital letters from small ones; a person may not.
    let folded = name.lowercased()
    guard let meant = Self.mistakes[folded] ?? Self.nearest(to: Array(folded.utf8)) else { return nil }
    self.parameter = parameter
    self.meant = meant
  }

  /// Names that people write for others, too far from them to be slips of the finger.
  private static let mistakes = [
    "iommu_intel": "intel_iommu", "iommu_amd": "amd_iommu", "intel_vtd": "intel_iommu", "vt_d": "intel_iommu",
    "vtd": "intel_iommu", "amd_vi": "amd_iommu", "iommu_pt": "iommu=pt", "iommu.pt": "iommu=pt",
    "vfio_pci": "vfio-pci.ids", "vfio.ids": "vfio-pci.ids", "vfio_ids": "vfio-pci.ids",
    "acs_override": "pcie_acs_override",
    "allow_unsafe_interrupts": "vfio_iommu_type1.allow_unsafe_interrupts",
    "rd.passthrough": "rd.passthru",
  ]

  private static let names = [
    "intel_iommu", "amd_iommu", "amd_iommu_dump", "iommu.passthrough", "iommu.strict", "intremap",
    "vfio-pci.ids", "vfio_iommu_type1.allow_unsafe_interrupts", "vfio.enable_unsafe_noiommu_mode",
    "pcie_acs_override", "modprobe.blacklist", "module_blacklist", "initcall_blacklist", "rd.driver.pre",
    "rd.driver.blacklist", "rd.passthru",
  ].map { (name: $0, letters: Array(KernelParameter(name: $0, value: nil).canonicalName.utf8)) }

  private static let longestName = 44

  /// The known name that at most one slip (two in long names) turns into `letters`.
  private static func nearest(to letters: [UInt8]) -> String? {
    names.first { known in
      let slips = known.letters.count >= 11 ? 2 : 1
      return abs(known.letters.count - letters.count) <= slips && distance(known.letters, letters) <= slips
    }?.name
  }

  /// Letters added, left out, exchanged, or swapped with the next (optimal string alignment).
  private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for row in 0..<left.count {
      var current = [row + 1]
      for column in 0..<right.count {
        let exchange = last[column] + (left[row] == right[column] ? 0 : 1)
        var cost = min(exchange, last[column + 1] + 1, current[column] + 1)
        if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
          cost = min(cost, beforeLast[column - 1] + 1)
        }
        current.append(cost)
      }
      beforeLast = last
      last = current
    }
    return last[right.count]
  }
}

extension KernelCommandLine {
  /// Arguments with names that are none, in order.
  package var misspelt: [MisspeltArgument] { parameters.compactMap(MisspeltArgument.init) }
}
