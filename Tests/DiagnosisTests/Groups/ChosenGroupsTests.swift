import HostModel
import PCISurvey
import TestHosts
import Testing

@testable import Diagnosis

struct ChosenGroupsTests {
  private static let card = "0000:01:00.0"

  private static func evidence(
    chosen: [String]?, overrides: [String] = [], audio: String? = nil, _ uses: HostUses = HostUses(),
    _ change: (inout PCITree) -> Void = { _ in }
  ) throws -> HostEvidence {
    var tree = PCITree()
    tree.add("0000:00:01.0", class: "060400", driver: "pcieport", group: 1)
    tree.add(
      card, class: "030000", driver: "vfio-pci", group: 1, below: "0000:00:01.0", ["reset_method": "bus"])
    tree.add("0000:01:00.1", class: "040300", driver: audio, group: 1, below: "0000:00:01.0")
    tree.add("0000:02:00.0", class: "020000", driver: "igb", group: 2)
    // There was one more card when the devices were chosen.
    var before = tree
    before.add("0000:09:00.0", id: "1b21:0612", class: "010601", driver: "ahci", group: 3)
    let then = try #require(surveyPCIDevices(before.root).value)
    change(&tree)
    var evidence = HostEvidence(root: "test", isRunningHost: false)
    evidence.pciDevices = surveyPCIDevices(tree.root)
    evidence.iommuGroups = surveyIOMMUGroups(tree.root)
    evidence.hostUses = .found(uses, source: "test")
    let path = "etc/passthru-doctor/bindings.conf"
    evidence.bindings =
      try chosen.map { addresses in
        let devices = try addresses.map { address in
          let device = try #require(then.first { $0.address == PCIAddress(address) })
          return ChosenDevice(
            identity: try #require(DeviceIdentity(of: device, among: then)), overrides: overrides)
        }
        return .found(BindingConfiguration(groups: [ChosenGroup(devices: devices)]), source: path)
      } ?? .absent(source: path)
    return evidence
  }

  @Test func withoutAChoiceTheFreeGroupsAreOffered() throws {
    let verdict = ChosenGroups.judge(try Self.evidence(chosen: nil))
    #expect(verdict.status == .skipped)
    #expect(verdict.summary.contains("group 1 (display 0000:01:00.0), group 2 (network 0000:02:00.0)"))
  }

  @Test func aGroupOfTheGuestsPasses() throws {
    #expect(ChosenGroups.judge(try Self.evidence(chosen: [Self.card])).status == .pass)
  }

  @Test func whatIsGoneIsMissing() throws {
    let gone = ChosenGroups.judge(try Self.evidence(chosen: ["0000:09:00.0"]))
    #expect(gone.status == .fail && gone.cause?.id == "missing")
    #expect(gone.summary.contains("chosen at 0000:09:00.0, is not there"))
    // Another card at the address is not what was chosen.
    let exchanged = ChosenGroups.judge(
      try Self.evidence(chosen: ["0000:09:00.0"]) {
        $0.add("0000:09:00.0", id: "15b3:1017", class: "020000", driver: "vfio-pci", group: 3)
      })
    #expect(exchanged.cause?.id == "missing" && exchanged.summary.contains("15b3:1017"))
    let back = ChosenGroups.judge(
      try Self.evidence(chosen: ["0000:09:00.0"]) {
        $0.add("0000:09:00.0", id: "1b21:0612", class: "010601", driver: "vfio-pci", group: 3)
      })
    #expect(back.status == .pass)
  }

  @Test func aMemberThatWasNotChosenIsInTheWay() throws {
    let held = ChosenGroups.judge(try Self.evidence(chosen: [Self.card], audio: "snd_hda_intel"))
    #expect(held.cause?.id == "not-viable" && held.commands == ["passthru-doctor bind 0000:01:00.1"])
    let along = ChosenGroups.judge(
      try Self.evidence(chosen: [Self.card, "0000:01:00.1"], audio: "snd_hda_intel"))
    #expect(along.status == .pass)
  }

  @Test func whatTheHostLivesOnFailsUnlessItWasOverridden() throws {
    var uses = HostUses()
    uses.add(
      HostUse(.defaultRoute, "The default route goes over eth0."),
      to: try #require(PCIAddress("0000:02:00.0")))
    #expect(
      ChosenGroups.judge(try Self.evidence(chosen: ["0000:02:00.0"], uses)).cause?.id == "host-needs-it")
    #expect(
      ChosenGroups.judge(
        try Self.evidence(chosen: ["0000:02:00.0"], overrides: ["default-route"], uses)
      ).status == .pass)
    #expect(
      ChosenGroups.judge(
        try Self.evidence(chosen: ["0000:02:00.0"], overrides: ["console"], uses)
      ).cause?.id == "host-needs-it")
  }

  @Test func regionsAndResetsOfTheFirmwareAndTheCard() throws {
    let reserved = try Self.evidence(chosen: [Self.card]) { tree in
      tree.add("reserved_regions", "0x0 0xffff direct\n", to: "sys/kernel/iommu_groups/1")
    }
    #expect(ChosenGroups.judge(reserved).cause?.id == "reserved-region")
    let stuck = try Self.evidence(chosen: [Self.card]) {
      $0.add("reset_method", "\n", to: $0.path(of: Self.card))
    }
    let verdict = ChosenGroups.judge(stuck)
    #expect(verdict.status == .warn && verdict.cause?.id == "no-reset")
  }

  @Test func whatIsNotKnownIsUnknown() throws {
    #expect(ChosenGroups.judge(HostEvidence(root: "test", isRunningHost: false)).status == .unknown)
    var evidence = try Self.evidence(chosen: ["0000:02:00.0"])
    evidence.hostUses = .notLookedAt
    #expect(ChosenGroups.judge(evidence).status == .unknown)
    evidence = try Self.evidence(chosen: [Self.card])
    evidence.pciDevices = .unreadable(source: "sys/bus/pci/devices", reason: "sysfs is not mounted")
    #expect(ChosenGroups.judge(evidence).status == .unknown)
  }
}
