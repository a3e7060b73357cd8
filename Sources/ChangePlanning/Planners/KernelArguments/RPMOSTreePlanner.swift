import HostModel

/// rpm-ostree: arguments belong to a deployment; a change makes a new one, and the old one stays bootable.
extension KernelArgumentsPlanner {
  func rpmOSTreeSteps(
    _ edit: ArgumentEdit, _ wanted: WantedArguments
  ) throws(GrubRefusal) -> (steps: [Step], notes: [String]) {
    guard let tool = evidence.program("rpm-ostree") else {
      throw GrubRefusal(.unsafe, "rpm-ostree is missing.")
    }
    let next = evidence.entries(of: layout).first { !$0.isForeign }
    let change = try ListedChange(edit, in: next?.arguments ?? [], of: next?.file ?? "boot/loader/entries")
    let notes = [
      "rpm-ostree makes a new deployment with the arguments. The one of now stays in the boot menu; rpm-ostree rollback "
        + "returns to it."
    ]
    func words(_ added: [String], _ removed: [String]) -> [String] {
      [tool, "kargs"] + removed.map { "--delete-if-present=" + $0 }
        + added.map { "--append-if-missing=" + $0 }
    }
    guard !change.added.isEmpty || !change.removed.isEmpty else { return ([], notes) }
    let run = ToolRun(
      command: words(change.added, change.removed), inverse: words(change.removed, change.added),
      proof: .output([tool, "kargs"]), present: wanted.present, absent: wanted.absent)
    return ([.run(run)], notes)
  }
}
