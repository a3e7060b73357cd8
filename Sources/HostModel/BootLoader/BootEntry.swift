/// A boot entry as the loader would resolve it.
package struct BootEntry: Sendable, Equatable {
  package var title: String
  /// What grubenv's saved_entry may name it by, beside its title; nil when it has no such name.
  package var identifier: String?
  /// The kernel's path as the loader names it; nil when the entry boots none.
  package var kernel: String?
  /// The file that holds the entry, below the root.
  package var file: String
  /// The arguments as the kernel would split them, in order.
  package var arguments: [String]
  /// Whether it is not made from this system's settings: another system's, a test's, a hand-written one.
  package var isForeign: Bool
  /// Where it stands in the menu of a grub.cfg, submenus first; empty for one of loader/entries.
  package var menuPath: [MenuStep] = []

  package init(
    title: String, identifier: String? = nil, kernel: String?, file: String, arguments: [String],
    isForeign: Bool
  ) {
    self.title = title
    self.identifier = identifier
    self.kernel = kernel
    self.file = file
    self.arguments = arguments
    self.isForeign = isForeign
  }

  /// Whether it hands the kernel this argument, however its name and value are spelt.
  package func holds(_ argument: String) -> Bool { arguments.holdArgument(argument) }

  /// The kernel's file name.
  package var kernelName: String? { kernel?.split(separator: "/").last.map(String.init) }
}

extension [String] {
  /// Whether one of these arguments is the given one: dash or underscore in the name, quotes in
  /// another place make no other argument.
  package func holdArgument(_ argument: String) -> Bool {
    guard let wanted = KernelCommandLine(parsing: argument.utf8).parameters.first else { return false }
    return contains { text in
      if text == argument { return true }
      guard let own = KernelCommandLine(parsing: text.utf8).parameters.first else { return false }
      return own.means(wanted)
    }
  }
}

extension KernelParameter {
  /// Whether the kernel reads both alike.
  package func means(_ other: KernelParameter) -> Bool {
    canonicalName == other.canonicalName && value == other.value
  }
}
