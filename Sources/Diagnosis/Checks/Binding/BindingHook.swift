import HostModel

/// Whether the next initramfs will carry early binding.
package enum BindingHook: Check {
  package static let id = "binding.hook"
  package static let stage = Stage.binding
  package static let title = "Initramfs hook"
  package static let isRequired = true
  package static let explanation = """
    The initramfs is the small system that the kernel starts first: it loads the drivers that the root \
    file system needs, and with them often every other driver. Devices that are meant for guests are \
    bound to vfio-pci there, before any driver of the host has touched them.

    The program that does so gets into the initramfs by a hook of the tool that makes it: a dracut \
    module, or a hook and a script of initramfs-tools. Without the hook of the tool in charge, the next \
    kernel update makes an initramfs that binds nothing.
    """
  package static let causes = [notInstalled, noTool, otherTool]
  fileprivate static let notInstalled = Cause(
    "not-installed",
    meaning: "Chosen devices are not bound at boot by an initramfs that is made from now on.",
    cure: "Install the package of passthru-doctor anew; it brings the boot program and the hooks.",
    mender: .person)
  fileprivate static let noTool = Cause(
    "no-initramfs-tool",
    meaning: "Nothing on this host makes an initramfs, so nothing can be bound before the host's drivers.",
    cure: "Install dracut or initramfs-tools, whichever the distribution uses.", mender: .person)
  fileprivate static let otherTool = Cause(
    "other-tool-in-charge",
    meaning:
      "Another tool than dracut or initramfs-tools makes the initramfs here, or it is not clear which one "
      + "does, so that what it makes binds nothing.",
    cure: "Have one tool make the images that there is a hook for: dracut, or initramfs-tools.",
    mender: .person
  )

  package static func judge(_ evidence: HostEvidence) -> Verdict {
    if let skipped = skippedWithoutChoice(evidence) { return skipped }
    guard case .found(let initramfs, let source) = evidence.initramfs else {
      return .unknown(
        "How this host makes its initramfs could not be measured: \(evidence.initramfs.unreadableReason ?? "it has none")."
      )
    }
    if let obstacle = initramfs.hookObstacle {
      let (cause, quote) = obstacle.finding(listedIn: source)
      return .fail(
        cause, obstacle.sentence, evidence: [quote], cureDetail: cause.id == otherTool.id ? obstacle.way : nil
      )
    }
    let builder = initramfs.builderInCharge
    return .pass(
      "The hook for \(builder?.rawValue ?? "the initramfs") is installed.",
      evidence: (builder?.hookFiles ?? []).map { Quote($0, "there") })
  }
}

extension HookObstacle {
  /// The cause that it is a case of, and what was seen; `source` is where kernels are listed.
  fileprivate func finding(listedIn source: String) -> (Cause, Quote) {
    switch self {
    case .noBuilder: (BindingHook.noTool, Quote("usr/bin/dracut", "not there"))
    case .severalBuilders(let builders):
      (BindingHook.otherTool, Quote(source, builders.map(\.rawValue).joined(separator: ", ")))
    case .otherBuilder(let builder): (BindingHook.otherTool, Quote(builder.programs[0], "there"))
    case .unifiedImages(let paths): (BindingHook.otherTool, Quote(paths[0], "there"))
    case .notInstalled(let path): (BindingHook.notInstalled, Quote(path, "not there"))
    }
  }
}

/// Nothing chosen: there is nothing to bind. Nil when something is, or when that cannot be told.
func skippedWithoutChoice(_ evidence: HostEvidence) -> Verdict? {
  switch evidence.bindings {
  case .absent: return .skipped("No device is chosen for guests.")
  case .found(let configuration, _) where configuration.groups.isEmpty:
    return .skipped("No device is chosen for guests.")
  case .found: return nil
  case .unreadable(let source, let reason):
    return .unknown(
      "Which devices are chosen could not be read: \(reason).", evidence: [Quote(source, reason)])
  }
}
