/// A kernel argument that has to do with handing devices to guests, and what it does.
package struct PassthroughParameter: Sendable {
  /// As documented; a name that ends in a dot stands for all parameters of a module.
  package let name: String
  /// What it does, as full sentences.
  package let meaning: String

  /// What is known of an argument; nil when it has nothing to do with passthrough.
  package static func describing(_ parameter: KernelParameter) -> PassthroughParameter? {
    let name = parameter.canonicalName
    if let exact = byName[name] { return exact }
    guard let dot = name.firstIndex(of: ".") else { return nil }
    return byName[String(name[...dot])]
  }

  /// Whether the argument's own name is known, not only its module's.
  package static func knows(_ parameter: KernelParameter) -> Bool { byName[parameter.canonicalName] != nil }

  /// Every known parameter, by its name with underscores.
  private static let byName: [String: PassthroughParameter] = Dictionary(
    all.map { (KernelParameter(name: $0.name, value: nil).canonicalName, $0) },
    uniquingKeysWith: { first, _ in first })

  /// From Documentation/admin-guide/kernel-parameters.txt, dracut.cmdline(7), modprobe(8) and the
  /// modules' own descriptions.
  package static let all: [PassthroughParameter] = iommu + binding + display + resources + guests

  private init(_ name: String, _ meaning: String) {
    self.name = name
    self.meaning = meaning
  }

  private static let iommu = [
    PassthroughParameter(
      "intel_iommu",
      "Switches the Intel IOMMU (VT-d) on or off if the firmware offers one; igfx_off leaves the integrated "
        + "graphics untranslated, sm_on asks for scalable mode."),
    PassthroughParameter(
      "amd_iommu",
      "Options of the AMD IOMMU, which is on by itself: off, force_enable, fullflush, pgtbl_v1, pgtbl_v2. "
        + "It knows no on and no pt."),
    PassthroughParameter("amd_iommu_dump", "Prints the firmware's description of the AMD IOMMU at boot."),
    PassthroughParameter(
      "amd_iommu_intr", "Chooses how the AMD IOMMU delivers guests' interrupts: legacy or vapic."),
    PassthroughParameter(
      "iommu",
      "x86 only: off switches every IOMMU off, pt lets the host's own devices through untranslated (guests' "
        + "devices are translated all the same), soft keeps bounce buffers."),
    PassthroughParameter(
      "iommu.passthrough",
      "1 lets the host's own devices through the IOMMU untranslated, 0 translates them; on every "
        + "architecture. Guests' devices are translated either way."),
    PassthroughParameter("iommu.strict", "1 flushes the IOMMU at once, 0 later: safety against speed."),
    PassthroughParameter("iommu.forcedac", "Controls whether 64-bit addresses are used first."),
    PassthroughParameter(
      "intremap",
      "Interrupt remapping: on, off, nosid (no check of the sender), no_x2apic_optout, nopost, posted_msi."),
    PassthroughParameter("nointremap", "Old form of intremap=off."),
    PassthroughParameter("noapic", "Leaves the IO-APIC out, and interrupt remapping with it."),
    PassthroughParameter("nox2apic", "Keeps interrupts in the older xAPIC mode."),
    PassthroughParameter("acpi", "off hides the firmware's tables, and with them the IOMMU."),
    PassthroughParameter(
      "arm-smmu.disable_bypass", "0 lets devices without a driver past an ARM SMMU, which is unsafe."),
    PassthroughParameter(
      "arm-smmu-v3.disable_bypass", "0 lets devices without a driver past an ARM SMMUv3, which is unsafe."),
    PassthroughParameter(
      "pci",
      "Options of the PCI core. nomsi takes away the interrupts that most devices need in a guest; realloc, "
        + "noats, disable_acs_redir and config_acs change what a guest can be given."),
    PassthroughParameter(
      "pcie_acs_override",
      "Only in patched kernels: claims that devices are isolated from each other when the hardware does not "
        + "say so. The groups that it makes are smaller, and no safer."),
    PassthroughParameter(
      "efi", "disable_early_pci_dma stops devices' memory access while the firmware hands over to the kernel."
    ),
    PassthroughParameter("swiotlb", "Size of the bounce buffers, or force."),
    PassthroughParameter("mem_encrypt", "AMD memory encryption for the whole host: on or off."),
  ]

  private static let binding = [
    PassthroughParameter(
      "vfio-pci.ids",
      "Devices, by vendor:device, that vfio-pci claims if it is loaded before their own drivers. The last one counts."
    ),
    PassthroughParameter("vfio-pci.", "An option of vfio-pci."),
    PassthroughParameter("vfio.", "An option of VFIO; enable_unsafe_noiommu_mode gives up all protection."),
    PassthroughParameter(
      "vfio_iommu_type1.",
      "An option of VFIO's IOMMU part; allow_unsafe_interrupts=1 accepts a host without interrupt remapping, "
        + "whose guests can then forge interrupts."),
    PassthroughParameter("rd.passthru", "0 keeps passthru-doctor's early binding out of this boot."),
    PassthroughParameter("rd.driver.pre", "dracut: loads a driver before all others in the initramfs."),
    PassthroughParameter("rd.driver.blacklist", "dracut: keeps drivers from loading in the initramfs."),
    PassthroughParameter("rd.driver.post", "dracut: loads a driver after all others in the initramfs."),
    PassthroughParameter(
      "modprobe.blacklist",
      "Keeps modules from loading by themselves for a device; neither loading by name nor built-in drivers."),
    PassthroughParameter("module_blacklist", "Modules that the kernel refuses to load at all."),
    PassthroughParameter(
      "initcall_blacklist",
      "Skips a start function of the kernel; sysfb_init leaves the boot display's memory free for a guest."),
  ]

  private static let display = [
    PassthroughParameter(
      "video",
      "Options of displays and of old frame buffers: efifb:off, vesafb:off, one driver an argument. Newer "
        + "kernels use simpledrm, which does not listen to it."),
    PassthroughParameter("nomodeset", "Graphics drivers leave the display to the boot frame buffer."),
    PassthroughParameter("nofb", "Meant to switch frame buffers off; the kernel itself does not know it."),
    PassthroughParameter("i915.enable_gvt", "GVT-g, virtual Intel graphics; removed from new kernels."),
    PassthroughParameter("i915.enable_guc", "Firmware of Intel graphics, which SR-IOV of them needs."),
    PassthroughParameter("i915.max_vfs", "Virtual functions of Intel graphics."),
    PassthroughParameter("xe.max_vfs", "Virtual functions of Intel graphics."),
  ]

  private static let resources = [
    PassthroughParameter("default_hugepagesz", "Size of huge pages where none is named."),
    PassthroughParameter("hugepagesz", "Size for the hugepages= that follows it; order counts."),
    PassthroughParameter("hugepages", "Number of huge pages to set aside, of the size named before it."),
    PassthroughParameter("isolcpus", "Keeps processors free of ordinary tasks, for guests."),
    PassthroughParameter("nohz_full", "Stops the timer tick on these processors."),
    PassthroughParameter("rcu_nocbs", "Moves kernel housekeeping off these processors."),
    PassthroughParameter("irqaffinity", "Processors that get interrupts by default."),
  ]

  private static let guests = [
    PassthroughParameter("kvm.", "An option of KVM."),
    PassthroughParameter(
      "kvm_intel.", "An option of KVM for Intel processors; nested=1 allows guests of guests."),
    PassthroughParameter(
      "kvm_amd.", "An option of KVM for AMD processors; nested=1 allows guests of guests."),
  ]
}
