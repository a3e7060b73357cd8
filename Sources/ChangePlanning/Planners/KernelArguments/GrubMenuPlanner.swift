import HostModel

/// grub-mkconfig writes the arguments of etc/default/grub into menu entries: Debian, Ubuntu, Arch, Gentoo,
/// openSUSE's classic GRUB, Fedora up to 29, RHEL 7.
extension KernelArgumentsPlanner {
  func menuSteps(
    _ intent: ChangeIntent, _ wanted: WantedArguments
  ) throws(GrubRefusal) -> (steps: [Step], notes: [String]) {
    let edit = try defaultsEdit(intent)
    let entries = evidence.entries(of: layout)
    var steps = edit.changes.map { Step.replaceFile(path: $0.path, before: $0.before, after: $0.after) }
    var notes = [edit.reason]
    // An argument may stay in an entry by another assignment; that is said, and no fault.
    let kept = evidence.arguments(running: nil, sourced: sourced).kept ?? wanted.absent
    let absent = wanted.absent.filter {
      steps.isEmpty ? !kept.holdArgument($0) : !edit.reason.contains("Still there")
    }
    let isInEffect = entries.allSatisfy { entry in
      entry.isForeign || wanted.present.allSatisfy(entry.holds) && !absent.contains(where: entry.holds)
    }
    guard !steps.isEmpty || !isInEffect else { return ([], notes) }
    if steps.isEmpty {
      notes.append("The boot entries do not follow the file yet, so grub.cfg is made anew.")
    }
    let (regeneration, warnings) = try regeneration(entries, present: wanted.present, absent: absent)
    steps.append(.regenerate(regeneration))
    steps += proxmoxCopies
    return (steps, notes + warnings)
  }

  /// The run of grub-mkconfig, and what to know of it.
  func regeneration(
    _ entries: [BootEntry], present: [String], absent: [String]
  ) throws(GrubRefusal) -> (GrubRegeneration, [String]) {
    guard let maker = evidence.configMaker, let path = layout.configPath else {
      throw GrubRefusal(.unsafe, "grub-mkconfig, or the grub.cfg that GRUB reads, is missing.")
    }
    let regeneration = GrubRegeneration(
      program: maker.path, options: [], configPath: path, entriesBefore: entries, present: present,
      absent: absent)
    return (regeneration, osProberWarning(maker))
  }

  /// Debian's own words: os-prober "can cause damage to those guest OSes as it mounts filesystems".
  private func osProberWarning(_ maker: BootLoaderEvidence.ConfigMaker) -> [String] {
    guard evidence.program("os-prober") != nil, let sign = evidence.guestSigns.first else { return [] }
    let setting = evidence.setting("GRUB_DISABLE_OS_PROBER")
    guard setting.map({ $0 != "true" }) ?? !maker.leavesOSProberOff else { return [] }
    return [
      "\(maker.name) runs os-prober here, which mounts every file system that it finds, also those of guests "
        + "(/\(sign)): shut down guests whose disks are partitions or volumes of this host first, or set "
        + "GRUB_DISABLE_OS_PROBER=true in /etc/default/grub."
    ]
  }

  /// Where proxmox-boot-tool keeps copies of GRUB's files, they follow.
  private var proxmoxCopies: [Step] {
    guard evidence.signs.contains(where: { $0.kind == .proxmoxBootTool }),
      let tool = evidence.program("proxmox-boot-tool")
    else { return [] }
    return [.run(ToolRun(command: [tool, "refresh"], inverse: [tool, "refresh"], proof: .exitStatus))]
  }
}
