import HostFiles
import HostModel
import PCISurvey
import TestHosts
import Testing

@testable import Diagnosis

struct GroupJudgementTests {
  /// The article's group: ISA bridge, SATA and SMBus of a q35 machine, and a card behind a port.
  private static func host(_ drivers: [String: String] = ["0000:00:1f.2": "ahci"]) -> PCITree {
    var tree = PCITree()
    tree.add("0000:00:1f.0", class: "060100", driver: drivers["0000:00:1f.0"], group: 3)
    tree.add("0000:00:1f.2", class: "010601", driver: drivers["0000:00:1f.2"], group: 3)
    tree.add("0000:00:1f.3", class: "0c0500", driver: drivers["0000:00:1f.3"], group: 3)
    tree.add("0000:00:01.0", class: "060400", driver: "pcieport", group: 1)
    tree.add(
      "0000:01:00.0", class: "020000", driver: drivers["0000:01:00.0"], group: 1, below: "0000:00:01.0")
    return tree
  }

  private static func evidence(_ tree: PCITree, _ uses: HostUses = HostUses()) -> HostEvidence {
    var evidence = HostEvidence(root: "test", isRunningHost: false)
    evidence.pciDevices = surveyPCIDevices(tree.root)
    evidence.iommuGroups = surveyIOMMUGroups(tree.root)
    evidence.hostUses = .found(uses, source: "test")
    return evidence
  }

  private static func judge(_ tree: PCITree, _ uses: HostUses = HostUses(), group: Int) throws
    -> GroupJudgement
  {
    try #require(PCIIndex(evidence(tree, uses)).judgements.first { $0.group.id == group })
  }

  private static func use(_ use: HostUse, of address: String) throws -> HostUses {
    var uses = HostUses()
    uses.add(use, to: try #require(PCIAddress(address)))
    return uses
  }

  @Test func theArticlesGroupNamesEveryMemberAndTheISABridgesDecision() throws {
    let judgement = try Self.judge(Self.host(), group: 3)
    #expect(judgement.verdict == .needsBinding)
    #expect(
      judgement.blockers.map(\.address.description) == ["0000:00:1f.0", "0000:00:1f.2", "0000:00:1f.3"])
    #expect(judgement.blockers[0].reason.contains("ISA bridge"))
    #expect(judgement.blockers[1].reason == "It is bound to ahci, not to VFIO.")
    #expect(judgement.blockers[1].command == "passthru-doctor detach 0000:00:1f.2")
  }

  @Test func aPortOnItsOwnDriverDoesNotStandInTheWay() throws {
    let bound = try Self.judge(Self.host(["0000:01:00.0": "e1000e"]), group: 1)
    #expect(bound.verdict == .needsBinding && bound.blockers.map(\.address.description) == ["0000:01:00.0"])
    let ready = try Self.judge(Self.host(["0000:01:00.0": "vfio-pci"]), group: 1)
    #expect(ready.verdict == .viable && ready.blockers.isEmpty)
    let variant = try Self.judge(Self.host(["0000:01:00.0": "mlx5_vfio_pci"]), group: 1)
    #expect(variant.verdict == .viable)
    let idle = try Self.judge(Self.host(), group: 1)
    #expect(idle.verdict == .needsBinding)
  }

  @Test func membersWithoutDriverAreSufferedBesideBoundOnes() throws {
    let judgement = try Self.judge(Self.host(["0000:00:1f.2": "vfio-pci"]), group: 3)
    #expect(judgement.verdict == .viable && judgement.blockers.isEmpty)
    #expect(judgement.notes.contains { $0.text.contains("no driver") && $0.address?.function == 3 })
  }

  @Test func whatTheHostLivesOnIsRefused() throws {
    let root = HostUse(.root, "/ is mounted from sda2 (ext4).")
    let judgement = try Self.judge(Self.host(), try Self.use(root, of: "0000:00:1f.2"), group: 3)
    #expect(judgement.verdict == .hostNeedsIt)
    #expect(judgement.blockers.contains { $0.reason == root.detail && $0.address.function == 2 })
    let given = Self.host(["0000:00:1f.2": "vfio-pci"])
    #expect(try Self.judge(given, try Self.use(root, of: "0000:00:1f.2"), group: 3).verdict == .viable)
  }

  @Test func aSignatureDoesNotRefuse() throws {
    let old = HostUse(.signature, "sdb1 carries a signature (ext4) that nothing uses.", isEssential: false)
    let judgement = try Self.judge(Self.host(), try Self.use(old, of: "0000:00:1f.2"), group: 3)
    #expect(judgement.verdict == .needsBinding)
    #expect(judgement.notes.contains { $0.text == old.detail })
  }

  @Test func aDoubtIsNeverTakenForAnAnswer() throws {
    var uses = HostUses()
    uses.add(UseGap("the mount table could not be read", .storage))
    #expect(try Self.judge(Self.host(), uses, group: 3).verdict == .unknown)
    #expect(try Self.judge(Self.host(), uses, group: 1).verdict == .needsBinding)
    // What VFIO has holds no disk of the host's.
    #expect(try Self.judge(Self.host(["0000:00:1f.2": "vfio-pci"]), uses, group: 3).verdict == .viable)
    uses.add(HostUse(.root, "root"), to: try #require(PCIAddress("0000:00:1f.2")))
    #expect(try Self.judge(Self.host(), uses, group: 3).verdict == .hostNeedsIt)
    var unseen = Self.evidence(Self.host())
    unseen.hostUses = .notLookedAt
    #expect(PCIIndex(unseen).judgements.map(\.verdict) == [.unknown, .unknown])
  }

  @Test func aMemberThatIsGoneIsADoubt() throws {
    var tree = Self.host(["0000:00:1f.2": "vfio-pci"])
    tree.link("sys/kernel/iommu_groups/3/devices/0000:00:1f.7", to: "../../../../devices/gone")
    let judgement = try Self.judge(tree, group: 3)
    #expect(judgement.verdict == .unknown && judgement.blockers.map(\.kind) == [.unmeasured])
  }

  @Test func groupsThatNoGuestCanHave() throws {
    var tree = Self.host(["0000:01:00.0": "vfio-pci"])
    tree.add("reserved_regions", "0x7b000000 0x7fffffff direct\n", to: "sys/kernel/iommu_groups/1")
    let reserved = try Self.judge(tree, group: 1)
    #expect(reserved.verdict == .hostNeedsIt && reserved.blockers.map(\.kind) == [.reservedRegion])
    tree = PCITree()
    tree.add("0000:00:1c.0", class: "060400", driver: "pcieport", group: 5)
    tree.add(".keep", "", to: "sys/kernel/iommu_groups/6/devices")
    tree.add("0000:09:00.0", class: "020000", driver: "vfio-pci", group: 7)
    tree.add("name", "vfio-noiommu\n", to: "sys/kernel/iommu_groups/7")
    #expect(try Self.judge(tree, group: 5).blockers.map(\.kind) == [.noEndpoint])
    #expect(try Self.judge(tree, group: 6).verdict == .unknown)
    #expect(try Self.judge(tree, group: 7).verdict == .unknown)
  }

  @Test func aHostBridgeWithADriverOfItsOwnHasToLoseIt() throws {
    var tree = PCITree()
    tree.add("0000:00:00.0", class: "060000", driver: "ie31200_edac", group: 1)
    tree.add("0000:01:00.0", class: "020000", driver: "vfio-pci", group: 1)
    let judgement = try Self.judge(tree, group: 1)
    #expect(judgement.verdict == .needsBinding && judgement.blockers.map(\.address.bus) == [0])
  }

  @Test func notesNameTheBridgeThatJoinsTheRestOfTheCardAndItsTwin() throws {
    var tree = PCITree()
    tree.add("0000:00:1c.0", class: "060400", driver: "pcieport", group: 1)
    tree.add("0000:02:00.0", class: "020000", driver: "igb", group: 1, below: "0000:00:1c.0")
    tree.add("0000:00:1c.4", class: "060400", driver: "pcieport", group: 2)
    tree.add(
      "0000:03:00.0", id: "10de:1b80", class: "030000", driver: "nouveau", group: 2, below: "0000:00:1c.4",
      ["reset_method": ""])
    tree.add("0000:03:00.1", id: "10de:10f0", class: "040300", group: 4, below: "0000:00:1c.4")
    tree.add("0000:04:00.0", id: "10de:1b80", class: "030000", group: 5)
    let network = try Self.judge(tree, group: 1).notes.map(\.text)
    #expect(
      network == [
        "0000:00:1c.0 joins it with what is behind (0000:02:00.0): it does not control access between them (no ACS)."
      ])
    let card = try Self.judge(tree, group: 2).notes.map(\.text)
    #expect(card.contains { $0.contains("0000:03:00.1 in group 4") })
    #expect(card.contains { $0.hasPrefix("0000:04:00.0 has the same ids") })
    #expect(card.contains { $0.hasPrefix("It cannot be reset") })
  }
}
