/// Every check, in the order of the report. One line each.
package let allChecks: [any Check.Type] = [
  // processor
  CPUVirtualization.self,
  // firmware
  FirmwareIOMMUTable.self,
  ReservedMemory.self,
  // kernel
  IOMMUActive.self,
  IOMMUMessages.self,
  InterruptRemapping.self,
  CommandLineArguments.self,
  KernelLockdown.self,
  // boot-loader
  KnownBootLayout.self,
  NextBootArguments.self,
  TrialBoot.self,
  // modules
  VFIOModules.self,
  // devices
  ChosenGroups.self,
  // binding
  BindingHook.self,
  BindingInitramfs.self,
  BindingBoot.self,
  // virtualization
  KVMAccess.self,
  QEMUInstalled.self,
  LibvirtRunning.self,
  MemlockLimit.self,
]
