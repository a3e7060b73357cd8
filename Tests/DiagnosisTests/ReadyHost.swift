import Diagnosis
import HostModel

/// Evidence of a host where nothing is wrong in the stages modules and virtualization, and no lockdown.
func readyHost() -> HostEvidence {
  var host = HostEvidence(root: "/", isRunningHost: true)
  host.kernelRelease = .found("6.1.0-18-amd64", source: "proc/sys/kernel/osrelease")
  host.osRelease = .found(OSRelease(id: "debian", versionID: "12"), source: "etc/os-release")
  host.container = .found(.none, source: "run/systemd/container")
  host.lockdown = .found(.none, source: "sys/kernel/security/lockdown")
  host.secureBoot = .found(false, source: "sys/firmware/efi/efivars/SecureBoot")
  host.kernelConfiguration = .found(
    KernelConfiguration(options: ["VFIO": "m", "VFIO_PCI": "m", "KVM_INTEL": "m"]), source: "boot/config")
  host.loadedModules = .found(
    ["vfio", "vfio_pci", "vfio_iommu_type1", "kvm_intel"], source: "proc/modules")
  host.vfioModules = .found(
    ["vfio", "vfio_pci", "vfio_iommu_type1"].map { ModuleState(name: $0, isPresent: true, isLoaded: true) },
    source: "lib/modules/6.1.0-18-amd64")
  host.kvmDevice = .found(KVMDevice(canOpen: true, owningGroup: "kvm"), source: "dev/kvm")
  host.nestedVirtualization = .absent(source: "sys/module/kvm_intel/parameters/nested")
  host.qemuPrograms = .found(["usr/bin/qemu-system-x86_64"], source: "usr/bin/qemu-system-x86_64")
  host.libvirt = .found(
    LibvirtState(daemons: ["usr/sbin/libvirtd"], runningSocket: "run/libvirt/libvirt-sock"),
    source: "usr/sbin/libvirtd")
  host.memlock = .found(
    MemlockLimits(softLimit: 8 << 20, hardLimit: nil, isPrivileged: false), source: "proc/self/limits")
  return host
}

/// What the checks of this file's host say that is not "pass".
func complaints(_ checks: [any Check.Type], _ change: (inout HostEvidence) -> Void) -> [String] {
  var host = readyHost()
  change(&host)
  return Report(on: host, checks: checks).findings.compactMap { finding in
    let verdict = finding.verdict
    guard verdict.status != .pass else { return nil }
    let cause = verdict.cause.map { " \($0.id)" } ?? ""
    return "\(finding.check.id): \(verdict.status.rawValue)\(cause)"
  }
}
