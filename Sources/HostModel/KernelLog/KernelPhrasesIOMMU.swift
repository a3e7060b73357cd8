extension KernelPhrases {
  /// drivers/iommu/intel: dmar.c, iommu.c, irq_remapping.c; before 3.17 `dmar:` and `IOMMU:`.
  static let intel: Table = [
    (.intelParameterOn, ["dmar: iommu enabled", "intel-iommu: enabled"]),
    (.intelParameterOff, ["dmar: iommu disabled", "intel-iommu: disabled"]),
    (.intelGraphicsOff, ["disable gfx device mapping"]),
    (.intelForcedByLaunch, ["forcing intel-iommu to enabled"]),
    (.intelPlatformOptIn, ["intel-iommu force enabled due to platform opt in"]),
    (.intelTableRead, ["dmar: host address width", "dmar: drhd base", "reg_base_addr", "dmar: rmrr base"]),
    (
      .intelUnitSetUp,
      [
        "using queued invalidation", "using register based invalidation", "iommu: setting rmrr",
        "setting identity map for device", "setting identity map [", "hardware identity mapping for device",
        "unity mapping for lpc", "iommu feature*inconsistent", "dmar*device uses a private",
      ]
    ),
    (.intelDone, ["virtualization technology for directed i/o"]),
    (.intelTableRefused, ["dmar reported at address", "parse dmar table failure"]),
    (.intelInitFailed, ["dmar: initialization failed", "dmar init failed", "failed to initialize dmars"]),
    (.intelGraphicsQuirk, ["disabling iommu for graphics"]),
    (
      .intelInterruptRemappingOn,
      ["enabled irq remapping in ", "enabled intr-remapping", "request device*fault index"]
    ),
    (
      .intelX2APICOptOut,
      ["x2apic is disabled because bios sets x2apic opt out", "requested that x2apic be disabled"]
    ),
    (.intelRMRRsRelaxed, ["assuming all rmrrs are relaxable"]),
    (
      .interruptRemappingOff,
      [
        "interrupt remapping will be disabled", "interrupt remapping is being disabled",
        "failed to enable irq remapping",
        "not enable interrupt remapping", "not enabling interrupt remapping",
        "not enabling interrupt-remapping",
        "disabling interrupt remapping", "failed to enable interrupt remapping",
        "failed to set up interrupt remapping",
      ]
    ),
    (
      .vfioWithoutInterruptRemapping,
      ["no interrupt remapping support", "no interrupt remapping for this platform"]
    ),
  ]

  /// drivers/iommu/amd: init.c, iommu.c.
  static let amd: Table = [
    (.amdStarted, ["amd-vi: using global ivhd", "amd-vi: using ivhd type", "amd-vi: ivrs, add"]),
    (
      .amdSetUp,
      [
        "amd-vi: found iommu", "amd-vi: extended features", "amd-vi: interrupt remapping enabled",
        "io/tlb flushing enabled", "io/tlb flush on unmap enabled", "amd-vi: initialized for passthrough",
        "amd-vi: iommu performance counters", "read/write to iommu perf counter", "perf/amd_iommu: detected",
        "perf: amd iommu detected", "amd-vi: virtual apic enabled", "amd-vi: x2apic enabled",
        "workaround for iommu at",
      ]
    ),
    (.amdFeatures, ["amd-vi: extended features"]),
    (.amdInterruptRemappingOn, ["amd-vi: interrupt remapping enabled"]),
    (.amdParameterOff, ["amd iommu disabled"]),
    (.amdUnknownOption, ["amd-vi: unknown option"]),
    (
      .amdQuirk,
      [
        "disable iommu on stoney ridge", "iommu not currently supported when sme",
        "cmpxchg16b feature is required",
      ]
    ),
    (
      .amdInitFailed,
      ["amd-vi: failed to initialize", "amd-vi: initialization failed", "ivrs invalid checksum"]
    ),
  ]

  static let others: Table = [
    (
      .armSMMU,
      [
        "arm-smmu*probing hardware configuration", "arm-smmu-v3*ias ", "arm-smmu*stage 2 translation",
        "apple-dart*dart ",
      ]
    ),
    (.virtioIOMMU, ["virtio_iommu*input address"]),
    (.virtioIOMMURemoved, ["virtio_iommu*device removed"]),
    (.powerIOMMU, ["iommu table initialized", "dart iommu initialized", "iommu: using iommu-bypass"]),
    (.hyperVNoIOMMU, ["hyper-v pviommu*failed"]),
  ]
}
