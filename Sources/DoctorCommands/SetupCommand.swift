import ArgumentParser
import ChangePlanning
import Diagnosis
import HostModel

/// `setup`: from a bare host to one that a guest can have a device of.
struct SetupCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "setup",
    abstract: "Set the host up, stage by stage; each change is shown before it is made.",
    discussion: """
      Walks the stages of the report in their order and makes the changes that it names: kernel arguments, \
      the choice of devices, virtualization packages. What only a person can do, in the firmware's menu or \
      at the hardware, is told. Each change is one of history's, and undo takes it back. Where a reboot is \
      needed, setup stops; run it again afterwards.

      Exit status: 0 ready; 4 reboot, then run it again; 1 or 3 something is left that it cannot do (see \
      check); 5 refused; 2 usage.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var change: ChangeOptions

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Choose these devices or groups for guests, without asking which.", valueName: "target"),
    transform: readTarget)
  var bind: [DeviceTarget] = []

  @Option(
    help: ArgumentHelp(
      "Give up a use of a device, as for bind: 0000:01:00.0=console.", valueName: "address=use"))
  var override: [UseOverride] = []

  @Flag(
    name: .customLong("try"),
    help: "Try new kernel arguments for one boot; setup keeps them when it runs again in that boot.")
  var isTrying = false

  @Option(
    help: ArgumentHelp(
      "Leave this stage as it is (may be given more than once).", valueName: "stage"),
    completion: .list(Stage.allCases.map(\.rawValue)))
  var skip: [Stage] = []

  func run() throws {
    let root = try common.openRoot()
    let way = CarryingOut(common: common, change: change, root: root)
    if !change.dryRun { try way.requireChangeable(to: "change this host") }
    try way.finishUnfinished()
    var walk = SetupWalk(way, wishes: bind, overrides: override, skipped: Set(skip), isTrying: isTrying)
    try walk.walk()
    if let status = walk.exitStatus { throw ExitCode(status.rawValue) }
  }
}

extension Stage: ExpressibleByArgument {}
