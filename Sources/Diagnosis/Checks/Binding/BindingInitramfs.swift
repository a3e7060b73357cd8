import HostModel

/// Whether the initramfs of every installed kernel carries the choice as it stands now.
package enum BindingInitramfs: Check {
  package static let id = "binding.initramfs"
  package static let stage = Stage.binding
  package static let title = "Choice in every initramfs"
  package static let isRequired = true
  package static let explanation = """
    At boot, only the copy of the choice counts that is inside the initramfs of the kernel that starts. \
    Each installed kernel has an initramfs of its own. One that was made before the devices were chosen, \
    or by a tool without the hook, binds nothing or something else.

    Each image is opened and looked into: the program, what starts it, the drivers that the choice names, \
    and whether the choice in it is the one of now.
    """
  package static let causes = [stale, withoutHook]
  private static let stale = Cause(
    "stale",
    meaning: "A kernel would bind other devices than those that are chosen now.",
    cure: "Make the initramfs of that kernel anew.", mender: .program)
  private static let withoutHook = Cause(
    "without-hook",
    meaning:
      "A kernel would start without binding anything: its initramfs has no boot program, or nothing that "
      + "starts it, or no vfio driver.",
    cure: "Make the initramfs of that kernel anew, with the hook installed.", mender: .program)

  package static func judge(_ evidence: HostEvidence) -> Verdict {
    if let skipped = skippedWithoutChoice(evidence) { return skipped }
    guard case .found(let initramfs, _) = evidence.initramfs else {
      return .unknown(
        "The initramfs images could not be listed: \(evidence.initramfs.unreadableReason ?? "there are none")."
      )
    }
    guard !initramfs.images.isEmpty else { return .unknown("No installed kernel was found.") }
    let faults = initramfs.images.compactMap { fault(of: $0, evidence) }
    guard let first = faults.first else {
      let kernels = initramfs.images.map(\.kernel).joined(separator: ", ")
      return .pass(
        "The choice is in the initramfs of \(kernels).",
        evidence: initramfs.images.compactMap { $0.path }.map {
          Quote($0, "program, hook, driver, and the choice of now")
        })
    }
    let quotes = faults.map { Quote($0.source, $0.words) }
    let commands: [RemedyCommand]? = initramfs.builderInCharge.map { builder in
      faults.filter { $0.cause != nil }.map {
        .shell(builder.command(forKernel: $0.kernel, image: $0.source))
      }
    }
    guard let worst = faults.first(where: { $0.cause != nil }), let cause = worst.cause else {
      return .unknown(
        "The initramfs of \(first.kernel) could not be looked into: \(first.words).", evidence: quotes)
    }
    return .fail(
      cause, "The initramfs of \(worst.kernel): \(worst.words).", evidence: quotes, commands: commands ?? [],
      needsReboot: true)
  }

  private struct Fault {
    let kernel: String
    let source: String
    let words: String
    /// Nil when it could not be measured.
    let cause: Cause?
  }

  private static func fault(of image: InitramfsImage, _ evidence: HostEvidence) -> Fault? {
    func fault(_ cause: Cause?, _ words: String) -> Fault {
      Fault(kernel: image.kernel, source: image.contents.source, words: words, cause: cause)
    }
    switch image.contents {
    case .absent: return fault(withoutHook, "there is none")
    case .unreadable(_, let reason): return fault(nil, reason)
    case .found(let contents, _):
      if let part = contents.missingPart { return fault(withoutHook, part) }
      if let driver = evidence.bindings.value.flatMap(contents.missingDriver) {
        return fault(withoutHook, "the driver \(driver) is not in it")
      }
      guard let copy = contents.configuration else { return fault(stale, "the choice is not in it") }
      let chosen = try? BindingConfiguration(parsing: copy)
      guard chosen == evidence.bindings.value else {
        return fault(stale, "the choice in it is not the one of now")
      }
      return nil
    }
  }
}

extension InitramfsBuilder {
  /// What makes the image of one kernel anew.
  package func command(forKernel kernel: String, image: String) -> String {
    switch self {
    case .dracut: "dracut --force --kver \(kernel) /\(image)"
    case .initramfsTools: "update-initramfs -u -k \(kernel)"
    case .mkinitcpio: "mkinitcpio -P"
    case .booster: "booster build --force --kernel-version \(kernel) /\(image)"
    }
  }
}
