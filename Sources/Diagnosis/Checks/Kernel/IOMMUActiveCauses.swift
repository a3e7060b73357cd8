extension IOMMUActive {
  package static let noTable = Cause(
    "no-table",
    meaning:
      "The firmware describes no IOMMU to the kernel. Either it is switched off in the firmware's set-up, "
      + "or the processor or board has none (some have VT-x and no VT-d). No kernel argument can change that.",
    cure:
      "Look for \"Intel VT for Directed I/O (VT-d)\", \"IOMMU\" or \"AMD-Vi\" in the firmware's set-up and "
      + "switch it on; it is another switch than the one for virtualization. Before you do: old firmware has been "
      + "seen to lose disks once the IOMMU is on. If that happens, switch it off again in the set-up, or start once "
      + "with iommu=off. If there is no such switch, it takes a firmware update or other hardware.",
    mender: .firmware)

  package static let disabledByArgument = Cause(
    "disabled-by-argument",
    meaning: "An argument on the kernel command line switches the IOMMU off (intel_iommu=off, amd_iommu=off, "
      + "iommu=off or acpi=off).",
    cure:
      "Remove the argument and restart. It may stand there because this machine had trouble with the IOMMU: "
      + "passthru-doctor undo puts it back.",
    mender: .program)

  package static let notEnabledByDefault = Cause(
    "not-enabled-by-default",
    meaning:
      "The machine has an Intel IOMMU, and this kernel is built to leave it off until intel_iommu=on asks "
      + "for it. Interrupt remapping may be on all the same; that is another part.",
    cure:
      "Add intel_iommu=on and restart. On old firmware devices may fail behind the IOMMU: try it for one boot "
      + "with passthru-doctor kargs try intel_iommu=on; passthru-doctor undo takes it back.",
    mender: .program)

  package static let notInKernel = Cause(
    "not-in-kernel",
    meaning: "This kernel is built without the driver for the machine's IOMMU (CONFIG_INTEL_IOMMU, "
      + "CONFIG_AMD_IOMMU); kernels made for clouds often are.",
    cure:
      "Install the distribution's general kernel in place of the one for clouds or small systems, and start it.",
    mender: .person)

  package static let firmwareBug = Cause(
    "firmware-bug",
    meaning:
      "The firmware's table names an IOMMU that is not there, or is damaged. The kernel refuses the whole "
      + "table, also the parts that are good.",
    cure:
      "Update the firmware. Without an update, a newer kernel may forgive what an older one refuses (5.5 refused "
      + "memory regions that 5.6 only warns of); otherwise it takes other hardware.",
    mender: .firmware)

  package static let quirk = Cause(
    "quirk",
    meaning: "The kernel knows this machine and leaves its IOMMU off, because using it is known to fail.",
    cure: "On Stoney Ridge, amd_iommu=force_enable overrides it at the price of graphics that may fail; "
      + "passthru-doctor undo takes it back. With memory encryption (mem_encrypt=on) it takes that to be off, or "
      + "another IOMMU. Otherwise it takes other hardware.",
    mender: .person)

  package static let noGroups = Cause(
    "no-groups",
    meaning:
      "The hardware is described and nothing forbids the IOMMU, but the kernel has put no PCI device in a "
      + "group: its driver failed, or covers other devices.",
    cure:
      "Read what the kernel said of it (dmesg | grep -iE 'dmar|amd-vi|iommu|smmu'). Try a newer kernel and newer "
      + "firmware; report it to the distribution with the whole log.",
    mender: .person)

  package static let unsafeNoIOMMU = Cause(
    "unsafe-noiommu",
    meaning:
      "vfio's enable_unsafe_noiommu_mode makes groups without any IOMMU. A device used in that way can "
      + "read and write all memory, and it cannot be given to a virtual machine.",
    cure:
      "Switch the mode off (remove enable_unsafe_noiommu_mode from modprobe.d and the kernel command line) and "
      + "set up a real IOMMU.",
    mender: .person)

  package static let xen = Cause(
    "xen",
    meaning:
      "Linux runs on the Xen hypervisor, which owns the IOMMU and hides it. KVM and VFIO cannot be used here.",
    cure:
      "Pass devices through with Xen itself (xl pci-assignable-add; xl dmesg shows its IOMMU), or start Linux "
      + "without Xen.",
    mender: .person)

  package static let virtualMachine = Cause(
    "virtual-machine",
    meaning:
      "This is a virtual machine, and its hypervisor gives it no IOMMU. Devices cannot be handed on from it.",
    cure: "Give it a virtual IOMMU where it is managed: with QEMU, -machine q35,kernel-irqchip=split -device "
      + "intel-iommu,intremap=on; with libvirt, <iommu model='intel'><driver intremap='on'/></iommu>; with VMware, "
      + "\"Expose IOMMU to the guest\". Most clouds offer none: use a bare-metal instance.",
    mender: .person)

  package static let partly = Cause(
    "partly",
    meaning:
      "The IOMMU is on, but some devices are behind none of its units or were left out. They cannot be given "
      + "away; all others can.",
    cure:
      "Where only the integrated graphics are left out: Debian's kernels do so by default and intel_iommu=on "
      + "includes them; intel_iommu=igfx_off on the command line does so on request. Other devices are out of reach "
      + "by the machine's design, or by its firmware's table.",
    mender: .person)

  package static let causes = [
    noTable, disabledByArgument, notEnabledByDefault, notInKernel, firmwareBug, quirk, noGroups,
    unsafeNoIOMMU, xen,
    virtualMachine, partly,
  ]
}
