import ArgumentParser
import ChangePlanning
import HostModel
import HostSurvey

extension UseOverride: ExpressibleByArgument {
  package init?(argument: String) {
    let halves = argument.split(separator: "=", omittingEmptySubsequences: false)
    guard halves.count == 2, let address = PCIAddress(halves[0]),
      let kind = HostUse.Kind(rawValue: String(halves[1])),
      UseOverride.kinds.contains(kind)
    else { return nil }
    self.init(address, kind)
  }
}

/// `bind`: what vfio-pci gets at every boot.
struct BindCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bind",
    abstract: "Choose devices that vfio-pci gets at every boot, before any other driver.",
    discussion: """
      An address stands for its whole IOMMU group. From the next start on, the initramfs binds what is \
      chosen, after making sure that each device is still the same; on any doubt it binds nothing of the \
      group. What the host lives on is refused. rd.passthru=0 on the kernel command line switches it off \
      for one boot.

      Exit status: 0 nothing to change, or a dry run; 1 failed, and the host is as it was; 2 usage; \
      4 done, and a reboot is needed; 5 refused.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var change: ChangeOptions

  @Option(
    help: ArgumentHelp(
      "Give up a use of a device, say 0000:01:00.0=console: one of "
        + UseOverride.kinds.map(\.rawValue).sorted().joined(separator: ", ")
        + " (may be given more than once).",
      valueName: "address=use"))
  var override: [UseOverride] = []

  @OptionGroup var target: TargetArguments

  func run() throws {
    _ = try target.select(on: surveyDevices(try common.openRoot()))
    try makeChange(
      .bind(
        target.targets.map(\.description), overrides: override.map { "\($0.address)=\($0.kind.rawValue)" }),
      common, change)
  }
}

/// `unbind`: takes the choice back.
struct UnbindCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unbind",
    abstract: "Take back what bind chose: from the next start on the host has the devices again.",
    discussion: "Devices are named by the addresses that they were chosen at.")

  @OptionGroup var common: CommonOptions
  @OptionGroup var change: ChangeOptions

  @Argument(help: "Devices that are chosen, or groups (group:13).", transform: readTarget)
  var targets: [DeviceTarget]

  @Flag(help: "Give the devices to the host's drivers at once, too.")
  var now = false

  func run() throws {
    if now { _ = try common.openRunningHost(to: "give a device to the host's drivers now") }
    try makeChange(.unbind(targets.map(\.description), now: now), common, change)
  }
}
