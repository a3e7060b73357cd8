import Glibc
import HostFiles
import HostModel
import PCISurvey
import TestHosts
import Testing

struct SurveyTests {
  @Test func readsAFunctionBehindAPort() throws {
    var tree = PCITree()
    tree.add("0000:00:01.0", id: "8086:1901", class: "060400", driver: "pcieport", group: 1)
    tree.add(
      "0000:01:00.0", id: "10de:1b80", class: "030000", subsystem: "1043:85aa", driver: "nouveau", group: 1,
      below: "0000:00:01.0",
      [
        "numa_node": "-1", "boot_vga": "1", "driver_override": "(null)",
        "reset_method": "flr bus",
      ])
    let devices = try #require(surveyPCIDevices(tree.root).value)
    #expect(devices.map(\.address.description) == ["0000:00:01.0", "0000:01:00.0"])
    let card = try #require(devices.last)
    #expect(card.vendor == 0x10de && card.device == 0x1b80 && card.deviceClass == 0x030000)
    #expect(card.subsystemVendor == 0x1043 && card.subsystemDevice == 0x85aa)
    #expect(card.driver == "nouveau" && card.group == 1 && card.driverOverride == nil)
    #expect(card.parent == devices.first?.address && card.numaNode == nil && card.bootVGA == true)
    #expect(card.resetMethods == ["flr", "bus"])
    #expect(card.modalias == "pci:v000010DEd00001B80sv00001043sd000085AAbc03sc00i00")
    #expect(devices.first?.isBridge == true && devices.first?.parent == nil)
    #expect(devices.first?.resetMethods == nil)
  }

  @Test func readsAttributesWhereThereIsNoEvent() throws {
    var files = RecordedFiles()
    let path = "sys/bus/pci/devices/0000:02:00.0"
    let attributes = [
      "vendor": "0x15b3", "device": "0x1015", "class": "0x020000", "subsystem_vendor": "0x15b3",
    ]
    for (name, value) in attributes { files.add(.file(Array((value + "\n").utf8)), at: "\(path)/\(name)") }
    files.add(.link("../../../../bus/pci/drivers/mlx5_core"), at: path + "/driver")
    let devices = surveyPCIDevices(HostRoot(recording: files, name: "test")).value
    let card = try #require(devices?.first)
    #expect(card.vendor == 0x15b3 && card.device == 0x1015 && card.deviceClass == 0x020000)
    #expect(card.subsystemVendor == 0x15b3 && card.subsystemDevice == nil && card.driver == "mlx5_core")
  }

  @Test func findsVirtualFunctionsAndDomainsOfVMD() throws {
    var tree = PCITree()
    tree.add("0000:00:0e.0", id: "8086:9a0b", class: "010400", driver: "vmd", group: 9)
    let vmd = tree.path(of: "0000:00:0e.0")
    let port = vmd + "/pci10000:e0/10000:e0:06.0"
    tree.add("uevent", "PCI_CLASS=60400\nPCI_ID=8086:9A09\n", to: port)
    tree.link("sys/bus/pci/devices/10000:e0:06.0", to: "../../../" + port.dropFirst(4))
    tree.add("0000:b1:00.0", id: "15b3:1021", class: "020000", group: 11)
    let virtual = tree.add("0000:b1:00.2", id: "15b3:101e", class: "020000", group: 11)
    tree.link(virtual + "/physfn", to: "../0000:b1:00.0")
    let devices = try #require(surveyPCIDevices(tree.root).value)
    #expect(
      devices.map(\.address.description) == ["0000:00:0e.0", "0000:b1:00.0", "0000:b1:00.2", "10000:e0:06.0"])
    #expect(devices[1].virtualFunctionOf == nil)
    #expect(devices[2].virtualFunctionOf == devices[1].address)
    #expect(devices[3].parent == devices[0].address)
  }

  @Test func readsGroups() throws {
    var tree = PCITree()
    tree.add("0000:00:1f.2", class: "010601", driver: "ahci", group: 10)
    tree.add("0000:00:1f.0", class: "060100", group: 10)
    tree.add("0000:00:02.0", class: "030000", group: 2)
    let path = "sys/kernel/iommu_groups/10"
    tree.add("type", "DMA-FQ\n", to: path)
    tree.add(
      "reserved_regions",
      "0x0000000000000000 0x0000000000ffffff direct\nrubbish\n0x00000000fee00000 0x00000000feefffff msi\n",
      to: path)
    let groups = try #require(surveyIOMMUGroups(tree.root).value)
    #expect(groups.map(\.id) == [2, 10])
    #expect(groups[1].members.map(\.description) == ["0000:00:1f.0", "0000:00:1f.2"])
    #expect(groups[1].domainType == "DMA-FQ" && groups[1].name == nil && groups[0].reservedRegions == nil)
    #expect(
      groups[1].reservedRegions == [
        ReservedRegion(first: 0, last: 0xffffff, kind: "direct"),
        ReservedRegion(first: 0xfee0_0000, last: 0xfeef_ffff, kind: "msi"),
      ])
    #expect(groups[1].reservedRegions?.map(\.forbidsPassthrough) == [true, false])
    #expect(surveyReservedRegions(of: [10, 2, 77], tree.root).keys.sorted() == [10])
  }

  @Test func tellsWhatIsNotThereFromWhatIsNotMounted() {
    let empty = HostRoot(recording: RecordedFiles(["etc/fstab": .file([])]), name: "test")
    #expect(surveyPCIDevices(empty) == .unreadable(source: pciDevicesPath, reason: "sysfs is not mounted"))
    #expect(surveyIOMMUGroups(empty) == .unreadable(source: iommuGroupsPath, reason: "sysfs is not mounted"))
    let mounted = HostRoot(recording: RecordedFiles(["sys/kernel/notes": .file([])]), name: "test")
    #expect(surveyPCIDevices(mounted) == .absent(source: pciDevicesPath))
    #expect(surveyIOMMUGroups(mounted) == .absent(source: iommuGroupsPath))
  }
}
