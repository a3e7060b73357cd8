import ArgumentParser
import GuestDefinitions
import HostFiles
import HostModel
import HostSurvey
import Reporting

/// `guest …`: hands groups to guests.
struct GuestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "guest",
    abstract: "Hand the group to a guest: through libvirt, as its XML, or as QEMU's arguments.",
    subcommands: [
      GuestXMLCommand.self, GuestAttachCommand.self, GuestDetachCommand.self, GuestQEMUCommand.self,
    ])
}

extension DeviceManagement: ExpressibleByArgument {}
extension GuestMachine: ExpressibleByArgument {}

/// `guest xml TARGET...`: libvirt's elements for the whole group.
struct GuestXMLCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "xml",
    abstract: "Print libvirt's hostdev elements for the whole group.",
    discussion: """
      Functions of one slot stay together on one slot of the guest; a single function goes where \
      libvirt puts it. managed='yes' lets libvirt take the device from its host driver when the guest \
      starts, and leaves one that is on vfio-pci already where it is. managed='no' makes the guest \
      start only when the device is on vfio-pci: the choice for what is bound at every boot, because \
      where the boot program had its reasons not to bind a device, libvirt must not take it either. What the \
      host uses is told on standard error, and gets managed='no', too.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var target: TargetArguments

  @Option(
    help:
      "Whether libvirt takes the device from its host driver: yes or no; without it, no where every device is bound at boot or used by the host."
  )
  var managed: DeviceManagement?

  @Option(
    help: ArgumentHelp(
      "The guest's bus for the first slot that has several functions, 1 to 255; more slots take the buses after it. libvirt adds the ports that it takes.",
      valueName: "number"))
  var bus: UInt8 = 16

  func validate() throws {
    if bus == 0 { throw ValidationError("--bus takes a number from 1 to 255") }
  }

  func run() throws {
    let root = try common.openRoot()
    let ground = try GuestGround(target, root)
    let obstacles = ground.warnedObstacles()
    let places = (Int(bus)...255).prefix(ground.slots.count(where: \.isMultifunction)).map {
      GuestSlotPlace(bus: UInt8(truncatingIfNeeded: $0))
    }
    let elements = hostdevElements(
      for: ground.slots, management: managed ?? ground.usualManagement(obstacles), places: places)
    let json = JSON.object([
      ("schema", .string("passthru-doctor/guest-xml/1")), ("hostdevs", JSON(elements)),
    ])
    try writeToStandardOutput(common.json ? json.document : Array(elements.joined().utf8))
  }
}

/// `guest qemu TARGET...`: the arguments of a QEMU without libvirt.
struct GuestQEMUCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "qemu",
    abstract: "Print the arguments that hand the whole group to a QEMU without libvirt.",
    discussion: "The group must be on vfio-pci when QEMU starts: see bind and detach.")

  @OptionGroup var common: CommonOptions
  @OptionGroup var target: TargetArguments

  @Option(help: "The machine type of the guest: q35 or pc.")
  var machine = GuestMachine.q35

  func run() throws {
    let ground = try GuestGround(target, try common.openRoot())
    _ = ground.warnedObstacles()
    guard let devices = qemuDevices(for: ground.slots, machine: machine) else {
      throw CommandError(.failed, "a \(machine.rawValue) machine has no \(ground.slots.count) slots to spare")
    }
    let json = JSON.object([
      ("schema", .string("passthru-doctor/guest-qemu/1")),
      ("arguments", JSON(devices.flatMap { ["-device", $0] })),
    ])
    // Lines that a shell joins, as people keep them in scripts.
    let text = devices.map { "-device \($0)" }.joined(separator: " \\\n") + "\n"
    try writeToStandardOutput(common.json ? json.document : Array(text.utf8))
  }
}
