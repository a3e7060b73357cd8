import HostModel

/// systemd-boot with kernel-install: the entries of now, and etc/kernel/cmdline for those of new kernels.
extension KernelArgumentsPlanner {
  func kernelInstallSteps(_ edit: ArgumentEdit) throws(GrubRefusal) -> (steps: [Step], notes: [String]) {
    var steps: [Step] = []
    var notes = [
      "systemd-boot reads the arguments from its entries; new kernels take them from /etc/kernel/cmdline."
    ]
    if let file = evidence.kernelCommandLine {
      steps += replacement(file.path, file.bytes, try file.applying(edit))
    } else {
      notes.append(Self.withoutCommandLine)
    }
    return (steps + (try entrySteps(edit)), notes)
  }
}
