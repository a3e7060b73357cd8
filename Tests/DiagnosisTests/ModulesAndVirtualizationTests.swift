import HostModel
import Testing

@testable import Diagnosis

/// One thing broken on a ready host gives one finding, and it is the right one.
struct ModulesAndVirtualizationTests {
  static let checks: [any Check.Type] = [
    KernelLockdown.self, VFIOModules.self, KVMAccess.self, QEMUInstalled.self, LibvirtRunning.self,
    MemlockLimit.self,
  ]

  private func complaints(_ change: (inout HostEvidence) -> Void) -> [String] {
    DiagnosisTests.complaints(Self.checks, change)
  }

  private func verdict(_ check: any Check.Type, _ change: (inout HostEvidence) -> Void) -> Verdict {
    var host = readyHost()
    change(&host)
    return check.judge(host)
  }

  @Test func aReadyHostHasNoComplaints() {
    #expect(complaints { _ in } == [])
  }

  @Test func everyCauseHasWords() {
    for check in Self.checks {
      #expect(!check.causes.isEmpty)
      for cause in check.causes { #expect(cause.meaning.hasSuffix(".") && cause.cure.hasSuffix(".")) }
    }
  }

  @Test func whatWasNotLookedAtIsUnknown() {
    let nothing = HostEvidence(root: "/", isRunningHost: true)
    for check in Self.checks { #expect(check.judge(nothing).status == .unknown, "\(check.id)") }
  }

  // MARK: vfio.modules

  private func modules(
    _ host: inout HostEvidence, loaded: Bool = false, _ change: (inout ModuleState) -> Void
  ) {
    var states = host.vfioModules.value ?? []
    for index in states.indices {
      states[index].isLoaded = loaded
      change(&states[index])
    }
    host.vfioModules = .found(states, source: host.vfioModules.source)
    host.loadedModules = .found(["kvm_intel"], source: "proc/modules")
  }

  @Test func installedButNotLoadedIsAWarning() {
    #expect(complaints { modules(&$0) { _ in } } == ["vfio.modules: warn not-loaded"])
    let verdict = verdict(VFIOModules.self) { modules(&$0) { _ in } }
    #expect(verdict.commands == ["modprobe vfio-pci"])
  }

  @Test func builtInIsAsGoodAsLoaded() {
    #expect(complaints { modules(&$0) { $0 = ModuleState(name: $0.name, isBuiltIn: true) } } == [])
  }

  @Test func aRootThatRunsNoKernelTellsNothingOfLoading() {
    #expect(
      complaints {
        modules(&$0) { _ in }
        $0.loadedModules = .unreadable(source: "proc/modules", reason: "proc is not mounted")
      } == [])
  }

  @Test func aMissingFileIsNamed() {
    let change = { (host: inout HostEvidence) in
      self.modules(&host) { $0.isPresent = $0.name != "vfio_pci" }
    }
    #expect(complaints(change) == ["vfio.modules: fail missing"])
    #expect(verdict(VFIOModules.self, change).summary.contains("vfio_pci"))
  }

  /// vfio_virqfd is gone since 6.2, and iommufd does what vfio_iommu_type1 did.
  @Test func neitherOldNorOtherModulesAreDemanded() {
    #expect(
      complaints { host in
        host.vfioModules = .found(
          ["vfio", "vfio_pci", "iommufd"].map { ModuleState(name: $0, isPresent: true, isLoaded: true) },
          source: "lib/modules")
      } == [])
    #expect(
      complaints { host in
        host.vfioModules = .found(
          ["vfio", "vfio_pci"].map { ModuleState(name: $0, isPresent: true, isLoaded: true) },
          source: "lib/modules")
      } == ["vfio.modules: fail missing"])
  }

  @Test func aDenylistIsNamedWithItsFile() {
    let change = { (host: inout HostEvidence) in
      self.modules(&host) { $0.denylistedBy = $0.name == "vfio_pci" ? "etc/modprobe.d/no.conf" : nil }
    }
    #expect(complaints(change) == ["vfio.modules: fail denylisted"])
    #expect(
      verdict(VFIOModules.self, change).evidence == [Quote("etc/modprobe.d/no.conf", "blacklist vfio_pci")])
  }

  @Test func whatIsLoadedCannotBeKeptFromLoading() {
    #expect(complaints { modules(&$0, loaded: true) { $0.denylistedBy = "etc/modprobe.d/no.conf" } } == [])
  }

  @Test(arguments: [
    ("/bin/false", "fail denylisted"), ("/usr/bin/true # off", "fail denylisted"),
    ("/sbin/vfio-override.sh", "warn not-loaded"),
    ("echo 10de 1b81; modprobe --ignore-install vfio-pci", "warn not-loaded"),
  ])
  func onlyInstallCommandsThatDoNothingBlock(command: String, expected: String) {
    #expect(
      complaints { modules(&$0) { $0.installCommand = $0.name == "vfio_pci" ? command : nil } }
        == ["vfio.modules: \(expected)"])
  }

  @Test func aKernelWithoutVFIOSaysSo() {
    #expect(
      complaints { host in
        host.vfioModules = .found([], source: "lib/modules")
        host.kernelConfiguration = .found(KernelConfiguration(options: ["VFIO": "m"]), source: "boot/config")
      } == ["vfio.modules: fail not-in-kernel"])
    #expect(
      complaints { host in
        host.vfioModules = .absent(source: "lib/modules")
        host.loadedModules = .absent(source: "proc/modules")
      } == ["vfio.modules: fail not-in-kernel"])
  }

  /// State first: a configuration that denies what is loaded is another kernel's.
  @Test func loadedModulesOutweighTheConfiguration() {
    #expect(
      complaints { $0.kernelConfiguration = .found(KernelConfiguration(options: [:]), source: "boot/config") }
        == [])
  }

  @Test func anUnknownStateOfModulesIsUnknown() {
    #expect(
      complaints { $0.vfioModules = .unreadable(source: "lib/modules", reason: "permission denied") }
        == ["vfio.modules: unknown"])
  }

  // MARK: kernel.lockdown

  @Test func confidentialityWarnsAndIntegrityDoesNot() {
    #expect(complaints { $0.lockdown = .found(.integrity, source: "lockdown") } == [])
    #expect(
      complaints { $0.lockdown = .found(.confidentiality, source: "lockdown") }
        == ["kernel.lockdown: warn confidentiality"])
  }

  @Test func unsignedModulesFailUnderLockdownOnly() {
    let unsigned = { (host: inout HostEvidence) in self.modules(&host) { $0.isSigned = false } }
    #expect(complaints(unsigned) == ["vfio.modules: warn not-loaded"])
    #expect(
      complaints {
        unsigned(&$0)
        $0.lockdown = .found(.integrity, source: "lockdown")
      } == ["kernel.lockdown: fail unsigned-modules", "vfio.modules: warn not-loaded"])
  }

  // MARK: virtualization

  @Test func noKVMDeviceFails() {
    #expect(complaints { $0.kvmDevice = .absent(source: "dev/kvm") } == ["kvm.device: fail missing"])
  }

  @Test func aModuleThatIsNotLoadedIsNamed() {
    let change = { (host: inout HostEvidence) in
      host.kvmDevice = .absent(source: "dev/kvm")
      host.loadedModules = .found(["vfio"], source: "proc/modules")
      host.processors = .found(
        ProcessorInfo(parsing: Array("processor: 0\nflags\t\t: lm svm\n".utf8)), source: "proc/cpuinfo")
    }
    #expect(complaints(change) == ["kvm.device: fail module-not-loaded"])
    #expect(verdict(KVMAccess.self, change).commands == ["modprobe kvm_amd"])
  }

  @Test func aBuiltInModuleNeedsNoLoading() {
    #expect(
      complaints { host in
        host.kvmDevice = .absent(source: "dev/kvm")
        host.loadedModules = .found([], source: "proc/modules")
        host.processors = .found(
          ProcessorInfo(parsing: Array("processor: 0\nflags\t\t: vmx\n".utf8)), source: "proc/cpuinfo")
        host.kernelConfiguration = .found(
          KernelConfiguration(options: ["VFIO": "m", "VFIO_PCI": "m", "KVM_INTEL": "y"]),
          source: "boot/config")
      } == ["kvm.device: fail missing"])
  }

  @Test func aKVMDeviceThatDoesNotOpenWarns() {
    let device = KVMDevice(canOpen: false, openError: "permission denied", owningGroup: "kvm")
    let change = { (host: inout HostEvidence) in host.kvmDevice = .found(device, source: "dev/kvm") }
    #expect(complaints(change) == ["kvm.device: warn no-access"])
    #expect(verdict(KVMAccess.self, change).commands.first?.description.contains(" kvm ") == true)
  }

  @Test(arguments: [
    ("debian", [], "apt install qemu-system-x86"),
    ("linuxmint", ["ubuntu", "debian"], "apt install qemu-system-x86"),
    ("nobara", ["fedora"], "dnf install @virtualization"),
    ("rocky", ["rhel", "centos", "fedora"], "dnf install @virtualization-hypervisor"),
    ("opensuse-tumbleweed", ["opensuse", "suse"], "zypper install qemu-x86"),
    ("cachyos", ["arch"], "pacman -S qemu-base"),
  ])
  func missingQEMUFailsWithTheDistributionsCommand(id: String, idLike: [String], command: String) {
    let change = { (host: inout HostEvidence) in
      host.qemuPrograms = .absent(source: "usr/bin")
      host.osRelease = .found(OSRelease(id: id, idLike: idLike), source: "etc/os-release")
    }
    #expect(complaints(change) == ["qemu.installed: fail missing"])
    #expect(verdict(QEMUInstalled.self, change).commands.map(\.description) == [command])
  }

  @Test func anUnknownDistributionGetsNoGuess() {
    let verdict = verdict(QEMUInstalled.self) { host in
      host.qemuPrograms = .absent(source: "usr/bin")
      host.osRelease = .found(OSRelease(id: "plan9"), source: "etc/os-release")
    }
    #expect(verdict.status == .fail)
    #expect(verdict.commands == [])
  }

  @Test func libvirtOnlyWarns() {
    #expect(complaints { $0.libvirt = .absent(source: "usr/sbin") } == ["libvirt.running: warn missing"])
    let stopped = { (host: inout HostEvidence) in
      host.libvirt = .found(LibvirtState(daemons: ["usr/sbin/virtqemud"]), source: "usr/sbin/virtqemud")
    }
    #expect(complaints(stopped) == ["libvirt.running: warn not-running"])
    #expect(verdict(LibvirtRunning.self, stopped).commands == ["systemctl enable --now virtqemud.socket"])
    #expect(
      complaints {
        stopped(&$0)
        $0.isRunningHost = false
      } == [], "another root cannot tell what runs")
  }

  @Test func aLowLimitBindsOnlyTheUnprivileged() {
    let low = { (privileged: Bool) in
      { (host: inout HostEvidence) in
        host.memlock = .found(
          MemlockLimits(softLimit: 8 << 20, hardLimit: 8 << 20, isPrivileged: privileged),
          source: "proc/self/limits")
      }
    }
    #expect(complaints(low(false)) == ["limits.memlock: warn too-low"])
    #expect(complaints(low(true)) == [])
  }
}
