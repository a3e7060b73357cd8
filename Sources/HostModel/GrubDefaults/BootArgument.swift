/// A kernel argument that is safe to write: no shell, no boot loader and no sed script in a
/// distribution's tools reads anything into its characters.
package struct BootArgument: Sendable, Equatable, Hashable, CustomStringConvertible {
  package let text: String
  package var description: String { text }

  package init(_ text: String) throws(GrubRefusal) {
    guard !text.isEmpty else { throw GrubRefusal(.argument, "An empty argument says nothing.") }
    if let byte = text.utf8.first(where: { !Self.isSafe($0) }) {
      let shown = byte > 0x20 && byte < 0x7f ? "\"\(Character(UnicodeScalar(byte)))\"" : "byte \(byte)"
      throw GrubRefusal(
        .argument,
        "The argument \"\(text)\" holds \(shown), which the shell, GRUB or a tool of the distribution may "
          + "read as something else. Letters, digits and _ . , : = / @ % + - are safe.")
    }
    guard text.count <= 1024 else { throw GrubRefusal(.argument, "The argument is longer than 1024 bytes.") }
    guard text != "--", !text.hasPrefix("=") else {
      throw GrubRefusal(.argument, "\"\(text)\" names no parameter of the kernel.")
    }
    self.text = text
  }

  /// Checks an argument that is to be added: those that the kernel ignores are refused, and those that lead
  /// the boot to the root file system.
  package init(adding text: String) throws(GrubRefusal) {
    try self.init(text)
    let parameters = KernelCommandLine(parsing: text.utf8).parameters
    if let refusal = GrubRefusal(forArgumentsOfTheBoot: parameters) { throw refusal }
    if let ignored = IOMMUArguments(KernelCommandLine(parsing: text.utf8)).ineffective.first {
      let instead = ignored.meant.map { " Use \($0)." } ?? ""
      throw GrubRefusal(.argument, "\(text) would do nothing. \(ignored.reason)\(instead)")
    }
  }

  var bytes: [UInt8] { Array(text.utf8) }

  private static func isSafe(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x5f, 0x2e, 0x2c, 0x3a, 0x3d, 0x2f, 0x40, 0x25, 0x2b, 0x2d: true  // _ . , : = / @ % + -
    default: Byte.isName(byte)
    }
  }

  // MARK: Conflicts

  /// Whether an argument that is there already says the opposite of this one, or gives its
  /// parameter another value where it can have only one.
  package func contradicts(_ other: KernelParameter) -> Bool {
    guard let own = KernelCommandLine(parsing: text.utf8).parameters.first else { return false }
    let (mine, theirs) = (IOMMUArguments([own]), IOMMUArguments([other]))
    if let one = mine.intel, let two = theirs.intel, one != two { return true }
    if let one = mine.defaultPassthrough, let two = theirs.defaultPassthrough, one != two { return true }
    if mine.intel == .on || mine.defaultPassthrough != nil, theirs.iommuOff { return true }
    if own.canonicalName == "intremap", other.canonicalName == "intremap" || theirs.interruptRemappingOff {
      return mine.interruptRemappingOff != theirs.interruptRemappingOff
    }
    guard own.canonicalName == other.canonicalName, !Self.takesSeveral(own.canonicalName) else {
      return false
    }
    return own.value != other.value
  }

  /// Parameters that count each time they appear.
  private static func takesSeveral(_ name: String) -> Bool {
    switch name {
    case "iommu", "intel_iommu", "amd_iommu", "intremap", "console", "earlycon", "memmap", "hugepagesz",
      "hugepages",
      "crashkernel", "acpi_osi", "pci", "ivrs_ioapic", "ivrs_hpet", "ivrs_acpihid", "initcall_blacklist",
      "module_blacklist", "modprobe.blacklist", "video", "usbcore.quirks", "systemd.mask", "systemd.wants",
      "systemd.setenv", "dyndbg", "trace_event",
      "cgroup_disable", "ip", "ifname", "bond", "vlan", "bridge", "luks.uuid", "luks.name", "luks.options",
      "luks.key":
      true
    default: name.hasPrefix("rd.") || name.hasSuffix(".dyndbg")
    }
  }
}

extension IOMMUArguments {
  init(_ parameters: [KernelParameter]) {
    self.init(KernelCommandLine(parsing: parameters.map(\.text).joined(separator: " ").utf8))
  }
}
