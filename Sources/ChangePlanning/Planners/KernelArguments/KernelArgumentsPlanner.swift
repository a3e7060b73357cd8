import HostModel

/// Plans changes of the kernel command line: finds the layout's planner, and what all of them share.
package struct KernelArgumentsPlanner: Sendable {
  package let evidence: BootLoaderEvidence
  package let layout: BootLayout
  /// What the host's shell says of the files as they are; nil when it was not asked.
  package let sourced: SourcedValues?
  /// Nil where it is not known.
  let running: KernelCommandLine?
  /// Whether etc/kernel/cmdline was made by this program and nobody has written to it since.
  let ownsCommandLine: Bool

  package init(
    _ evidence: BootLoaderEvidence, sourced: SourcedValues?, running: KernelCommandLine? = nil,
    ownsCommandLine: Bool = false
  ) {
    self.evidence = evidence
    layout = BootLayout(evidence)
    self.sourced = sourced
    self.running = running
    self.ownsCommandLine = ownsCommandLine
  }

  package func plan(_ intent: ChangeIntent) throws(Refusal) -> ChangePlan {
    let wanted = WantedArguments(intent)
    // First, since the words of any other refusal carry the arguments into commands to be copied.
    let edit: ArgumentEdit
    do throws(GrubRefusal) { edit = try ArgumentEdit(intent) } catch { throw Refusal(error) }
    try refuseWhatIsNotOurs(wanted)
    var (steps, notes) = try steps(intent, edit, wanted)
    if wanted.present.contains("iommu=pt") {
      notes.append(
        "iommu=pt lets the host's own devices pass the IOMMU untranslated: faster, and without protection "
          + "from them. Devices of guests stay isolated either way.")
    }
    return ChangePlan(intent: intent, steps: steps, notes: notes, needsReboot: !steps.isEmpty)
  }

  private func steps(
    _ intent: ChangeIntent, _ edit: ArgumentEdit, _ wanted: WantedArguments
  ) throws(Refusal) -> (steps: [Step], notes: [String]) {
    do throws(GrubRefusal) {
      switch layout.kind {
      case .debianGrub, .grub, .grub2: return try menuSteps(intent, wanted)
      case .blsKernelOptions, .blsRewritten, .blsFlag: return try loaderEntrySteps(intent, edit)
      case .systemdBoot: return try kernelInstallSteps(edit)
      case .proxmoxBootTool: return try proxmoxSteps(edit)
      case .sdbootutil: return try sdbootutilSteps(edit, wanted)
      case .kernelstub: return try kernelstubSteps(edit, wanted)
      case .rpmOSTree: return try rpmOSTreeSteps(edit, wanted)
      default: throw GrubRefusal(.unsafe, "Where this host keeps its arguments is not known.")
      }
    } catch { throw Refusal(error) }
  }

  private func refuseWhatIsNotOurs(_ wanted: WantedArguments) throws(Refusal) {
    if let refusal = layout.refusal {
      throw Refusal(
        reason: refusal.cause.rawValue, detail: refusal.reason,
        steps: refusal.steps(adding: wanted.present, removing: wanted.absent))
    }
    if let mountPoint = evidence.unmountedMounts.first {
      throw Refusal(
        reason: "not-mounted",
        detail:
          "\(mountPoint) is in /etc/fstab and not mounted: what is written there now would lie below it, where no "
          + "boot loader looks.", steps: ["mount \(mountPoint)"])
    }
  }

  /// A step for a file that changes; none for one that stays.
  func replacement(_ path: String, _ before: [UInt8], _ after: [UInt8]) -> [Step] {
    before == after ? [] : [.replaceFile(path: path, before: before, after: after)]
  }

  /// The change of etc/default/grub and its drop-ins.
  func defaultsEdit(_ intent: ChangeIntent) throws(GrubRefusal) -> GrubDefaultsEdit {
    guard let files = evidence.defaultsFiles(dialect: .dash) else {
      throw GrubRefusal(.unsafe, path: GrubDefaultsFiles.mainPath, "There is no such file.")
    }
    switch intent {
    case .addArguments(let arguments, let replacing):
      return try GrubDefaultsEdit.adding(arguments, to: files, sourced: sourced, replacing: replacing)
    case .removeArguments(let arguments):
      return try GrubDefaultsEdit.removing(arguments, from: files)
    default: throw GrubRefusal(.unsafe, "This is no change of kernel arguments.")
    }
  }
}

/// What a change of arguments has to lead to.
struct WantedArguments {
  var present: [String] = []
  var absent: [String] = []

  init(_ intent: ChangeIntent) {
    switch intent {
    case .addArguments(let arguments, _): present = arguments
    case .removeArguments(let arguments): absent = arguments
    default: break
    }
  }
}
