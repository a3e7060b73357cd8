import HostModel
import Testing

struct TargetTests {
  @Test(arguments: ["0000:00:1f.2", "00:1f.2", "pci_0000_00_1f_2"])
  func readsADeviceInEachForm(text: String) {
    #expect(DeviceTarget(text)?.description == "0000:00:1f.2")
  }

  @Test func readsAGroup() {
    #expect(DeviceTarget("group:13") == .group(13))
  }

  @Test(arguments: [
    "", "group:", "group:-1", "group:+1", "group:1f", "group:99999999999999999999", "13", "eth0",
  ])
  func refusesWhatIsNone(text: String) {
    #expect(DeviceTarget(text) == nil)
  }

  @Test func anAddressStandsForItsGroup() throws {
    let selection = try select("00:1f.2", "group:7", "01:00.0")
    #expect(selection.groups.map(\.id) == [7, 12])
    #expect(selection.members.map(\.description) == ["0000:00:1f.0", "0000:00:1f.2", "0000:01:00.0"])
    #expect(
      selection.notices == ["0000:00:1f.2 stands for its whole group 7: 0000:00:1f.0, 0000:00:1f.2."])
  }

  @Test(arguments: [
    ("group:8", "there is no IOMMU group 8"), ("02:00.0", "there is no PCI device 0000:02:00.0"),
    ("00:00.2", "0000:00:00.2 is in no IOMMU group"),
  ])
  func saysWhyATargetNamesNoGroup(text: String, beginning: String) {
    #expect {
      try select(text)
    } throws: { error in
      "\(error)".hasPrefix(beginning)
    }
  }

  @Test func saysThatNoIOMMUIsInUse() {
    var evidence = HostEvidence(root: "/", isRunningHost: true)
    evidence.iommuGroups = .found([], source: "sys/kernel/iommu_groups")
    #expect(throws: TargetError.noIOMMU(source: "sys/kernel/iommu_groups")) {
      try TargetSelection(of: [.group(1)], on: evidence)
    }
  }

  private func select(_ texts: String...) throws -> TargetSelection {
    let chipset = try ["0000:00:1f.0", "0000:00:1f.2"].map { try #require(PCIAddress($0)) }
    let card = try #require(PCIAddress("0000:01:00.0"))
    let iommu = try #require(PCIAddress("0000:00:00.2"))
    var evidence = HostEvidence(root: "/", isRunningHost: true)
    evidence.iommuGroups = .found(
      [IOMMUGroup(id: 7, members: chipset), IOMMUGroup(id: 12, members: [card])],
      source: "sys/kernel/iommu_groups")
    evidence.pciDevices = .found(
      (chipset + [card, iommu]).map { PCIDevice(address: $0, vendor: 0x8086, device: 1, deviceClass: 0) },
      source: "sys/bus/pci/devices")
    return try TargetSelection(of: texts.map { try #require(DeviceTarget($0)) }, on: evidence)
  }
}
