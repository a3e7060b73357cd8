/// Why the kernel refuses a group to a virtual machine monitor: the causes that `verify` names.
package enum RefusalCauses {
  package static let vfioMissing = Cause(
    "vfio-not-loaded",
    meaning: "VFIO is not there, so no program can be given a device.",
    cure: "Load the vfio modules.", mender: .program)

  package static let typeMissing = Cause(
    "iommu-type-missing",
    meaning: "VFIO is there without its part for the IOMMU (vfio_iommu_type1), so no memory can be mapped.",
    cure: "Load the vfio modules.", mender: .program)

  package static let notBound = Cause(
    "not-bound",
    meaning: "VFIO opens a group only when at least one of its devices is on a vfio driver.",
    cure: "Give the group to vfio-pci, now (detach) or at every boot (bind).", mender: .program)

  package static let notViable = Cause(
    "not-viable",
    meaning: "The kernel gives a group to a guest only when no member is on a host driver, because the "
      + "IOMMU cannot keep its members apart.",
    cure: "Give the whole group to vfio-pci.", mender: .program)

  package static let held = Cause(
    "held-by-another",
    meaning: "A group can be open once at a time.",
    cure: "End what has it open, or wait until it ends.", mender: .person)

  package static let noPermission = Cause(
    "no-permission",
    meaning: "The user may not open the device node, so a guest that this user runs cannot have the device.",
    cure: "Run it as root, or give the node to the user, for good by a udev rule.", mender: .person)

  package static let unsafeInterrupts = Cause(
    "unsafe-interrupts",
    meaning: "Interrupts are not remapped, so a device in a guest's hands could send the host any "
      + "interrupt; VFIO refuses that.",
    cure: "Turn interrupt remapping on. Where the hardware cannot do it, the module option "
      + "vfio_iommu_type1.allow_unsafe_interrupts=1 accepts the risk from every guest with a device.",
    mender: .person)

  package static let reservedRegion = Cause(
    "reserved-region",
    meaning: "The firmware demands memory of its own for a device of this group, mapped one to one at all "
      + "times (RMRR, IVMD); a guest's memory would lie in its place, so the kernel refuses.",
    cure: "Look for a firmware update, or a setting that gives up the use of the device by the firmware "
      + "(USB legacy support, shared graphics memory, remote management). Otherwise choose another device.",
    mender: .firmware)

  package static let memoryLimit = Cause(
    "memlock",
    meaning: "All of a guest's memory is locked while it has a device, and the limit of this user "
      + "(RLIMIT_MEMLOCK) does not even allow one page.",
    cure: "Raise the limit above the guest's memory, in /etc/security/limits.d or in the unit that starts "
      + "the guest (LimitMEMLOCK=).", mender: .person)

  package static let token = Cause(
    "vf-token",
    meaning: "The physical function of this virtual function is itself on vfio-pci, and then opening either "
      + "takes a secret that both share (Documentation/driver-api/vfio.rst).",
    cure: "Start both guests with the same vf-token, or give the physical function back to its driver.",
    mender: .person)

  package static let memoryClaimed = Cause(
    "memory-claimed",
    meaning: "Something else on the host still uses the device's memory, most often the boot framebuffer "
      + "(simpledrm, efifb).",
    cure: "See in /proc/iomem what holds it.", mender: .person)

  package static let noReset = Cause(
    "no-reset",
    meaning: "The device cannot be reset by itself: a guest gets it in the state in which the last user "
      + "left it, and a second start of a guest may need a restart of the host.",
    cure: "Bind it at boot, so that no host driver has touched it before the first guest.", mender: .program)

  package static let silent = Cause(
    "device-silent",
    meaning: "The device does not answer: every byte of it reads as ff, as of one that is switched off, "
      + "hung, or gone.",
    cure: "Switch the host off and on again (a restart may not be enough).", mender: .person)

  package static let withoutIOMMU = Cause(
    "unsafe-noiommu",
    meaning: "This group was made by vfio's mode without an IOMMU: whoever has the device reads and writes "
      + "all of the host's memory.",
    cure: "Turn the IOMMU on and vfio.enable_unsafe_noiommu_mode off.", mender: .person)

  package static let other = Cause(
    "refused",
    meaning: "The kernel refused for a reason that this program does not know.",
    cure: "Read the end of the kernel log (dmesg), which may say more.", mender: .person)

  package static let all = [
    vfioMissing, typeMissing, notBound, notViable, held, noPermission, unsafeInterrupts, reservedRegion,
    memoryLimit, token, memoryClaimed, noReset, silent, withoutIOMMU, other,
  ]
}
