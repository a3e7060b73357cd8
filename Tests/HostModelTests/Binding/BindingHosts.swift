import HostModel

// Small hosts for tests of early binding: a port with a card, a twin of it, a SATA controller.

func address(_ text: String) -> PCIAddress {
  guard let address = PCIAddress(text) else { preconditionFailure("\(text) is no address") }
  return address
}

func function(
  _ at: String, _ ids: String, class deviceClass: UInt32, group: Int? = nil, below parent: String? = nil,
  subsystem: String? = "8086:0000"
) -> PCIDevice {
  let ids = DeviceIDs(ids)
  let subsystem = subsystem.flatMap { DeviceIDs($0) }
  var device = PCIDevice(
    address: address(at), vendor: ids?.vendor, device: ids?.device, deviceClass: deviceClass,
    subsystemVendor: subsystem?.vendor, subsystemDevice: subsystem?.device, group: group)
  device.parent = parent.map(address)
  return device
}

func port(_ at: String, group: Int) -> PCIDevice {
  function(at, "1b36:000c", class: 0x060400, group: group, subsystem: nil)
}

/// A network card behind a port.
func card(_ at: String, behind parent: String, group: Int) -> PCIDevice {
  function(at, "8086:10d3", class: 0x020000, group: group, below: parent)
}

func groups(of devices: [PCIDevice]) -> [IOMMUGroup] {
  Dictionary(grouping: devices.filter { $0.group != nil }, by: { $0.group ?? 0 })
    .map { IOMMUGroup(id: $0.key, members: $0.value.map(\.address).sorted()) }
    .sorted { $0.id < $1.id }
}

/// The devices at these addresses, chosen among all of them as one group.
func chosen(_ addresses: [String], among devices: [PCIDevice]) -> ChosenGroup {
  let wanted = Set(addresses.map(address))
  return ChosenGroup(
    devices: devices.filter { wanted.contains($0.address) }
      .compactMap { DeviceIdentity(of: $0, among: devices) }.map { ChosenDevice(identity: $0) })
}

let oneCard = [port("0000:00:08.0", group: 3), card("0000:01:00.0", behind: "0000:00:08.0", group: 4)]
let twoCards =
  oneCard + [port("0000:00:09.0", group: 5), card("0000:02:00.0", behind: "0000:00:09.0", group: 6)]
let sataGroup = [
  function("0000:00:1f.0", "8086:2918", class: 0x060100, group: 7, subsystem: "1af4:1100"),
  function("0000:00:1f.2", "8086:2922", class: 0x010601, group: 7, subsystem: "1af4:1100"),
  function("0000:00:1f.3", "8086:2930", class: 0x0c0500, group: 7, subsystem: "1af4:1100"),
]

extension Result where Success == [PlannedBinding], Failure == Decline {
  var addresses: [String]? { (try? get())?.map(\.address.description) }
  var reason: Decline.Reason? {
    if case .failure(let decline) = self { decline.reason } else { nil }
  }
}
