/// errno of a system call that the kernel refused, by its name in C.
///
/// Numbers: include/uapi/asm-generic/errno-base.h, the same on every architecture with VFIO.
package struct KernelError: Hashable, Sendable {
  package let code: Int32

  package init(_ code: Int32) { self.code = code }

  package static let EPERM = KernelError(1)
  package static let ENOENT = KernelError(2)
  package static let EINTR = KernelError(4)
  package static let EIO = KernelError(5)
  package static let EAGAIN = KernelError(11)
  package static let ENOMEM = KernelError(12)
  package static let EACCES = KernelError(13)
  package static let EBUSY = KernelError(16)
  package static let ENODEV = KernelError(19)
  package static let EINVAL = KernelError(22)
  package static let ENOTTY = KernelError(25)

  private static let names: [Int32: String] = [
    1: "EPERM", 2: "ENOENT", 4: "EINTR", 5: "EIO", 6: "ENXIO", 11: "EAGAIN", 12: "ENOMEM", 13: "EACCES",
    14: "EFAULT", 16: "EBUSY", 17: "EEXIST", 19: "ENODEV", 22: "EINVAL", 24: "EMFILE", 25: "ENOTTY",
    28: "ENOSPC", 95: "EOPNOTSUPP", 110: "ETIMEDOUT",
  ]

  /// "EBUSY"; "error 123" for what is not in the table.
  package var name: String { Self.names[code] ?? "error \(code)" }
}
