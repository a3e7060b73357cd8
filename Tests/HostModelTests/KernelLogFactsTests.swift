import HostModel
import Testing

struct KernelLogFactsTests {
  private func facts(_ lines: String...) -> KernelLogFacts {
    KernelLog(parsing: Array(lines.joined(separator: "\n").utf8), origin: .savedFile).facts
  }

  @Test(arguments: [
    ("DMAR: IOMMU enabled", KernelSignal.intelParameterOn),
    ("Intel-IOMMU: enabled", .intelParameterOn),
    ("DMAR: dmar0: Using Queued invalidation", .intelUnitSetUp),
    ("IOMMU 0 0xfed90000: using Queued invalidation", .intelUnitSetUp),
    ("PCI-DMA: Intel(R) Virtualization Technology for Directed I/O", .intelDone),
    ("dmar: parse DMAR table failure.", .intelTableRefused),
    ("DMAR-IR: Enabled IRQ remapping in xapic mode", .intelInterruptRemappingOn),
    ("ioapic 3 has no mapping iommu, interrupt remapping will be disabled", .interruptRemappingOff),
    ("AMD-Vi: Found IOMMU at 0000:00:00.2 cap 0x40", .amdSetUp),
    ("pci 0000:00:00.2: AMD-Vi: Found IOMMU cap 0x40", .amdSetUp),
    ("AMD-Vi: Disable IOMMU on Stoney Ridge", .amdQuirk),
    ("AMD-Vi: AMD IOMMU disabled on kernel command-line", .amdParameterOff),
    ("arm-smmu-v3 arm-smmu-v3.0.auto: ias 48-bit, oas 48-bit (features 0x1)", .armSMMU),
    ("virtio_iommu virtio0: input address: 64 bits", .virtioIOMMU),
    ("kvm: disabled by bios", .virtualizationOffByFirmware),
    ("kvm_amd: SVM disabled (by BIOS) in MSR_VM_CR on CPU 3", .virtualizationOffByFirmware),
    ("x86/cpu: VMX (outside TXT) disabled by BIOS", .virtualizationOffByFirmware),
  ])
  func wordings(text: String, signal: KernelSignal) {
    #expect(facts(text).first(signal)?.text == text)
  }

  @Test(arguments: [
    (
      "DMAR-IR: Queued invalidation will be enabled to support x2apic and Intr-remapping.",
      KernelSignal.intelUnitSetUp
    ),
    ("Kernel command line: root=/dev/sda1 note=\"DMAR: IOMMU enabled\"", .intelParameterOn),
    ("AMD-Vi: AMD IOMMUv2 functionality not available on this system", .amdSetUp),
    ("pci_iommu_init+0x0/0x3f returned 0", .intelDone),
    ("DMAR-IR: x2apic is disabled because BIOS sets x2apic opt out bit.", .interruptRemappingOff),
    ("kvm: no hardware support for 'kvm_intel'", .virtualizationOffByFirmware),
    ("snd_hda_intel: HDMI: codec", .machine),
    ("Kernel command line: iommu=pt", .start),
  ])
  func lookAlikes(text: String, signal: KernelSignal) {
    #expect(facts(text).first(signal) == nil)
  }

  @Test(arguments: [
    (
      "DMAR: [DMA Read] Request device [01:00.2] fault addr f4000 [fault reason 06]", "0000:01:00.2",
      IOMMUFault.Kind.memory
    ),
    ("DMAR: [DMA Write NO_PASID] Request device [0x00:0x02.0] fault addr 0x7", "0000:00:02.0", .memory),
    ("dmar: INTR-REMAP: Request device [[f0:1f.7] fault index 0", "0000:f0:1f.7", .interrupt),
    ("DMAR: [INTR-REMAP] Request device [0x64:0x00.5] fault index 0x8800", "0000:64:00.5", .interrupt),
    (
      "AMD-Vi: Event logged [IO_PAGE_FAULT device=02:00.0 domain=0x0015 address=0x0 flags=0x0030]",
      "0000:02:00.0", .memory
    ),
    (
      "nvme 0000:01:00.0: AMD-Vi: Event logged [IO_PAGE_FAULT domain=0x000c address=0x0]", "0000:01:00.0",
      .memory
    ),
    ("AMD-Vi: IOMMU 0001:60:00.2: Completion-Wait loop timed out", "0001:60:00.2", .command),
  ])
  func faultsNameTheirDevice(text: String, device: String, kind: IOMMUFault.Kind) throws {
    let fault = try #require(facts("[   30.000000] " + text).faults.first)
    #expect(fault.device?.description == device)
    #expect(fault.kind == kind)
    #expect(!fault.isFromStartOnly)
  }

  @Test func faultsAreCounted() {
    let fault = "DMAR: [DMA Read] Request device [01:00.0] fault addr 1"
    let early = facts("[    0.400000] \(fault)", "[    0.500000] \(fault)")
    #expect(early.faults.map(\.count) == [2])
    #expect(early.faults.first?.isFromStartOnly == true)
    #expect(
      facts("[    0.400000] \(fault)", "[   10.500000] \(fault)").faults.first?.isFromStartOnly == false)
    #expect(facts(fault).faults.first?.isFromStartOnly == false)
  }

  @Test func groupsAreWhatTheyWereLast() {
    let joins = [
      "iommu: Adding device 0000:01:00.0 to group 3", "virtio-pci 0000:00:03.0: Adding to iommu group 4",
    ]
    #expect(facts(joins[0], joins[1]).groups.count == 2)
    let left = facts(joins[1], "pci 0000:00:03.0: Removing from iommu group 4")
    #expect(!left.groups.isNotEmpty)
    #expect(left.groups.proof != nil)
    // A device that is unplugged leaves the others behind.
    #expect(facts("pci 0000:40:00.0: Removing from iommu group 84").groups.isNotEmpty)
    #expect(!facts("pci 0000:40:00.0: Removing from iommu group 0").groups.isNotEmpty)
  }

  @Test func madeUpGroupsAreNone() {
    let unsafe = facts(
      "vfio-pci 0000:01:00.0: Adding to iommu group 0",
      "vfio-pci 0000:01:00.0: Adding kernel taint for vfio-noiommu group on device")
    #expect(unsafe.groups.isUnsafeOnly)
    #expect(!unsafe.groups.isNotEmpty)
  }

  @Test func warningIsNoCrash() {
    let place = "RIP: 0010:amd_iommu_enable_interrupts+0x557/0x870"
    #expect(facts("WARNING: CPU: 0 PID: 1 at drivers/iommu/amd/init.c:933", place).crash == nil)
    #expect(
      facts("BUG: kernel NULL pointer dereference, address: 0000000000000038", place).crash?.text == place)
  }

  @Test func surroundings() {
    let found = facts(
      "ACPI: DMAR 0x00000000BDCB1CB0 0000B8 (v01 INTEL)", "ACPI: IVRS 000000007b7d8000 00070 (v02 AMD)",
      "ACPI: IORT not found", "Hypervisor detected: KVM", "DMI: Somebody Board/1, BIOS 2",
      "Kernel command line: quiet elfcorehdr=0x1000")
    #expect(found.acpiTables == ["DMAR", "IVRS"])
    #expect(found.hypervisor == "KVM")
    #expect(found.machine == "Somebody Board/1, BIOS 2")
    #expect(found.isCrashKernel)
    #expect(facts("Booting paravirtualized kernel on bare hardware").hypervisor == nil)
    #expect(facts("Booting paravirtualized kernel on Xen").xenParavirtual != nil)
    #expect(facts("Booting paravirtualized kernel on Xen HVM").xenParavirtual == nil)
  }

  @Test func firmwareBugsAreListedOnce() {
    let bug = "DMAR: [Firmware Bug]: RMRR entry for device 03:00.0 is broken - applying workaround"
    #expect(facts(bug, bug).firmwareBugs.count == 1)
    #expect(facts("[Firmware Bug]: TSC doesn't count with P0 frequency!").firmwareBugs.isEmpty)
    #expect(facts("ACPI BIOS Error (bug): Failure creating [\\_SB]").firmwareBugs.isEmpty)
  }
}
