import HostModel
import PCISurvey
import TestHosts
import Testing

@testable import Diagnosis

struct ChosenGroupsTests {
  private static let card = "0000:01:00.0"

  private static func evidence(
    chosen: [String]?, audio: String? = nil, _ uses: HostUses = HostUses(),
    _ change: (inout PCITree) -> Void = { _ in }
  ) -> HostEvidence {
    var tree = PCITree()
    tree.add("0000:00:01.0", class: "060400", driver: "pcieport", group: 1)
    tree.add(
      card, class: "030000", driver: "vfio-pci", group: 1, below: "0000:00:01.0", ["reset_method": "bus"])
    tree.add("0000:01:00.1", class: "040300", driver: audio, group: 1, below: "0000:00:01.0")
    tree.add("0000:02:00.0", class: "020000", driver: "igb", group: 2)
    change(&tree)
    var evidence = HostEvidence(root: "test", isRunningHost: false)
    evidence.pciDevices = surveyPCIDevices(tree.root)
    evidence.iommuGroups = surveyIOMMUGroups(tree.root)
    evidence.hostUses = .found(uses, source: "test")
    let path = "etc/passthru-doctor/bindings.conf"
    evidence.chosenDevices =
      chosen.map { .found($0.compactMap { PCIAddress($0) }, source: path) } ?? .absent(source: path)
    return evidence
  }

  @Test func withoutAChoiceTheFreeGroupsAreOffered() {
    let verdict = ChosenGroups.judge(Self.evidence(chosen: nil))
    #expect(verdict.status == .skipped)
    #expect(verdict.summary.contains("group 1 (display 0000:01:00.0), group 2 (network 0000:02:00.0)"))
  }

  @Test func aGroupOfTheGuestsPasses() {
    #expect(ChosenGroups.judge(Self.evidence(chosen: [Self.card])).status == .pass)
  }

  @Test func whatIsGoneOrHeldIsNamed() throws {
    let gone = ChosenGroups.judge(Self.evidence(chosen: ["0000:09:00.0"]))
    #expect(gone.status == .fail && gone.cause?.id == "missing")
    let held = ChosenGroups.judge(Self.evidence(chosen: [Self.card], audio: "snd_hda_intel"))
    #expect(held.cause?.id == "not-viable" && held.commands == ["passthru-doctor bind 0000:01:00.1"])
    let along = ChosenGroups.judge(
      Self.evidence(chosen: [Self.card, "0000:01:00.1"], audio: "snd_hda_intel"))
    #expect(along.status == .pass)
    var uses = HostUses()
    uses.add(
      HostUse(.defaultRoute, "The default route goes over eth0."),
      to: try #require(PCIAddress("0000:02:00.0")))
    #expect(ChosenGroups.judge(Self.evidence(chosen: ["0000:02:00.0"], uses)).cause?.id == "host-needs-it")
  }

  @Test func regionsAndResetsOfTheFirmwareAndTheCard() {
    let reserved = Self.evidence(chosen: [Self.card]) { tree in
      tree.add("reserved_regions", "0x0 0xffff direct\n", to: "sys/kernel/iommu_groups/1")
    }
    #expect(ChosenGroups.judge(reserved).cause?.id == "reserved-region")
    let stuck = Self.evidence(chosen: [Self.card]) {
      $0.add("reset_method", "\n", to: $0.path(of: Self.card))
    }
    let verdict = ChosenGroups.judge(stuck)
    #expect(verdict.status == .warn && verdict.cause?.id == "no-reset")
  }

  @Test func whatIsNotKnownIsUnknown() {
    #expect(ChosenGroups.judge(HostEvidence(root: "test", isRunningHost: false)).status == .unknown)
    var evidence = Self.evidence(chosen: ["0000:02:00.0"])
    evidence.hostUses = .notLookedAt
    #expect(ChosenGroups.judge(evidence).status == .unknown)
    evidence = Self.evidence(chosen: [Self.card])
    evidence.pciDevices = .unreadable(source: "sys/bus/pci/devices", reason: "sysfs is not mounted")
    #expect(ChosenGroups.judge(evidence).status == .unknown)
  }
}
