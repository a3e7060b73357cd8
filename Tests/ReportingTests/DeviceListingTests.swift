import Diagnosis
import Foundation
import HostModel
import Testing

@testable import Reporting

struct DeviceListingTests {
  private static func listing() throws -> DeviceListing {
    func device(_ address: String, _ code: UInt32, _ driver: String?, _ group: Int?, below: String?) throws
      -> PCIDevice
    {
      var device = PCIDevice(
        address: try #require(PCIAddress(address)), vendor: 0x8086, device: 0x1533, deviceClass: code,
        driver: driver, group: group)
      device.parent = below.flatMap { PCIAddress($0) }
      return device
    }
    let devices = [
      try device("0000:00:01.0", 0x060400, "pcieport", 1, below: nil),
      try device("0000:00:02.0", 0x030000, nil, nil, below: nil),
      try device("0000:01:00.0", 0x020000, "a_driver_with_a_long_name", 1, below: "0000:00:01.0"),
      try device("0000:01:00.1", 0x020000, nil, 12, below: "0000:00:01.0"),
    ]
    var names = PCINames()
    names.vendors[0x8086] = "A Vendor With a Name That Is Long Enough to Be Cut"
    names.devices[0x8086_1533] = "Card\u{1b}[31m"
    names.classes[0x0200] = "Ethernet controller"
    var uses = HostUses()
    uses.add(HostUse(.root, "/ is mounted from sda2 (ext4)."), to: devices[2].address)
    return DeviceListing(
      devices: devices, names: names, uses: uses,
      reservedRegions: [1: [ReservedRegion(first: 0xfee0_0000, last: 0xfeef_ffff, kind: "msi")]],
      candidates: nil)
  }

  private let narrow = TerminalStyle.plain
  private let unicode = TerminalStyle(usesColor: false, usesUnicode: true, width: 100)

  @Test func theTableFitsItsWidthAndIsSafeToPrint() throws {
    for verbosity in [Verbosity.normal, .verbose] {
      let lines = try Self.listing().table(narrow, verbosity: verbosity).split(separator: "\n")
      #expect(lines.allSatisfy { $0.count <= 80 && !$0.contains("\u{1b}") })
    }
    let text = try Self.listing().table(narrow, verbosity: .normal)
    #expect(text.contains("host: root"))
    #expect(text.contains("0000:00:02.0      -  -"))
  }

  @Test func theTreeShowsWhatGoesTogether() throws {
    let lines = try Self.listing().tree(narrow).split(separator: "\n").map(String.init)
    #expect(lines.allSatisfy { $0.count <= 100 })
    #expect(lines[1].hasPrefix("    1 / 0000:00:01.0 "))
    #expect(lines[2].hasPrefix("    1 \\ +-0000:01:00.0 "))
    #expect(lines[3].hasPrefix("   12   `-0000:01:00.1 "))
    #expect(lines[4].hasPrefix("    -   0000:00:02.0 "))
    #expect(try Self.listing().tree(unicode).contains("└ ├─0000:01:00.0"))
  }

  @Test func parentsInCirclesAreAllShownOnce() throws {
    var listing = try Self.listing()
    listing.devices[0].parent = listing.devices[2].address
    let text = listing.tree(narrow)
    for device in listing.devices {
      #expect(text.components(separatedBy: device.address.description).count == 2)
    }
  }

  @Test func aDocumentOfTextsIsTheDocumentOfTheList() throws {
    let listing = try Self.listing()
    let whole = JSON.object([
      ("schema", .string("passthru-doctor/devices/1")), ("devices", listing.devicesJSON),
    ]).document
    for cut in listing.devices.indices.dropFirst() {
      let stretches = [listing.text(0..<cut), listing.text(cut..<listing.devices.count)]
      #expect(DeviceListing.document(stretches).flatMap(\.self) == whole)
    }
    let none = JSON.object([("schema", .string("passthru-doctor/devices/1")), ("devices", .array([]))])
      .document
    #expect(DeviceListing.document([]).flatMap(\.self) == none)
  }

  @Test func aGroupNamesObstaclesAndOneCommand() throws {
    let listing = try Self.listing()
    var evidence = HostEvidence(root: "test", isRunningHost: false)
    evidence.pciDevices = .found(listing.devices, source: "")
    evidence.hostUses = .found(listing.uses, source: "")
    let judgements = PCIIndex(evidence).judgements
    let text = listing.text(judgements, narrow, isDetailed: true)
    #expect(text.contains("Group 1: it stays with the host"))
    #expect(text.contains("  - 0000:01:00.0: / is mounted from sda2 (ext4)."))
    // Nothing is bound to VFIO while the host lives on the group.
    #expect(!text.contains("passthru-doctor bind 0000:01:00.0"))
    #expect(text.contains("    $ passthru-doctor bind 0000:01:00.1"))
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 })
    #expect(listing.text([], narrow, isDetailed: false) == "There is no IOMMU group.\n")
  }
}
