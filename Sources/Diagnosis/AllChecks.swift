/// Every check, in the order of the report. One line each.
package let allChecks: [any Check.Type] = [
  KernelLockdown.self,
  VFIOModules.self,
  KVMAccess.self,
  QEMUInstalled.self,
  LibvirtRunning.self,
  MemlockLimit.self,
  CPUVirtualization.self,
]
