import HostModel
import Testing

struct DeviceSearchTests {
  private func identity(_ at: String, among devices: [PCIDevice]) throws -> DeviceIdentity {
    let device = try #require(devices.first { $0.address == address(at) })
    return try #require(DeviceIdentity(of: device, among: devices))
  }

  @Test func pathsReadWhatTheyPrint() throws {
    for text in ["0000:00/1f.2", "0000:00/01.0=8086:1901/00.0", "10000:e0/06.0=8086:9a09/1f.7/00.0"] {
      #expect(DevicePath(text)?.description == (text.contains("/1f.7/") ? nil : text.replacingDomain))
    }
    for text in [
      "", "0000:00", "0000:00/", "0000:00/20.0", "0000:00/00.8", "00:00/00.0", "0000:00/01.0=8086/00.0",
      "0000:00/0.0",
    ] {
      #expect(DevicePath(text) == nil, "\(text)")
    }
    let nested = try identity("0000:01:00.0", among: oneCard)
    #expect(nested.path.description == "0000:00/08.0=1b36:000c/00.0" && nested.twins.isEmpty)
  }

  @Test func findsTheDeviceInItsPlace() throws {
    for (at, devices) in [("0000:01:00.0", oneCard), ("0000:02:00.0", twoCards), ("0000:00:1f.2", sataGroup)]
    {
      #expect(try identity(at, among: devices).search(devices) == .found(address(at)))
    }
  }

  @Test func findsItWhenBusesAreRenumbered() throws {
    // Another card took bus 1: the same ports, one bus further.
    let chosen = try identity("0000:01:00.0", among: oneCard)
    let now = [
      port("0000:00:07.0", group: 1),
      function("0000:01:00.0", "1af4:1041", class: 0x020000, below: "0000:00:07.0"),
      port("0000:00:08.0", group: 3), card("0000:02:00.0", behind: "0000:00:08.0", group: 4),
    ]
    #expect(chosen.search(now) == .found(address("0000:02:00.0")))
  }

  @Test func findsTheOnlyOneOfItsKindInAnotherSlot() throws {
    let chosen = try identity("0000:01:00.0", among: oneCard)
    let now = [port("0000:00:0b.0", group: 3), card("0000:01:00.0", behind: "0000:00:0b.0", group: 4)]
    #expect(chosen.search(now) == .found(address("0000:01:00.0")))
  }

  @Test func doesNotFollowBehindOtherBridges() throws {
    let chosen = try identity("0000:01:00.0", among: oneCard)
    var other = oneCard
    other[0].device = 0x000d
    #expect(chosen.search(other) == .uncertain(.otherWay(address("0000:01:00.0"))))
    let onRootBus = [function("0000:00:05.0", "8086:10d3", class: 0x020000)]
    #expect(chosen.search(onRootBus) == .uncertain(.otherWay(address("0000:00:05.0"))))
  }

  @Test func bothTwinsAreKnownByTheirPlaces() throws {
    for at in ["0000:01:00.0", "0000:02:00.0"] {
      let chosen = try identity(at, among: twoCards)
      #expect(chosen.twins.count == 1)
      #expect(chosen.search(twoCards) == .found(address(at)))
    }
  }

  /// Whatever happens to one of two of a kind, neither is taken for the other.
  @Test func twinsThatMovedAreNeverGuessed() throws {
    let first = try identity("0000:01:00.0", among: twoCards)
    let second = try identity("0000:02:00.0", among: twoCards)
    // The first is gone: what is left may have its address, or its own.
    let left = [port("0000:00:09.0", group: 5), card("0000:01:00.0", behind: "0000:00:09.0", group: 6)]
    #expect(first.search(left) == .uncertain(.ambiguous([address("0000:01:00.0")])))
    #expect(second.search(left) == .uncertain(.ambiguous([address("0000:01:00.0")])))
    // Both moved one slot on: the first sits where the second sat.
    let shifted = [
      port("0000:00:09.0", group: 3), card("0000:01:00.0", behind: "0000:00:09.0", group: 4),
      port("0000:00:0a.0", group: 5), card("0000:02:00.0", behind: "0000:00:0a.0", group: 6),
    ]
    for identity in [first, second] {
      #expect(
        identity.search(shifted)
          == .uncertain(.ambiguous([address("0000:01:00.0"), address("0000:02:00.0")])))
    }
  }

  /// A card of the same kind came and sits in the old one's place.
  @Test func aNewTwinInItsPlaceIsNotTaken() throws {
    let chosen = try identity("0000:01:00.0", among: oneCard)
    guard case .uncertain(.ambiguous(let places)) = chosen.search(twoCards) else {
      Issue.record("a twin was guessed")
      return
    }
    #expect(places.count == 2)
  }

  @Test func portsOfOneCardAreNoTwins() throws {
    let card = [
      port("0000:00:08.0", group: 3), card("0000:01:00.0", behind: "0000:00:08.0", group: 4),
      card("0000:01:00.1", behind: "0000:00:08.0", group: 4),
    ]
    let chosen = try identity("0000:01:00.1", among: card)
    #expect(chosen.twins.isEmpty)
    var moved = card
    moved[0] = port("0000:00:0c.0", group: 3)
    for index in [1, 2] { moved[index].parent = address("0000:00:0c.0") }
    #expect(chosen.search(moved) == .found(address("0000:01:00.1")))
  }

  @Test func saysWhatSitsThereNow() throws {
    let chosen = try identity("0000:01:00.0", among: oneCard)
    #expect(chosen.search([]) == .uncertain(.missing))
    var other = oneCard
    other[1].device = 0x1533
    #expect(chosen.search(other) == .uncertain(.replaced(by: DeviceIDs("8086:1533"))))
    other[1].vendor = nil
    #expect(chosen.search(other) == .uncertain(.replaced(by: nil)))
  }

  /// Each of the facts by itself makes it another device.
  @Test func everyFactCounts() throws {
    let chosen = try identity("0000:01:00.0", among: oneCard)
    let changes: [(inout PCIDevice) -> Void] = [
      { $0.vendor = 0x8087 }, { $0.device = 0x10d4 }, { $0.subsystemVendor = 1 }, { $0.subsystemDevice = 1 },
      { $0.deviceClass = 0x020001 }, { $0.deviceClass = nil },
    ]
    for change in changes {
      var devices = oneCard
      change(&devices[1])
      #expect(chosen.search(devices) != .found(address("0000:01:00.0")))
    }
  }

  @Test func aCircleOfBridgesIsNoWay() {
    var devices = oneCard
    devices[0].parent = address("0000:01:00.0")
    #expect(DeviceIdentity(of: devices[1], among: devices) == nil)
  }
}

extension String {
  fileprivate var replacingDomain: String { hasPrefix("10000:") ? "000" + self : self }
}
