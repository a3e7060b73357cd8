/// What one message of the kernel can mean. The words for each are in KernelPhrases*.swift.
///
/// A signal says what the message proves, not what it seems to say: `DMAR: IOMMU enabled` is
/// `intelParameterOn`, because it proves no more than that a parameter was read.
package enum KernelSignal: Sendable, Hashable, CaseIterable {
  // How far the log reaches.
  /// The kernel's first line.
  case start
  /// The processors are up: interrupt remapping on Intel was decided before.
  case processorsUp
  /// The core of the IOMMU subsystem has started, which it does on every machine; ACPI's tables
  /// were listed long before. Proves no IOMMU.
  case iommuCore
  /// x86: the step that sets up the IOMMU is over (pci_iommu_init, a rootfs_initcall).
  case iommuStepOver
  /// Built-in drivers have started (device_initcall) or user space runs.
  case driversStarted
  /// x86 prints it, others do not.
  case x86
  case arm

  // Intel: drivers/iommu/intel.
  /// intel_iommu=on was read. Proves no table, no hardware, no remapping.
  case intelParameterOn
  /// intel_iommu=off was read.
  case intelParameterOff
  /// intel_iommu=igfx_off was read.
  case intelGraphicsOff
  case intelForcedByLaunch
  case intelPlatformOptIn
  /// The DMAR table was read. Proves no remapping.
  case intelTableRead
  /// A unit is being set up for DMA remapping.
  case intelUnitSetUp
  /// The last line of a successful initialisation.
  case intelDone
  case intelTableRefused
  case intelInitFailed
  /// A quirk takes integrated graphics out; printed with and without an IOMMU.
  case intelGraphicsQuirk
  case intelInterruptRemappingOn
  /// x2apic only; interrupt remapping stays on in xapic mode.
  case intelX2APICOptOut
  case intelRMRRsRelaxed

  // AMD: drivers/iommu/amd.
  /// Reading the table began.
  case amdStarted
  /// A unit is in use.
  case amdSetUp
  /// The feature list, printed beside "Interrupt remapping enabled" where that is on.
  case amdFeatures
  case amdInterruptRemappingOn
  case amdParameterOff
  case amdUnknownOption
  /// Refused by the kernel for this machine: Stoney Ridge, memory encryption, no CMPXCHG16B.
  case amdQuirk
  case amdInitFailed

  // Others.
  case armSMMU
  case virtioIOMMU
  case virtioIOMMURemoved
  case powerIOMMU
  case hyperVNoIOMMU

  // Interrupt remapping is off, in any wording.
  case interruptRemappingOff
  /// VFIO refused a device for the want of interrupt remapping.
  case vfioWithoutInterruptRemapping

  // Groups.
  case groupJoined
  case groupLeft
  case noIOMMUGroup

  // What went wrong.
  case fault
  case faultsSuppressed
  case completionWait
  case firmwareBug
  /// A device that VFIO may not have, because of memory that firmware reserves for it.
  case reservedMemoryRefusal
  case oops
  case warning
  /// A processor's instruction pointer inside the IOMMU's initialisation.
  case stoppedInIOMMU

  // Around the kernel.
  case commandLine
  case acpiTable
  case copiedFromPreviousKernel
  case hypervisorDetected
  case paravirtualized
  case machine
  case xenVirtualisationOn
  case xenVirtualisationOff
  case xenInterruptRemappingOn
  case xenInterruptRemappingOff

  // For other checks.
  case virtualizationOffByFirmware
  case lockdown
  case secureBootOn
  case secureBootOff
}
