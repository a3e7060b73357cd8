/// The kernel's words for each signal, on every version: distributions port messages back, so that
/// no version says which wording to expect. Case does not matter; `*` stands for any words between.
enum KernelPhrases {
  static let all: [(signal: KernelSignal, words: String)] =
    (boot + surroundings + groups + troubles + intel + amd + others).flatMap { signal, phrases in
      phrases.map { (signal, $0) }
    }

  static let finder = PhraseFinder(all.map(\.words))

  typealias Table = [(KernelSignal, [String])]

  private static let boot: Table = [
    (.start, ["linux version "]),
    (.processorsUp, ["smpboot: cpu0", "brought up ", "x86: booted up"]),
    (.iommuCore, ["iommu: default domain type"]),
    (
      .iommuStepOver,
      ["pci-dma: using", "pci-dma: intel", "pci-dma: disabling", "software io tlb: mapped"]
    ),
    (
      .driversStarted,
      [
        "vfio - user level", "amd iommuv2", "freeing unused kernel", " as init process", "systemd[1]: ",
        "workingset: timestamp_bits", "initialise system trusted keyrings", "io scheduler ",
        "serial: 8250/16550", "perf/amd_iommu: detected", "rapl pmu:", "ima: ", "kvm [1]:", "kvm_amd: ",
        "kvm: nested virtualization", "ext4-fs (", "btrfs: ", "xfs (", "loop: module loaded",
      ]
    ),
    (.x86, ["bios-e820", "smpboot: cpu0", "x2apic", "x86/", "hypervisor detected:", "vmx (", "smbios "]),
    (
      .arm,
      ["booting linux on physical cpu", "gicv3", "gic-v", "psci: ", "kvm [1]:", "remapping and enabling efi"]
    ),
  ]

  private static let surroundings: Table = [
    (.commandLine, ["command line: "]),
    (.acpiTable, ["acpi: dmar ", "acpi: ivrs ", "acpi: iort ", "acpi: viot ", "acpi: rimt "]),
    (
      .copiedFromPreviousKernel,
      [
        "copied ir table", "copied dev table", "from previous kernel", "trying to copy translation",
        "trying to copy root",
      ]
    ),
    (.hypervisorDetected, ["hypervisor detected: "]),
    (.paravirtualized, ["booting paravirtualized kernel on ", "booting kernel on xen"]),
    (.machine, ["dmi: "]),
    (.xenVirtualisationOn, ["i/o virtualisation enabled"]),
    (.xenVirtualisationOff, ["i/o virtualisation disabled"]),
    (
      .xenInterruptRemappingOn,
      ["(xen) interrupt remapping enabled", "(xen) intel vt-d interrupt remapping enabled"]
    ),
    (
      .xenInterruptRemappingOff,
      ["(xen) interrupt remapping disabled", "(xen) intel vt-d interrupt remapping not enabled"]
    ),
    // arch/x86/kernel/cpu/feat_ctl.c (5.6), amd.c (6.7), arch/x86/kvm. "not supported by CPU" and "no
    // hardware support" are no such message.
    (
      .virtualizationOffByFirmware,
      [
        "vmx (*disabled by bios", "vmx not enabled", "kvm: disabled by bios",
        "kvm: support for*disabled by bios",
        "kvm_intel: vmx not enabled", "svm disabled*by bios", "kvm_amd*disabled by bios",
        "kvm_intel*disabled by bios",
      ]
    ),
    (.lockdown, ["lockdown: ", "kernel is locked down"]),
    (.secureBootOn, ["secure boot enabled"]),
    (.secureBootOff, ["secure boot disabled"]),
  ]

  private static let groups: Table = [
    (.groupJoined, ["adding to iommu group ", "iommu: adding device*to group "]),
    (.groupLeft, ["removing from iommu group ", "iommu: removing device*from group "]),
    (.noIOMMUGroup, ["vfio-noiommu group on device"]),
  ]

  private static let troubles: Table = [
    (.fault, ["request device [", "event logged [", "unhandled context fault", "arm-smmu-v3*event 0x"]),
    (.faultsSuppressed, ["dmar_fault*callbacks suppressed", "amd_iommu_report*callbacks suppressed"]),
    (.completionWait, ["completion-wait*timed out"]),
    (
      .firmwareBug,
      [
        "[firmware bug]*dmar", "[firmware bug]*rmrr", "[firmware bug]*amd-vi", "[firmware bug]*ioapic",
        "[firmware bug]*iommu", "[firmware bug]*ivrs", "dmar: [firmware bug]", "amd-vi: [firmware bug]",
        "[firmware warn]*efr mismatch", "amd-vi: [firmware warn]", "dmar: [firmware warn]",
        "your bios is broken*dmar",
        "your bios is broken*rmrr", "your bios is broken*iommu", "your bios is broken*x2apic",
        "] not in ivrs table",
        "io-apic found in ivrs table", "no southbridge io", "enabled interrupt remapping*erratum",
        "ivrs invalid checksum", "invalid ivrs", "ivrs table*corrupt",
      ]
    ),
    (
      .reservedMemoryRefusal,
      [
        "ineligible for iommu domain attach", "ineligible for assignment", "1:1 iommu mapping, rejecting",
      ]
    ),
    (.oops, ["oops: ", "bug: unable to handle", "bug: kernel null pointer", "general protection fault"]),
    (.warning, ["warning: cpu", "warning: at "]),
    (
      .stoppedInIOMMU,
      [
        "rip: *intel_iommu_init", "rip: *amd_iommu_", "rip: *iommu_init_pci", "rip: *init_dmars",
        "rip: *dmar_table_init",
        "rip: *iommu_go_to_state", "rip: *intel_iommu_",
      ]
    ),
  ]
}
