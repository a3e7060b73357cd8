import HostModel

/// openSUSE's boot loader entries on the EFI system partition, for each snapshot: sdbootutil writes them
/// from etc/kernel/cmdline, and makes TPM predictions fit.
extension KernelArgumentsPlanner {
  func sdbootutilSteps(
    _ edit: ArgumentEdit, _ wanted: WantedArguments
  ) throws(GrubRefusal) -> (steps: [Step], notes: [String]) {
    guard let file = evidence.kernelCommandLine, let tool = evidence.program("sdbootutil") else {
      throw GrubRefusal(.unsafe, path: KernelCommandLineFile.path, "The file or sdbootutil is missing.")
    }
    let own = evidence.ownEntries(of: layout)
    let steps = replacement(file.path, file.bytes, try file.applying(edit))
    let notes = [
      "sdbootutil takes the arguments from /etc/kernel/cmdline and writes them into the boot entries; "
        + "/etc/default/grub is not read here. Each snapshot has a command line of its own: this changes the one of now."
    ]
    let isInEffect = own.allSatisfy { entry in
      let arguments = entry.parameters.map(\.text)
      return wanted.present.allSatisfy(arguments.holdArgument)
        && !wanted.absent.contains(where: arguments.holdArgument)
    }
    guard !steps.isEmpty || !isInEffect else { return ([], notes) }
    let update = [tool, "update-all-entries"]
    let run = ToolRun(
      command: update, inverse: update, writes: own.map(\.path), proof: own.isEmpty ? .exitStatus : .files,
      present: wanted.present, absent: wanted.absent)
    return (steps + [.run(run)], notes)
  }
}
