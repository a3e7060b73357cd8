/// Why a change to the boot loader's files is not made. Nothing was written.
package struct GrubRefusal: Error, Sendable, Equatable, CustomStringConvertible {
  package enum Kind: String, Sendable {
    /// The argument is not one that this program writes.
    case argument
    /// The file is broken: grub-mkconfig itself stops at it.
    case broken
    /// The file may be whole, but this program cannot follow it.
    case unfollowed
    /// Another value of the same parameter is there already.
    case conflict
    /// The change would have no effect.
    case withoutEffect = "without-effect"
    /// The change cannot be made here without risk for what the file does now.
    case unsafe
  }

  package var kind: Kind
  /// Path below the root; nil when no file is at fault.
  package var path: String?
  package var position: TextPosition?
  /// What is wrong and what to do, as full sentences.
  package var reason: String

  package init(_ kind: Kind, path: String? = nil, at position: TextPosition? = nil, _ reason: String) {
    self.kind = kind
    self.path = path
    self.position = position
    self.reason = reason
  }

  package var description: String {
    guard let path else { return reason }
    return position.map { "/\(path), \($0): \(reason)" } ?? "/\(path): \(reason)"
  }
}
