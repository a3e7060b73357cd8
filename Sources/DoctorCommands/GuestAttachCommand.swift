import ArgumentParser
import ChangePlanning
import Diagnosis
import GuestDefinitions
import HostFiles
import HostModel
import HostSurvey
import LibvirtGuests
import Reporting

/// What the commands about libvirt's guests share.
struct GuestOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Which libvirt.", valueName: "uri"))
  var connect = "qemu:///system"

  @Argument(help: "The guest, by its name in libvirt.")
  var domain: String

  var virsh: Virsh { Virsh(connection: connect) }
}

/// `guest attach DOMAIN TARGET...`: gives a guest of libvirt the whole group.
struct GuestAttachCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "attach",
    abstract: "Give a guest of libvirt the whole group, for good and, if it runs, at once.",
    discussion: """
      Refuses a device that another guest has, and one that the host uses and that is not on VFIO yet. See \
      guest xml for what is added.
      """)

  @OptionGroup var common: CommonOptions
  @OptionGroup var change: ChangeOptions
  @OptionGroup var guest: GuestOptions
  @OptionGroup var target: TargetArguments

  @Option(help: "Whether libvirt takes the device from its host driver, as for guest xml: yes or no.")
  var managed: DeviceManagement?

  @Option(
    help: ArgumentHelp(
      "Attach although the host uses it, for one device and one use, as for detach: 0000:01:00.0=display.",
      valueName: "address=use"),
    transform: readHandoverOverride)
  var override: [HandoverOverride] = []

  func run() throws {
    let root = try common.openRunningHost(to: "change a guest")
    let ground = try GuestGround(target, root)
    let obstacles = ground.obstacles(overriding: override)
    let addresses = ground.slots.flatMap { $0.functions.map(\.host) }
    let virsh = guest.virsh
    try makeGuestChange(
      .attach(target.targets.map(\.description), guest: guest.domain), common, change, root
    ) {
      let owners = try virsh.owners(of: addresses, besides: guest.domain)
      if let (address, owner) = owners.min(by: { $0.key < $1.key }) {
        throw Refusal(
          reason: "another-guest", detail: "\(address) belongs to the guest \(owner).",
          steps: ["passthru-doctor guest detach \(owner) \(address)"])
      }
      if let obstacle = obstacles.first { throw Refusal(obstacle) }
      return try GuestChange(
        giving: ground.slots, to: guest.domain, management: managed ?? ground.usualManagement(obstacles),
        through: virsh)
    }
  }
}

/// `guest detach DOMAIN TARGET...`: takes the whole group out of a guest of libvirt.
struct GuestDetachCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "detach",
    abstract: "Take the whole group out of a guest of libvirt, for good and, if it runs, at once.")

  @OptionGroup var common: CommonOptions
  @OptionGroup var change: ChangeOptions
  @OptionGroup var guest: GuestOptions
  @OptionGroup var target: TargetArguments

  func run() throws {
    let root = try common.openRunningHost(to: "change a guest")
    let slots = try GuestGround(target, root).slots
    try makeGuestChange(
      .detach(target.targets.map(\.description), guest: guest.domain), common, change, root
    ) {
      try GuestChange(taking: slots.flatMap(\.functions), from: guest.domain, through: guest.virsh)
    }
  }
}

/// Plans a change of a guest, shows the difference, asks, does it.
private func makeGuestChange(
  _ intent: ChangeIntent, _ common: CommonOptions, _ options: ChangeOptions, _ root: HostRoot,
  _ decide: () throws -> GuestChange
) throws {
  let way = CarryingOut(common: common, change: options, root: root)
  try way.finishUnfinished()
  let change: GuestChange
  do {
    change = try decide()
  } catch let refusal as Refusal {
    try way.refuse(refusal, intent)
  } catch let failure as Virsh.Failure {
    throw CommandError(.failed, "\(failure)")
  }
  let plan = ChangePlan(
    intent: intent, steps: change.changesNothing ? [] : [.changeGuest(change)],
    notes: change.changesNothing ? ["The guest \(change.guest) is like that already."] : [],
    needsReboot: false)
  let words = change.isAddition ? "attached to" : "detached from"
  try way.carryOut(
    plan, to: "change a guest",
    saying: change.functions.map { "Device \($0.libvirtName) \(words) \(change.guest)\n" }.joined())
}
