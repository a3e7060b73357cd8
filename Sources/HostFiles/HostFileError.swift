import Glibc

/// A system call on a file of the host that failed.
package struct HostFileError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What was being done: "reading", "listing", "replacing".
  package let operation: String
  /// To what: the path below the root, without a leading slash.
  package let path: String
  /// errno of the failing call.
  package let code: Int32
  /// What says more than the code, a clause.
  private let explanation: String?

  /// The code for what is not there (ENOENT), where absence is a failure.
  package static let noSuchFile: Int32 = ENOENT

  package init(_ operation: String, _ path: String, code: Int32) {
    self.operation = operation
    self.path = path
    self.code = code
    explanation = nil
  }

  /// What the system allows and this program does not; `because` is a clause.
  package init(_ operation: String, _ path: String, because explanation: String, code: Int32 = EPERM) {
    self.operation = operation
    self.path = path
    self.code = code
    self.explanation = explanation
  }

  /// Whether a directory was wanted and something else stands there.
  package var isNotADirectory: Bool { code == ENOTDIR }

  /// Whether it takes more privilege.
  package var isPermissionDenied: Bool { code == EACCES }

  /// The system's words for the code, first letter in lower case: "permission denied".
  package var reason: String { explanation ?? systemMessage(code) }

  package var description: String { "\(operation) /\(path): \(reason)" }
}

/// strerror(3) as a clause: "permission denied".
package func systemMessage(_ code: Int32) -> String {
  var buffer = [CChar](repeating: 0, count: 256)
  let length = buffer.count
  let text = buffer.withUnsafeMutableBufferPointer { pointer -> String in
    guard let base = pointer.baseAddress, strerror_r(code, base, length) == 0 else { return "error \(code)" }
    return String(cString: base)
  }
  guard let first = text.first else { return "error \(code)" }
  // "No such file" -> "no such file", but "I/O error" and "RPC …" keep their capitals.
  let second = text.dropFirst().first
  return second.map { $0.isLowercase } == true ? first.lowercased() + text.dropFirst() : text
}
