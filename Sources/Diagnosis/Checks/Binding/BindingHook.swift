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
  private static let notInstalled = Cause(
    "not-installed",
    meaning: "Chosen devices are not bound at boot by an initramfs that is made from now on.",
    cure: "Install the package of passthru-doctor anew; it brings the boot program and the hooks.",
    mender: .person)
  private static let noTool = Cause(
    "no-initramfs-tool",
    meaning: "Nothing on this host makes an initramfs, so nothing can be bound before the host's drivers.",
    cure: "Install dracut or initramfs-tools, whichever the distribution uses.", mender: .person)
  private static let otherTool = Cause(
    "other-tool-in-charge",
    meaning:
      "Another tool than dracut or initramfs-tools makes the initramfs here, or it is not clear which one "
      + "does; there is no hook for it.",
    cure: "Bind the devices after the boot with passthru-doctor detach, or change to dracut.", mender: .person
  )

  package static func judge(_ evidence: HostEvidence) -> Verdict {
    if let skipped = skippedWithoutChoice(evidence) { return skipped }
    guard case .found(let initramfs, let source) = evidence.initramfs else {
      return .unknown(
        "How this host makes its initramfs could not be measured: \(evidence.initramfs.unreadableReason ?? "it has none")."
      )
    }
    let names = initramfs.builders.map(\.rawValue).joined(separator: ", ")
    guard let builder = initramfs.builderInCharge else {
      guard !initramfs.builders.isEmpty else {
        return .fail(
          noTool, "No tool that makes an initramfs is installed.",
          evidence: [Quote("usr/bin/dracut", "not there")])
      }
      return .fail(
        otherTool, "Several tools that make an initramfs are installed: \(names).",
        evidence: [Quote(source, names)],
        cureDetail: "Remove all but the one that is to make the images.")
    }
    guard !builder.hookFiles.isEmpty else {
      return .fail(
        otherTool, "\(builder.rawValue) makes the initramfs here.",
        evidence: [Quote(builder.programs[0], "there")])
    }
    guard initramfs.hasProgram, initramfs.hooks.contains(builder) else {
      let missing = initramfs.hasProgram ? builder.hookFiles[0] : InitramfsContents.program
      return .fail(notInstalled, "/\(missing) is not installed.", evidence: [Quote(missing, "not there")])
    }
    return .pass(
      "The hook for \(builder.rawValue) is installed.", evidence: builder.hookFiles.map { Quote($0, "there") }
    )
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
