import HostModel

/// Proxmox VE with systemd-boot: one line in etc/kernel/cmdline, which proxmox-boot-tool copies to every
/// EFI system partition. Those are not mounted.
extension KernelArgumentsPlanner {
  func proxmoxSteps(_ edit: ArgumentEdit) throws(GrubRefusal) -> (steps: [Step], notes: [String]) {
    guard let file = evidence.kernelCommandLine, let tool = evidence.program("proxmox-boot-tool") else {
      throw GrubRefusal(
        .unsafe, path: KernelCommandLineFile.path, "The file or proxmox-boot-tool is missing.")
    }
    guard file.lineCount <= 1 else {
      throw GrubRefusal(
        .unsafe, path: file.path,
        "It has \(file.lineCount) lines, of which proxmox-boot-tool takes the first only. Join them; then try again."
      )
    }
    let steps = replacement(file.path, file.bytes, try file.applying(edit))
    let notes = ["proxmox-boot-tool copies the line of /etc/kernel/cmdline to every EFI system partition."]
    guard !steps.isEmpty else { return ([], notes) }
    let refresh = ToolRun(command: [tool, "refresh"], inverse: [tool, "refresh"], proof: .exitStatus)
    return (steps + [.run(refresh)], notes)
  }
}
