/// The shell that stands behind /bin/sh, and so reads /etc/default/grub for grub-mkconfig.
package enum ShellDialect: String, Sendable, CaseIterable {
  /// Debian, Ubuntu, Proxmox.
  case dash
  /// Fedora, RHEL, openSUSE, Arch, where it runs as `sh`, in POSIX mode.
  case bash
}
