/// Whether chosen devices will be held back for guests early enough at boot.
package enum BindingHook: PendingCheck {
  package static let id = "binding.hook"
  package static let stage = Stage.binding
  package static let title = "Early binding installed"
  static let subject = "what binds devices at boot"
  package static let explanation = """
    A device that a guest is to have is best given to vfio-pci before its own driver has touched it. That \
    happens in the initramfs, the small system that runs before the disks are mounted.
    """
}

/// Whether each installed kernel's initramfs holds what binds the devices.
package enum BindingInitramfs: PendingCheck {
  package static let id = "binding.initramfs"
  package static let stage = Stage.binding
  package static let title = "Early binding in every initramfs"
  static let subject = "the contents of initramfs images"
  package static let explanation = """
    Every installed kernel has an initramfs of its own, made when the kernel was installed. One that was made \
    before devices were chosen, or without the hook, binds nothing.
    """
}

/// Whether the chosen devices were bound in this boot.
package enum BindingOfThisBoot: PendingCheck {
  package static let id = "binding.boot"
  package static let stage = Stage.binding
  package static let title = "Bound in this boot"
  static let subject = "what was bound in this boot"
  package static let explanation = """
    What matters in the end is which driver holds each chosen device now, and whether another one had it \
    before.
    """
}
