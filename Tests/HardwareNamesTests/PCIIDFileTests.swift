import HostModel
import Testing

@testable import HardwareNames

struct PCIIDFileTests {
  private static func device(_ vendor: UInt16, _ id: UInt16, _ code: UInt32) throws -> PCIDevice {
    let address = try #require(PCIAddress(domain: 0, bus: 0, device: 0, function: 0))
    return PCIDevice(address: address, vendor: vendor, device: id, deviceClass: code)
  }

  @Test func findsNamesOfVendorsDevicesAndClasses() throws {
    let text = """
      # comment
      1234  First Vendor
      \t0001  Card One
      \t\t1234 0001  A subsystem, no device
      \t0002  Card Two
      abcd  Second Vendor
      \t0001  Other Card
      C 03  Display controller
      \t00  VGA compatible controller
      \t\t01  8514 controller
      """
    let wanted = WantedNames([
      try Self.device(0x1234, 2, 0x030000), try Self.device(0xabcd, 1, 0x030200),
      try Self.device(0x5555, 1, 0),
    ])
    let names = pciIDNames(wanted, text: Array(text.utf8))
    #expect(names.vendors == [0x1234: "First Vendor", 0xabcd: "Second Vendor"])
    #expect(names.devices == [0x1234_0002: "Card Two", 0xabcd_0001: "Other Card"])
    #expect(names.classes == [0x0300: "VGA compatible controller"])
  }

  @Test(arguments: [
    "", "C", "C ", "12", "1234", "\t", "\t\t", "zzzz  x", "1234  \n\t00", "C zz  x\n\t00  y\n\u{0}",
  ])
  func survivesWhatIsNoDatabase(text: String) throws {
    let wanted = WantedNames([try Self.device(0x1234, 0, 0x0300)])
    #expect(pciIDNames(wanted, text: Array(text.utf8)).devices.isEmpty)
  }

  @Test(.enabled(if: HardwareDatabase() != nil))
  func theCompiledDatabaseKnowsACommonVendor() throws {
    let names = hardwareNames(for: [try Self.device(0x8086, 0x1237, 0x060000)])
    #expect(names.vendors[0x8086]?.contains("Intel") == true)
    #expect(names.classes[0x0600] == "Host bridge")
    #expect(names.devices[0x8086_1237]?.isEmpty == false)
  }
}
