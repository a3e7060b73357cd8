import HostFiles
import HostModel
import PCISurvey

/// Gathers all evidence of one host, each source once.
package func surveyHost(_ root: HostRoot) -> HostEvidence {
  var evidence = HostEvidence(root: root.name, isRunningHost: root.isRunningHost)
  evidence.processors = surveyProcessors(root)
  evidence.kernelRelease = surveyKernelRelease(root)
  evidence.osRelease = surveyOSRelease(root)
  evidence.firmwareKind = surveyFirmwareKind(root)
  evidence.machine = surveyMachine(root)

  let tables = ACPITablesSource(root)
  evidence.acpiTableNames = tables.names
  evidence.dmar = tables.dmar
  evidence.ivrs = tables.ivrs

  evidence.commandLine = surveyCommandLine(root)
  evidence.kernelLog = KernelLogSource.read(root)
  evidence.kernelConfiguration = surveyKernelConfiguration(root, release: evidence.kernelRelease.value)
  evidence.lockdown = surveyLockdown(root, configuration: evidence.kernelConfiguration.value)
  evidence.secureBoot = surveySecureBoot(root)
  evidence.iommuUnits = root.observeSysfsNames(in: "sys/class/iommu")
  evidence.iommuGroups = surveyIOMMUGroups(root)
  evidence.pciDevices = surveyPCIDevices(root)
  evidence.bindings = surveyBindings(root)
  evidence.hostUses = evidence.pciDevices.map { surveyHostUses(root, devices: $0) }
  evidence.interruptChips = surveyInterrupts(root)

  evidence.xen = surveyXen(root)
  evidence.container = surveyContainer(root)
  evidence.hypervisor = surveyHypervisor(root, machine: evidence.machine)

  evidence.bootLoader = surveyBootLoader(root, evidence)
  evidence.bootTrial = surveyBootTrial(root, evidence.bootLoader, running: evidence.commandLine.value)

  evidence.loadedModules = surveyLoadedModules(root)
  evidence.vfioModules = VFIOModulesSource(root, evidence).survey()
  evidence.allowUnsafeInterrupts = surveyParameter("allow_unsafe_interrupts", of: "vfio_iommu_type1", root)
  evidence.unsafeNoIOMMUMode = surveyParameter("enable_unsafe_noiommu_mode", of: "vfio", root)

  evidence.initramfs = surveyInitramfs(root, lookingInside: evidence.bindings.value?.groups.isEmpty == false)
  evidence.bootLog = surveyBootLog(root)

  evidence.kvmDevice = surveyKVMDevice(root)
  evidence.nestedVirtualization = surveyNestedVirtualization(root)
  evidence.qemuPrograms = surveyQEMU(root)
  evidence.libvirt = surveyLibvirt(root)
  evidence.memlock = surveyMemlock(root)
  return evidence
}

/// Gathers only what tells how a host boots: enough for its kernel arguments.
package func surveyBoot(_ root: HostRoot) -> HostEvidence {
  var evidence = HostEvidence(root: root.name, isRunningHost: root.isRunningHost)
  evidence.osRelease = surveyOSRelease(root)
  evidence.firmwareKind = surveyFirmwareKind(root)
  evidence.commandLine = surveyCommandLine(root)
  evidence.secureBoot = surveySecureBoot(root)
  evidence.xen = surveyXen(root)
  evidence.bootLoader = surveyBootLoader(root, evidence)
  evidence.bootTrial = surveyBootTrial(root, evidence.bootLoader, running: evidence.commandLine.value)
  return evidence
}

/// Gathers only what tells of the modules that passthrough takes.
package func surveyModules(_ root: HostRoot) -> HostEvidence {
  var evidence = HostEvidence(root: root.name, isRunningHost: root.isRunningHost)
  evidence.kernelRelease = surveyKernelRelease(root)
  evidence.commandLine = surveyCommandLine(root)
  evidence.kernelConfiguration = surveyKernelConfiguration(root, release: evidence.kernelRelease.value)
  evidence.lockdown = surveyLockdown(root, configuration: evidence.kernelConfiguration.value)
  evidence.container = surveyContainer(root)
  evidence.loadedModules = surveyLoadedModules(root)
  evidence.vfioModules = VFIOModulesSource(root, evidence).survey()
  return evidence
}
