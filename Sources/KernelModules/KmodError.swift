import Glibc

/// A call of libkmod that failed.
package struct KmodError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What was being done: "reading the module index of".
  package let operation: String
  /// To what: a directory, a module, an alias.
  package let subject: String
  /// errno; libkmod gives it negative.
  package let code: Int32

  package init(_ operation: String, _ subject: String, code: Int32) {
    self.operation = operation
    self.subject = subject
    self.code = code
  }

  /// The system's words for the code: "No such file or directory".
  package var reason: String {
    var buffer = [CChar](repeating: 0, count: 256)
    let length = buffer.count
    return buffer.withUnsafeMutableBufferPointer { pointer in
      guard let base = pointer.baseAddress, strerror_r(code, base, length) == 0 else {
        return "error \(code)"
      }
      return String(cString: base)
    }
  }

  /// Why the kernel refuses to load a module with this code, a clause; nil where the code says it all.
  package var loadingCause: String? {
    switch code {
    case EPERM: "the kernel does not permit it: it is locked down, or this is a container"
    case ENOEXEC: "it was made for another kernel than the running one; restart after a kernel update"
    case EINVAL: "the kernel does not take its options (see /etc/modprobe.d and the kernel command line)"
    case EKEYREJECTED: "the kernel does not trust its signature, or it has none"
    default: nil
    }
  }

  package var description: String { "\(operation) \(subject): \(reason)" }
}
