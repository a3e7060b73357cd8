import ArgumentParser
import ChangePlanning
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
    discussion: "A device that another guest has is refused. See guest xml for what is added.")

  @OptionGroup var common: CommonOptions
  @OptionGroup var change: ChangeOptions
  @OptionGroup var guest: GuestOptions
  @OptionGroup var target: TargetArguments

  @Option(help: "Whether libvirt takes the device from its host driver, as for guest xml: yes or no.")
  var managed: DeviceManagement?

  func run() throws {
    let root = try common.openRunningHost(to: "change a guest")
    let slots = try target.guestSlots(on: surveyDevices(root))
    let addresses = slots.flatMap { $0.functions.map(\.host) }
    try perform(common, change, verb: "attach") { () throws(Virsh.Failure) in
      let owners = try guest.virsh.owners(of: addresses, besides: guest.domain)
      if let (address, owner) = owners.min(by: { $0.key < $1.key }) {
        return .refused(
          "\(address) belongs to the guest \(owner): passthru-doctor guest detach \(owner) \(address)")
      }
      return .change(
        try GuestChange(
          giving: slots, to: guest.domain, management: managed ?? usualManagement(of: slots, root),
          through: guest.virsh), guest.virsh)
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
    let slots = try target.guestSlots(on: surveyDevices(root))
    try perform(common, change, verb: "detach") { () throws(Virsh.Failure) in
      .change(
        try GuestChange(taking: slots.flatMap(\.functions), from: guest.domain, through: guest.virsh),
        guest.virsh)
    }
  }
}

private enum Decision {
  case refused(String)
  case change(GuestChange, Virsh)
}

/// Shows the difference, asks, does it.
private func perform(
  _ common: CommonOptions, _ options: ChangeOptions, verb: String,
  _ decide: () throws(Virsh.Failure) -> Decision
) throws {
  let decision: Decision
  do throws(Virsh.Failure) {
    decision = try decide()
  } catch {
    throw CommandError(.failed, "\(error)")
  }
  guard case .change(let change, let virsh) = decision else {
    if case .refused(let reason) = decision { throw CommandError(.refused, reason) }
    return
  }
  let plan = common.json ? change.json(verb).document : Array(change.text.utf8)
  if options.dryRun || change.changesNothing || !common.json { try writeToStandardOutput(plan) }
  guard !options.dryRun, !change.changesNothing else { return }
  guard try options.confirm("Change the guest \(change.guest)?") else {
    return complain("Nothing was changed.")
  }
  do throws(Virsh.Failure) {
    try change.carryOut(through: virsh)
  } catch {
    throw CommandError(.failed, "\(error)")
  }
  if common.json { return try writeToStandardOutput(plan) }
  for address in change.functions {
    let words = verb == "attach" ? "attached to" : "detached from"
    try writeToStandardOutput(Array("Device \(address.nodeDeviceName) \(words) \(change.guest)\n".utf8))
  }
}

extension GuestChange {
  /// What the difference is called: guests have no file of their own that one may edit.
  private var path: String { "libvirt/\(guest).xml" }

  private var diff: String? {
    let diff = UnifiedDiff.text(path: path, before: before.text, after: after.text)
    return diff.isEmpty ? nil : String(decoding: diff, as: UTF8.self)
  }

  fileprivate var text: String { diff ?? "Nothing to change: the guest \(guest) is like that already.\n" }

  fileprivate func json(_ verb: String) -> JSON {
    let steps: [JSON] =
      changesNothing
      ? []
      : [
        .object([("kind", .string("define-guest")), ("path", .string(path)), ("diff", JSON(diff))])
      ]
    return .object([
      ("schema", .string("passthru-doctor/plan/1")), ("intent", .string("guest \(verb) \(guest)")),
      ("refused", .null), ("steps", .array(steps)), ("needsReboot", .bool(false)),
    ])
  }
}
