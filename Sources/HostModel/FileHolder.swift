/// A process that has a device node open.
package struct FileHolder: Sendable, Equatable, CustomStringConvertible {
  package let process: Int32
  /// `comm`: at most 15 bytes, as the process named itself.
  package let command: String
  /// The name of the guest, where the process is a QEMU that was given one (`-name guest=…`).
  package var guest: String?
  /// The node, with a leading slash.
  package let path: String

  package init(process: Int32, command: String, guest: String? = nil, path: String) {
    self.process = process
    self.command = command
    self.guest = guest
    self.path = path
  }

  /// "qemu-system-x86 (process 4711, guest win11) has /dev/vfio/13 open"
  package var description: String {
    let guestName = guest.map { ", guest \($0)" } ?? ""
    return "\(command) (process \(process)\(guestName)) has \(path) open"
  }
}
