/// All that was seen of one host: one property a source, gathered once, judged by pure functions.
///
/// Every property starts as "not looked at", so that a test or a recorded host states only
/// what it is about, and judgement has to cope with the rest being unknown.
package struct HostEvidence: Sendable {
  /// `/`, or the directory or snapshot that stands in for it, as the user named it.
  package var root: String
  /// Whether this is the machine that the program runs on (root is `/`).
  package var isRunningHost: Bool

  package var processors: Observed<ProcessorInfo> = .notLookedAt
  package var kernelRelease: Observed<String> = .notLookedAt
  package var osRelease: Observed<OSRelease> = .notLookedAt
  package var firmwareKind: Observed<FirmwareKind> = .notLookedAt
  package var machine: Observed<MachineIdentity> = .notLookedAt

  package var acpiTableNames: Observed<[String]> = .notLookedAt
  package var dmar: Observed<DMARReading> = .notLookedAt
  package var ivrs: Observed<IVRSReading> = .notLookedAt

  package var commandLine: Observed<KernelCommandLine> = .notLookedAt
  package var kernelLog: Observed<KernelLog> = .notLookedAt
  package var kernelConfiguration: Observed<KernelConfiguration> = .notLookedAt
  package var lockdown: Observed<LockdownMode> = .notLookedAt
  package var secureBoot: Observed<Bool> = .notLookedAt
  /// Names in sys/class/iommu: dmar0, ivhd0, smmu3.0x..., virtio0.
  package var iommuUnits: Observed<[String]> = .notLookedAt
  package var iommuGroups: Observed<[IOMMUGroup]> = .notLookedAt
  package var pciDevices: Observed<[PCIDevice]> = .notLookedAt
  /// What the host uses its PCI functions for.
  package var hostUses: Observed<HostUses> = .notLookedAt
  /// More about functions that somebody asked for; the others have no entry.
  package var pciDetails: [PCIAddress: PCIDeviceDetails] = [:]
  package var interruptChips: Observed<InterruptChips> = .notLookedAt

  package var xen: Observed<XenRole> = .notLookedAt
  package var container: Observed<ContainerKind> = .notLookedAt
  /// sys/hypervisor/type, or the hypervisor that DMI strings give away.
  package var hypervisor: Observed<String> = .notLookedAt

  package var loadedModules: Observed<Set<String>> = .notLookedAt
  package var vfioModules: Observed<[ModuleState]> = .notLookedAt
  /// vfio_iommu_type1's allow_unsafe_interrupts.
  package var allowUnsafeInterrupts: Observed<Bool> = .notLookedAt
  /// vfio's enable_unsafe_noiommu_mode.
  package var unsafeNoIOMMUMode: Observed<Bool> = .notLookedAt

  package var kvmDevice: Observed<KVMDevice> = .notLookedAt
  package var nestedVirtualization: Observed<Bool> = .notLookedAt
  /// Paths of the QEMU programs found, below the root.
  package var qemuPrograms: Observed<[String]> = .notLookedAt
  package var libvirt: Observed<LibvirtState> = .notLookedAt
  package var memlock: Observed<MemlockLimits> = .notLookedAt

  /// How the host boots, and from where it takes kernel arguments.
  package var bootLoader: Observed<BootLoaderEvidence> = .notLookedAt
  /// What GRUB reads beside its grub.cfg, and what `kargs try` has left there.
  package var bootTrial: Observed<BootTrialEvidence> = .notLookedAt
  /// What is chosen to be bound at boot; an untrusted or broken configuration is unreadable.
  package var bindings: Observed<BindingConfiguration> = .notLookedAt
  package var initramfs: Observed<InitramfsEvidence> = .notLookedAt
  /// What the boot program did in this boot.
  package var bootLog: Observed<[BootEvent]> = .notLookedAt

  package init(root: String, isRunningHost: Bool) {
    self.root = root
    self.isRunningHost = isRunningHost
  }
}

extension Observed {
  /// What a source is before anybody looked at it.
  package static var notLookedAt: Observed { .unreadable(source: "", reason: "it was not looked at") }
}
