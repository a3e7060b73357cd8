import Glibc

/// A call of libkmod that failed.
package struct KmodError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What was being done: "reading the module index of".
  package let operation: String
  /// To what: a directory, a module, an alias.
  package let subject: String
  /// errno; libkmod gives it negative.
  package let code: Int32

  init(_ operation: String, _ subject: String, code: Int32) {
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

  package var description: String { "\(operation) \(subject): \(reason)" }
}
