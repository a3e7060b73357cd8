import ArgumentParser
import Diagnosis
import DriverHandover
import HostFiles
import HostModel
import HostSurvey
import Reporting

/// `detach TARGET...`: groups to VFIO now, for this boot only.
struct DetachCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "detach",
    abstract: "Give the group to vfio-pci now, for this boot only.",
    discussion: """
      Refuses what the host lives on, and a device that a process has open. All members change hands, or \
      none does: what sysfs says afterwards is what counts. bind does the same for every boot.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var change: ChangeOptions
  @OptionGroup var limit: DriverTimeLimit
  @OptionGroup var target: TargetArguments

  @Option(
    help: ArgumentHelp(
      "Detach although the host uses it, for one device and one use: 0000:01:00.0=display. Uses: \(HandoverOverride.uses.joined(separator: ", ")).",
      valueName: "address=use"),
    transform: readHandoverOverride)
  var override: [HandoverOverride] = []

  func run() throws {
    let root = try common.openRunningHost(to: "detach a device")
    if !change.dryRun { try requireRoot(to: "detach a device") }
    let run = HandoverRun(common, change, limit, target, root)
    try run.way.finishUnfinished()
    let evidence = surveyDevices(root)
    let selection = try target.select(on: evidence)
    let rebindings = detachment(of: selection.groups, devices: evidence.pciDevices.value ?? []) {
      vfioDriver(for: $0, root)
    }
    try run.carryOut(
      HandoverReport(
        .detach, groups: selection.groups, rebindings: rebindings,
        obstacles: HandoverGround(evidence, root).obstacles(to: rebindings, overrides: Set(override))))
  }
}

/// `reattach TARGET...`: groups back to the host's own drivers.
struct ReattachCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reattach",
    abstract: "Give the group back to the host's drivers now.",
    discussion: """
      Clears the override and lets the kernel find the driver. A group that a guest is using is left \
      alone. A group that is bound at boot goes to vfio-pci again at the next one: see unbind.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var change: ChangeOptions
  @OptionGroup var limit: DriverTimeLimit
  @OptionGroup var target: TargetArguments

  func run() throws {
    let root = try common.openRunningHost(to: "reattach a device")
    if !change.dryRun { try requireRoot(to: "reattach a device") }
    let run = HandoverRun(common, change, limit, target, root)
    try run.way.finishUnfinished()
    let evidence = surveyDevices(root)
    let selection = try target.select(on: evidence)
    let rebindings = reattachment(of: selection.groups, devices: evidence.pciDevices.value ?? []) {
      hasHostDriver($0, root)
    }
    try run.carryOut(
      HandoverReport(
        .reattach, groups: selection.groups, rebindings: rebindings,
        obstacles: HandoverGround(evidence, root).obstacles(to: rebindings)))
  }
}
