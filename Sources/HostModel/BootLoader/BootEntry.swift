/// A boot entry as the loader would resolve it.
package struct BootEntry: Sendable, Equatable {
  package var title: String
  /// The kernel's path as the loader names it; nil when the entry boots none.
  package var kernel: String?
  /// The file that holds the entry, below the root.
  package var file: String
  /// The arguments as the kernel would split them, in order.
  package var arguments: [String]
  /// Whether it boots another system than the one that is looked at.
  package var isForeign: Bool

  package init(title: String, kernel: String?, file: String, arguments: [String], isForeign: Bool) {
    self.title = title
    self.kernel = kernel
    self.file = file
    self.arguments = arguments
    self.isForeign = isForeign
  }
}
