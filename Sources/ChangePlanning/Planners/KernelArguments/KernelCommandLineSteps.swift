import HostModel

/// etc/kernel/cmdline, from which kernel-install gives a new kernel its arguments. Without it, it takes
/// usr/lib/kernel/cmdline, and without that the running kernel's: a kernel that is installed before the next boot
/// would lack what was added meanwhile. So the file is made where it is missing, and goes again with the arguments.
extension KernelArgumentsPlanner {
  /// - Parameter changesOthers: whether the change touches another file. The time stamp of this one must not be the
  ///   older one: who installs a kernel compares it with that of etc/default/grub.
  func commandLineSteps(
    _ edit: ArgumentEdit, changesOthers: Bool
  ) throws(GrubRefusal) -> (steps: [Step], notes: [String]) {
    guard let file = evidence.kernelCommandLine else {
      return changesOthers ? try newCommandLine(edit) : ([], [])
    }
    let after = try file.applying(edit)
    guard after != file.bytes || changesOthers else { return ([], []) }
    let isIdle =
      ownsCommandLine && edit.adding.isEmpty
      && KernelCommandLineFile(after).parameters.map(\.text) == lineWithoutFile
    return (
      [.replaceFile(path: file.path, before: file.bytes, after: isIdle ? nil : after)],
      isIdle ? ["/\(file.path) was made by kargs add and says nothing of its own any more: it goes."] : []
    )
  }

  private func newCommandLine(_ edit: ArgumentEdit) throws(GrubRefusal) -> (steps: [Step], notes: [String]) {
    guard evidence.program("kernel-install") != nil else { return ([], []) }
    let usual = usualArguments
    guard !edit.adding.isEmpty, !usual.isEmpty, lineWithoutFile != nil else {
      return (
        [],
        [
          "There is no /\(KernelCommandLineFile.path): a kernel that is installed before the next boot takes the arguments "
            + "of the running one."
        ]
      )
    }
    let line = Array(usual.joined(separator: " ").utf8) + Array("\n".utf8)
    let file = KernelCommandLineFile(line)
    return (
      [.replaceFile(path: file.path, before: nil, after: try file.applying(edit))],
      [
        "/\(file.path) is made, with the arguments of now and these: without it a kernel that is installed before the next "
          + "boot would lack them."
      ]
    )
  }

  /// What kernel-install gives a new kernel without the file: the distribution's own line, else the running kernel's
  /// arguments. Nil where that is not known.
  private var lineWithoutFile: [String]? {
    if let vendor = evidence.vendorCommandLine { return vendor.parameters.map(\.text) }
    return running?.parameters.filter { !["BOOT_IMAGE", "initrd"].contains($0.name) }.map(\.text)
  }

  /// What the file is made of: the distribution's own line, else what the usual entry has. What somebody typed into the
  /// boot menu for this boot is not kept.
  private var usualArguments: [String] {
    if let vendor = evidence.vendorCommandLine { return vendor.parameters.map(\.text) }
    let own = evidence.ownEntries(of: layout).filter { !$0.isRescue }
    return own.first?.parameters.map(\.text).filter { !$0.hasPrefix("$") && !$0.hasPrefix("initrd=") } ?? []
  }
}
