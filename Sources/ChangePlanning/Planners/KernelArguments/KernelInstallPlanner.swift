import HostModel

/// systemd-boot with kernel-install: the entries of now, and etc/kernel/cmdline for those of new kernels.
extension KernelArgumentsPlanner {
  func kernelInstallSteps(_ edit: ArgumentEdit) throws(GrubRefusal) -> (steps: [Step], notes: [String]) {
    let entries = try entrySteps(edit)
    let (steps, notes) = try commandLineSteps(edit, changesOthers: !entries.isEmpty)
    let place =
      "systemd-boot reads the arguments from its entries; new kernels take them from /etc/kernel/cmdline."
    return (steps + entries, [place] + notes)
  }
}
