/// How the firmware started the kernel.
package enum FirmwareKind: String, Sendable { case efi, bios }

/// Kernel lockdown (sys/kernel/security/lockdown, man kernel_lockdown.7).
package enum LockdownMode: String, Sendable { case none, integrity, confidentiality }

/// The part that this kernel plays below a Xen hypervisor.
package enum XenRole: String, Sendable { case none, dom0, domU }

/// What proc/interrupts tells about the chips that interrupts arrive through.
package struct InterruptChips: Sendable, Equatable {
  /// Lines whose chip name begins with `IR-` (kernel/irq: interrupt remapping hierarchy).
  package var remapped: Int
  /// Lines through plain `PCI-MSI…` or `IO-APIC` chips.
  package var plain: Int
  /// One line of each, for the report.
  package var sample: String?

  package init(remapped: Int, plain: Int, sample: String? = nil) {
    self.remapped = remapped
    self.plain = plain
    self.sample = sample
  }
}

/// DMI identity: who made the machine and its firmware (sys/class/dmi/id), never a serial number.
package struct MachineIdentity: Sendable, Equatable {
  package var systemVendor: String?
  package var productName: String?
  package var boardVendor: String?
  package var boardName: String?
  package var biosVendor: String?
  package var biosVersion: String?
  package var biosDate: String?

  package init() {}
}

/// The container that the program runs in.
package enum ContainerKind: Sendable, Equatable {
  case none
  /// docker, podman, lxc, systemd-nspawn, wsl, …
  case inside(String)
}
