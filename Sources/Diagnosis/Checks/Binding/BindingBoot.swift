import HostModel

/// Whether what was chosen is on its vfio driver in this boot, since before the host's drivers.
package enum BindingBoot: Check {
  package static let id = "binding.boot"
  package static let stage = Stage.binding
  package static let title = "Devices bound at boot"
  package static let isRequired = true
  package static let explanation = """
    At every boot the boot program looks for each chosen device by its ids, subsystem, class and the \
    bridges above it, and binds it together with its whole group, before udev starts; or it binds \
    nothing of that group and says why, in the kernel's log and in /run/passthru-doctor/boot.log.

    This check compares that log with the drivers that the devices have now.
    """
  package static let causes = [notBound, late, changed, off]
  private static let notBound = Cause(
    "not-bound",
    meaning: "A device that is chosen for guests is not on vfio-pci, so no guest can have its group.",
    cure:
      "Read the reason; after a new choice, restart the host. passthru-doctor detach binds it for this boot.",
    mender: .program)
  private static let late = Cause(
    "bound-late",
    meaning:
      "The device is on vfio-pci, but not from the initramfs on: a driver of the host had it before, and "
      + "may have left it in a state that a guest does not expect.",
    cure: "Make sure that the initramfs carries the choice (binding.initramfs), then restart the host.",
    mender: .program)
  private static let changed = Cause(
    "identity-changed",
    meaning: "The device that was chosen is not what was found at this boot: cards were added, removed or "
      + "exchanged, or the groups are others now. Nothing of the group was bound, so that no wrong device goes "
      + "to a guest.",
    cure: "Look at the devices of now, and choose anew.", mender: .program)
  private static let off = Cause(
    "switched-off",
    meaning: "The boot program was told not to bind anything, or refused its configuration as a whole.",
    cure: "Start the host without rd.passthru=0; or mend the configuration.", mender: .person)

  package static func judge(_ evidence: HostEvidence) -> Verdict {
    if let skipped = skippedWithoutChoice(evidence) { return skipped }
    guard let chosen = evidence.bindings.value else { return .skipped("No device is chosen for guests.") }
    guard case .found(let devices, let source) = evidence.pciDevices else {
      return .unknown(
        "The devices of now could not be read: \(evidence.pciDevices.unreadableReason ?? "there are none").")
    }
    let state = BootState(chosen, devices, evidence.bootLog.value ?? [])
    let quotes = state.quotes(devicesFrom: source)
    if let event = state.switchedOff, state.unbound.isEmpty == false {
      return .fail(
        off, "Nothing was bound at boot: \(event["detail"] ?? "it was switched off").", evidence: quotes,
        needsReboot: true)
    }
    if let (device, event) = state.declined {
      let reason = event["reason"].flatMap { Decline.Reason(rawValue: $0) }
      return .fail(
        reason?.isAboutIdentity == true ? changed : notBound,
        "\(device) was not bound: \(event["detail"] ?? "the boot program declined").", evidence: quotes,
        commands: reason?.isAboutIdentity == true
          ? ["passthru-doctor devices", .change(.bind(["\(device)"], overrides: []))] : [])
    }
    if let address = state.absent.first {
      return .fail(
        changed, "The device that was chosen at \(address) is not to be found.", evidence: quotes,
        commands: ["passthru-doctor devices"])
    }
    if let device = state.unbound.first {
      let holder = device.driver.map { "is on \($0)" } ?? "has no driver"
      return .fail(
        notBound, "\(device.address) is chosen for guests and \(holder).", evidence: quotes,
        commands: ["passthru-doctor detach \(device.address)"], needsReboot: !state.hasLog)
    }
    if let address = state.late.first {
      return .warn(late, "\(address) was not bound by the boot program.", evidence: quotes, needsReboot: true)
    }
    return .pass("Every chosen device was bound before the host's drivers.", evidence: quotes)
  }
}

extension Decline.Reason {
  /// Whether the hardware is not what it was when it was chosen.
  fileprivate var isAboutIdentity: Bool {
    switch self {
    case .identityChanged, .missing, .ambiguous, .stranger, .claimedTwice: true
    default: false
    }
  }
}

/// What the log says, beside the drivers of now.
private struct BootState {
  let hasLog: Bool
  let switchedOff: BootEvent?
  /// The first group that was left: the device it was chosen by, and the event.
  let declined: (PCIAddress, BootEvent)?
  /// Chosen devices that are not on their driver now.
  var unbound: [PCIDevice] = []
  /// Those that are, but not by the boot program.
  var late: [PCIAddress] = []
  /// Chosen devices of which the boot program said nothing, and that are not to be found now.
  var absent: [PCIAddress] = []
  private let events: [BootEvent]

  init(_ chosen: BindingConfiguration, _ devices: [PCIDevice], _ events: [BootEvent]) {
    self.events = events
    hasLog = !events.isEmpty
    switchedOff = events.first { $0.kind == .switchedOff }
    var declined: (PCIAddress, BootEvent)?
    for device in chosen.groups.flatMap(\.devices) {
      let address = device.identity.address
      if let event = events.first(where: {
        ($0.kind == .declined || $0.kind == .gaveBack) && $0.chosen.contains(address)
      }) {
        declined = declined ?? (address, event)
        continue
      }
      let bound = events.first { $0.kind == .bound && $0.chosen == [address] }
      var now = bound?["address"].flatMap { PCIAddress($0) }
      if now == nil, case .found(let place) = device.identity.search(devices) { now = place }
      guard let now, let current = devices.first(where: { $0.address == now }) else {
        absent.append(address)
        continue
      }
      // The module's name may have underscores where the driver's has dashes.
      if current.driver.map({ KernelParameter(name: $0, value: nil).isNamed(device.driver) }) != true {
        unbound.append(current)
      } else if bound == nil || bound?["from"] != "none" {
        late.append(now)
      }
    }
    self.declined = declined
  }

  func quotes(devicesFrom source: String) -> [Quote] {
    let lines = events.filter { $0.kind != .start }.prefix(8).map { Quote(BootEvent.path, $0.description) }
    let drivers = unbound.prefix(4).map { Quote("\(source)/\($0.address)/driver", $0.driver ?? "none") }
    return (lines.isEmpty ? [Quote(BootEvent.path, "not there")] : Array(lines)) + drivers
  }
}
