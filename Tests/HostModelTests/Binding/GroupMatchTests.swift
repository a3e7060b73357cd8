import HostModel
import Testing

struct GroupMatchTests {
  private func match(_ addresses: [String], _ devices: [PCIDevice], now: [PCIDevice]) -> GroupDecision {
    chosen(addresses, among: devices).match(devices: now, groups: groups(of: now))
  }

  private let article = ["0000:00:1f.0", "0000:00:1f.2", "0000:00:1f.3"]

  @Test func bindsTheWholeGroup() {
    #expect(match(article, sataGroup, now: sataGroup).addresses == article)
  }

  @Test func bridgesThatStayWithTheHostAreNoStrangers() {
    var devices = oneCard
    devices[0].group = 4
    #expect(match(["0000:01:00.0"], devices, now: devices).addresses == ["0000:01:00.0"])
  }

  @Test func aStrangerLeavesAllAlone() {
    // The ISA bridge was not chosen; and one more function came into the group.
    #expect(match(["0000:00:1f.2", "0000:00:1f.3"], sataGroup, now: sataGroup).reason == .stranger)
    let more = sataGroup + [function("0000:00:1f.6", "8086:15fa", class: 0x020000, group: 7)]
    #expect(match(article, sataGroup, now: more).reason == .stranger)
    // One whose class cannot be read may be anything.
    let unknown = sataGroup + [function("0000:00:1f.7", "8086:15fa", class: 0, group: 7)]
    #expect(match(article, sataGroup, now: unknown).reason == .stranger)
  }

  @Test func aMemberThatIsNotListedIsAStranger() {
    var current = groups(of: oneCard)
    current[1].members.append(address("0000:05:00.0"))
    let group = chosen(["0000:01:00.0"], among: oneCard)
    #expect(group.match(devices: oneCard, groups: current).reason == .stranger)
    current[1].members.removeLast()
    current[1].otherMembers = ["MSFT0101:00"]
    #expect(group.match(devices: oneCard, groups: current).reason == .stranger)
    current[1].members = []
    #expect(group.match(devices: oneCard, groups: current).reason == .unreadable)
  }

  @Test func aGroupThatSplitIsStillBoundWhole() {
    var now = sataGroup
    now[2].group = 8
    #expect(match(article, sataGroup, now: now).addresses == article)
  }

  @Test func withoutIOMMUNothingIsBound() {
    let off = sataGroup.map { device in
      var device = device
      device.group = nil
      return device
    }
    #expect(match(article, sataGroup, now: off).reason == .iommuOff)
    var partly = sataGroup
    partly[1].group = nil
    #expect(match(article, sataGroup, now: partly).reason == .iommuOff)
    var unsafe = groups(of: sataGroup)
    unsafe[0].name = "vfio-noiommu"
    #expect(chosen(article, among: sataGroup).match(devices: sataGroup, groups: unsafe).reason == .iommuOff)
  }

  @Test func oneMissingMemberLeavesAllAlone() {
    #expect(match(article, sataGroup, now: Array(sataGroup.dropLast())).reason == .missing)
    var changed = sataGroup
    changed[1].deviceClass = 0x010400
    #expect(match(article, sataGroup, now: changed).reason == .identityChanged)
  }

  @Test func aBridgeIsNeverBound() {
    let group = chosen(["0000:00:08.0"], among: oneCard)
    #expect(group.devices.count == 1)
    #expect(group.match(devices: oneCard, groups: groups(of: oneCard)).reason == .identityChanged)
  }

  @Test func oneDeviceForTwoChosenGroupsIsForNone() {
    let twice = BindingConfiguration(groups: [
      chosen(["0000:01:00.0"], among: oneCard), chosen(["0000:01:00.0"], among: oneCard),
      chosen(article, among: sataGroup),
    ])
    let now = oneCard + sataGroup
    let decisions = twice.match(devices: now, groups: groups(of: now))
    #expect(decisions.map(\.reason) == [.claimedTwice, .claimedTwice, nil])
  }
}
