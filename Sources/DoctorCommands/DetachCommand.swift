import ArgumentParser
import Diagnosis
import DriverHandover
import HostFiles
import HostModel
import HostSurvey
import Reporting
import VFIOAccess

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
    var evidence = surveyDevices(root)
    let selection = try target.select(on: evidence)
    let devices = evidence.pciDevices.value ?? []
    evidence.hostUses = evidence.pciDevices.map { surveyHostUses(root, devices: $0) }
    let rebindings = detachment(of: selection.groups, devices: devices) { vfioDriver(for: $0, root) }
    let holders = holders(of: rebindings.map(\.device), root)
    let obstacles = PCIIndex(evidence).obstacles(
      to: selection.groups, heldBy: holders, overrides: Set(override))
    let report = HandoverReport(
      .detach, groups: selection.groups, rebindings: rebindings,
      obstacles: rebindings.isEmpty ? [] : obstacles)
    try carryOut(report, common, change, limit, root)
  }

  /// The processes that have a node of each device open.
  private func holders(of devices: [PCIAddress], _ root: HostRoot) -> [PCIAddress: [FileHolder]] {
    let nodes = devices.map { ($0, surveyDeviceNodes(of: $0, root)) }
    let all = nodes.reduce(into: Set<String>()) { $0.formUnion($1.1) }
    guard !all.isEmpty else { return [:] }
    let found = surveyFileHolders(of: all, root).holders
    return Dictionary(
      uniqueKeysWithValues: nodes.map { address, paths in (address, found.filter { paths.contains($0.path) })
      })
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
    let evidence = surveyDevices(root)
    let selection = try target.select(on: evidence)
    let devices = evidence.pciDevices.value ?? []
    let rebindings = reattachment(of: selection.groups, devices: devices) { hasHostDriver($0, root) }
    let obstacles = selection.groups.flatMap { group in
      surveyFileHolders(of: vfioNodes(of: group, root), root).holders.compactMap { holder in
        group.members.first.map {
          HandoverObstacle(address: $0, reason: "\(holder).", command: nil, override: nil)
        }
      }
    }
    let report = HandoverReport(
      .reattach, groups: selection.groups, rebindings: rebindings,
      obstacles: rebindings.isEmpty ? [] : obstacles)
    try carryOut(report, common, change, limit, root) {
      // A driver that was never needed since the boot is not loaded yet.
      for device in devices where rebindings.contains(where: { $0.device == device.address }) {
        loadHostDrivers(of: device, root)
      }
    }
  }
}
