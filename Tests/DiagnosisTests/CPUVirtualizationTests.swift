import HostModel
import Testing

@testable import Diagnosis

struct CPUVirtualizationTests {
  private func host(flags: String..., vendor: String = "GenuineIntel") -> HostEvidence {
    var host = HostEvidence(root: "/", isRunningHost: false)
    let blocks = flags.map {
      "processor\t: 0\nvendor_id\t: \(vendor)\nflags\t\t: \($0)\nbugs\t\t: vmx svm\n\n"
    }
    host.processors = .found(ProcessorInfo(parsing: Array(blocks.joined().utf8)), source: "proc/cpuinfo")
    return host
  }

  private func log(_ text: String) -> Observed<KernelLog> {
    .found(KernelLog(parsing: Array(text.utf8), origin: .savedFile), source: "var/log/dmesg")
  }

  @Test(arguments: ["fpu vmx", "svm fpu"])
  func healthy(flags: String) {
    let verdict = CPUVirtualization.judge(host(flags: flags, flags))
    #expect(verdict.status == .pass)
    #expect(verdict.summary.contains("All 2 processors"))
  }

  @Test func noFlagSaysThatFirmwareMayBeWhy() {
    let verdict = CPUVirtualization.judge(host(flags: "fpu svm_lock vmxx"))
    #expect(verdict.cause?.id == "no-flag")
    #expect(verdict.status == .fail)
    #expect(verdict.summary.contains("firmware"))
    #expect(verdict.cureDetail?.contains("Intel") == true)
  }

  @Test func oneProcessorWithoutTheFlag() {
    let verdict = CPUVirtualization.judge(host(flags: "fpu vmx", "fpu", "fpu vmx"))
    #expect(verdict.cause?.id == "no-flag")
    #expect(verdict.summary.contains("2 of 3"))
  }

  @Test func hypervisorHidesIt() {
    #expect(CPUVirtualization.judge(host(flags: "fpu hypervisor")).cause?.id == "hidden-by-hypervisor")
    var unflagged = host(flags: "fpu")
    unflagged.hypervisor = .found("oracle", source: "sys/class/dmi/id/product_name")
    #expect(CPUVirtualization.judge(unflagged).cause?.id == "hidden-by-hypervisor")
  }

  @Test(arguments: [
    "x86/cpu: VMX (outside TXT) disabled by BIOS", "kvm: disabled by bios",
    "kvm: support for 'kvm_intel' disabled by bios", "x86/cpu: SVM disabled (by BIOS) in MSR_VM_CR",
    "kvm_amd: SVM disabled (by BIOS) in MSR_VM_CR on CPU 3",
    "kvm_intel: VMX not enabled (by BIOS) in MSR_IA32_FEAT_CTL on CPU 1",
  ])
  func logNamesTheFirmware(text: String) {
    var onlyLog = HostEvidence(root: "/", isRunningHost: false)
    onlyLog.kernelLog = log(text)
    #expect(CPUVirtualization.judge(onlyLog).cause?.id == "disabled-by-firmware")
    var withFlags = host(flags: "fpu")
    withFlags.kernelLog = log(text)
    #expect(CPUVirtualization.judge(withFlags).cause?.id == "disabled-by-firmware")
  }

  @Test(arguments: [
    "kvm: no hardware support", "kvm_amd: SVM not supported by CPU 0", "x86/cpu: SGX disabled by BIOS.",
    "kvm_intel: VMX not supported by CPU 2",
    "DMAR-IR: x2apic is disabled because BIOS sets x2apic opt out bit.",
  ])
  func otherMessagesDoNotNameTheFirmware(text: String) {
    var withFlags = host(flags: "fpu vmx")
    withFlags.kernelLog = log(text)
    #expect(CPUVirtualization.judge(withFlags).status == .pass)
  }

  @Test func anotherArchitecture() {
    var arm = HostEvidence(root: "/", isRunningHost: false)
    arm.processors = .found(
      ProcessorInfo(parsing: Array("processor\t: 0\nFeatures\t: fp\n".utf8)), source: "proc/cpuinfo")
    #expect(CPUVirtualization.judge(arm).cause?.id == "unsupported-architecture")
  }

  @Test func unmeasuredIsUnknown() {
    var nothing = HostEvidence(root: "/", isRunningHost: false)
    #expect(CPUVirtualization.judge(nothing).status == .unknown)
    nothing.processors = .absent(source: "proc/cpuinfo")
    #expect(CPUVirtualization.judge(nothing).status == .unknown)
    nothing.processors = .found(ProcessorInfo(parsing: []), source: "proc/cpuinfo")
    #expect(CPUVirtualization.judge(nothing).status == .unknown)
    nothing.processors = .found(
      ProcessorInfo(parsing: Array("vendor_id : GenuineIntel\nflags : fpu v\nmx\nbugs :\n".utf8)),
      source: "proc/cpuinfo")
    #expect(CPUVirtualization.judge(nothing).status == .unknown)
  }

  @Test func theMakersMenuIsNamed() {
    var asus = host(flags: "fpu", vendor: "AuthenticAMD")
    var machine = MachineIdentity()
    machine.boardVendor = "ASUSTeK COMPUTER INC."
    asus.machine = .found(machine, source: "sys/class/dmi/id")
    let detail = CPUVirtualization.judge(asus).cureDetail ?? ""
    #expect(detail.contains("ASUS") && detail.contains("SVM Mode") && !detail.contains("Intel"))
  }
}
