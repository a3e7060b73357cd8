/// How the host boots, and where its boot loader takes the kernel's arguments from.
package enum BootLayout: PendingCheck {
  package static let id = "boot.layout"
  package static let stage = Stage.bootLoader
  package static let title = "How the host boots"
  static let subject = "the boot loader's layout"
  package static let explanation = """
    The boot loader starts the kernel and hands it its arguments. Distributions keep these arguments in \
    different places (/etc/default/grub, a file for each boot entry, /etc/kernel/cmdline), and a change in \
    the wrong place does nothing, or undoes itself with the next kernel.
    """
}

/// Whether the arguments of this boot are those of the next one.
package enum BootArguments: PendingCheck {
  package static let id = "boot.arguments"
  package static let stage = Stage.bootLoader
  package static let title = "Arguments of the next boot"
  static let subject = "the arguments of the next boot"
  package static let explanation = """
    Arguments typed into the boot menu are gone after the next start; arguments written down count only \
    after it. When both differ, the host behaves differently after a restart than it does now.
    """
}
