/// What the kernel makes of the arguments about the IOMMU: the effect, not the text.
///
/// The kernel compares only the beginning of each piece of a comma list (`strncmp`), lets some
/// switches be turned back by a later argument and others not, and ignores what it does not
/// know. Sources: drivers/iommu/intel/iommu.c, drivers/iommu/amd/init.c,
/// drivers/iommu/irq_remapping.c, drivers/iommu/iommu.c, arch/x86/kernel/pci-dma.c.
package struct IOMMUArguments: Sendable, Equatable {
  package enum Switch: Sendable { case on, off }

  /// `intel_iommu=on` or `off`, the last one; nil leaves it to the kernel's configuration.
  package private(set) var intel: Switch?
  package private(set) var intelDecidedBy: KernelParameter?
  /// `intel_iommu=igfx_off`: the integrated graphics are not translated. Enables nothing.
  package private(set) var intelGraphicsOff = false
  package private(set) var intelGraphicsOffBy: KernelParameter?

  /// `amd_iommu=off`; nothing later takes it back.
  package private(set) var amdOff = false
  package private(set) var amdOffBy: KernelParameter?
  /// `amd_iommu=force_enable`: overrides the quirk for Stoney Ridge.
  package private(set) var amdForceEnable = false
  package private(set) var amdForceEnableBy: KernelParameter?

  /// `iommu=off` (x86): no IOMMU of either kind, whatever else is said; nothing takes it back.
  package private(set) var iommuOff = false
  package private(set) var iommuOffBy: KernelParameter?
  /// `acpi=off` (x86): the kernel never sees the table that describes the IOMMU.
  package private(set) var acpiOff = false
  package private(set) var acpiOffBy: KernelParameter?

  /// `intremap=off`, `nointremap` or `noapic`, unless a later `intremap=on` takes it back.
  package private(set) var interruptRemappingOff = false
  package private(set) var interruptRemappingOffBy: KernelParameter?
  /// `intremap=no_x2apic_optout`: the firmware's wish to stay out of x2APIC mode is ignored.
  package private(set) var ignoresX2APICOptOut = false

  /// `iommu=pt`, `iommu=nopt` or `iommu.passthrough=`, the last one: whether host devices start in
  /// identity domains. VFIO works either way.
  package private(set) var defaultPassthrough: Bool?
  package private(set) var defaultPassthroughBy: KernelParameter?

  /// `vfio_iommu_type1.allow_unsafe_interrupts`, the last one.
  package private(set) var allowUnsafeInterrupts: Bool?
  package private(set) var allowUnsafeInterruptsBy: KernelParameter?
  /// `vfio.enable_unsafe_noiommu_mode`, the last one.
  package private(set) var unsafeNoIOMMUMode: Bool?
  package private(set) var unsafeNoIOMMUModeBy: KernelParameter?

  /// Values without effect, in order.
  package private(set) var ineffective: [IneffectiveArgument] = []

  package init(_ commandLine: KernelCommandLine) {
    for parameter in commandLine.parameters { read(parameter) }
  }

  private mutating func read(_ parameter: KernelParameter) {
    switch parameter.canonicalName {
    case "intel_iommu": readOptions(of: parameter) { $0.readIntel($1, of: parameter) }
    case "amd_iommu": readOptions(of: parameter) { $0.readAMD($1, of: parameter) }
    case "iommu": readOptions(of: parameter) { $0.readGeneric($1, of: parameter) }
    case "intremap": readOptions(of: parameter) { $0.readInterruptRemapping($1, of: parameter) }
    case "acpi": readACPI(parameter)
    case "nointremap", "noapic":
      interruptRemappingOff = true
      interruptRemappingOffBy = parameter
    case "iommu.passthrough":
      guard let isOn = readBoolean(parameter, withoutValue: nil) else { return }
      defaultPassthrough = isOn
      defaultPassthroughBy = parameter
    case "vfio_iommu_type1.allow_unsafe_interrupts":
      guard let isOn = readBoolean(parameter, withoutValue: true) else { return }
      allowUnsafeInterrupts = isOn
      allowUnsafeInterruptsBy = parameter
    case "vfio.enable_unsafe_noiommu_mode":
      guard let isOn = readBoolean(parameter, withoutValue: true) else { return }
      unsafeNoIOMMUMode = isOn
      unsafeNoIOMMUModeBy = parameter
    default: break
    }
  }

  // MARK: One function a parameter; it answers whether the kernel knows the option

  /// intel_iommu_setup, with the options of older kernels.
  private mutating func readIntel(_ option: Substring, of parameter: KernelParameter) -> Bool {
    if option.hasPrefix("on") || option.hasPrefix("off") {
      intel = option.hasPrefix("on") ? .on : .off
      intelDecidedBy = parameter
    } else if option.hasPrefix("igfx_off") {
      intelGraphicsOff = true
      intelGraphicsOffBy = parameter
    } else {
      return Self.otherIntelOptions.contains { option.hasPrefix($0) }
    }
    return true
  }

  private static let otherIntelOptions = [
    "forcedac", "strict", "sp_off", "sm_on", "sm_off", "tboot_noforce", "ecs_off", "pasid_off", "nobounce",
  ]

  /// parse_amd_iommu_options.
  private mutating func readAMD(_ option: Substring, of parameter: KernelParameter) -> Bool {
    if option.hasPrefix("off") {
      amdOff = true
      amdOffBy = parameter
    } else if option.hasPrefix("force_enable") {
      amdForceEnable = true
      amdForceEnableBy = parameter
    } else {
      return Self.otherAMDOptions.contains { option.hasPrefix($0) }
    }
    return true
  }

  private static let otherAMDOptions = [
    "fullflush", "force_isolation", "pgtbl_v1", "pgtbl_v2", "irtcachedis", "nohugepages", "v2_pgsizes_only",
  ]

  /// iommu_setup of arch/x86/kernel/pci-dma.c with gart_parse_options of amd_gart_64.c, whose
  /// aperture size (a number) is left out: it means nothing to an IOMMU that isolates.
  private mutating func readGeneric(_ option: Substring, of parameter: KernelParameter) -> Bool {
    if option.hasPrefix("off") {
      iommuOff = true
      iommuOffBy = parameter
    } else if option.hasPrefix("pt") || option.hasPrefix("nopt") {
      defaultPassthrough = option.hasPrefix("pt")
      defaultPassthroughBy = parameter
    } else {
      return Self.otherGenericOptions.contains { option.hasPrefix($0) }
    }
    return true
  }

  private static let otherGenericOptions = [
    "force", "noforce", "biomerge", "panic", "nopanic", "merge", "nomerge", "forcesac", "allowdac", "nodac",
    "usedac", "soft", "calgary", "leak", "fullflush", "nofullflush", "noagp", "noaperture", "allowed",
    "memaper",
  ]

  /// setup_irqremap.
  private mutating func readInterruptRemapping(_ option: Substring, of parameter: KernelParameter) -> Bool {
    if option.hasPrefix("on") {
      interruptRemappingOff = false
      interruptRemappingOffBy = nil
    } else if option.hasPrefix("off") {
      interruptRemappingOff = true
      interruptRemappingOffBy = parameter
    } else if option.hasPrefix("no_x2apic_optout") {
      ignoresX2APICOptOut = true
    } else {
      return ["nosid", "nopost", "posted_msi"].contains { option.hasPrefix($0) }
    }
    return true
  }

  /// parse_acpi: the whole value counts.
  private mutating func readACPI(_ parameter: KernelParameter) {
    if parameter.value == "off" {
      acpiOff = true
      acpiOffBy = parameter
    } else if parameter.value == "force" || parameter.value == "on" {
      acpiOff = false
      acpiOffBy = nil
    }
  }

  // MARK: How the kernel reads values

  /// Hands every piece of a comma list to `reader`, which answers whether it knows the piece.
  private mutating func readOptions(
    of parameter: KernelParameter, by reader: (inout IOMMUArguments, Substring) -> Bool
  ) {
    guard let value = parameter.value, !value.isEmpty else {
      return ineffective.append(IneffectiveArgument(ignored: "", of: parameter))
    }
    for option in value.split(separator: ",") where !reader(&self, option) {
      ineffective.append(IneffectiveArgument(ignored: String(option), of: parameter))
    }
  }

  private mutating func readBoolean(_ parameter: KernelParameter, withoutValue: Bool?) -> Bool? {
    let answer = if let value = parameter.value { kernelBoolean(value) } else { withoutValue }
    if answer == nil {
      ineffective.append(IneffectiveArgument(ignored: parameter.value ?? "", of: parameter))
    }
    return answer
  }
}
