import GuestDefinitions
import HostModel
import Testing

struct GuestDefinitionTests {
  static let guest = """
    <domain type='kvm'>
      <name>one</name>
      <!-- <hostdev mode='subsystem' type='pci'><source><address domain='0' bus='9'/></source></hostdev> -->
      <devices>
        <controller type='pci' index='0' model='pcie-root'/>
        <controller type='pci' index='1' model='pcie-root-port'>
          <address type='pci' domain='0x0000' bus='0x00' slot='0x01' function='0x0'/>
        </controller>
        <controller type="pci" index="2" model="pcie-root-port"/>
        <interface type='network'>
          <source network='default'/>
          <address type='pci' domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>
        </interface>
        <hostdev mode='subsystem' type='pci' managed='yes'>
          <source>
            <address domain='0x0000' bus='0x03' slot='0x00' function='0x0'/>
          </source>
          <address type='pci' domain='0x0000' bus='0x05' slot='0x00' function='0x0'/>
        </hostdev>
        <hostdev mode='subsystem' type='usb' managed='yes'>
          <source>
            <address bus='1' device='3'/>
          </source>
        </hostdev>
      </devices>
    </domain>

    """

  private let card = PCIAddress(domain: 0, bus: 3, device: 0, function: 0)

  @Test func findsTheHostsDevices() throws {
    #expect(try definition().hostDevices == [try #require(card)])
  }

  @Test func addsAndTakesAwayWithoutATrace() throws {
    let before = try definition()
    let slot = guestSlots(
      of: [IOMMUGroup(id: 1, members: [try #require(PCIAddress("0000:07:00.0"))])],
      devices: [
        PCIDevice(
          address: try #require(PCIAddress("0000:07:00.0")), vendor: 1, device: 1, deviceClass: 0x020000)
      ])
    let elements = hostdevElements(for: slot, management: .boot, places: [])
    let after = try #require(before.adding(elements))
    #expect(after.hostDevices.map(\.description) == ["0000:03:00.0", "0000:07:00.0"])
    #expect(
      after.text.text.contains(
        "\n    <hostdev mode='subsystem' type='pci' managed='no'>\n      <source>\n"
          + "        <address domain='0x0000' bus='0x07' slot='0x00' function='0x0'/>\n"))
    #expect(after.removing(slot.flatMap { $0.functions.map(\.host) }) == before)
  }

  @Test func takesTheEmptyPortThenNewBuses() throws {
    #expect(try definition().freePlaces(3).map(\.bus) == [2, 6, 7])
  }

  @Test func takesFreeSlotsOfAConventionalMachine() throws {
    let text = Self.guest.replacing("model='pcie-root'", with: "model='pci-root'")
      .replacing("slot='0x01'", with: "slot='0x1e'")
    let places = try #require(GuestDefinition(Array(text.utf8))).freePlaces(2)
    #expect(places.map(\.bus) == [0, 0] && places.map(\.slot) == [0x1d, 0x1c])
  }

  @Test(arguments: [
    "", "<domain>", "<domain/>", "<domain><devices", "<network><devices/></network>",
    "<domain><devices x=1/>",
    "<domain><devices x='1/></domain>",
  ])
  func refusesWhatIsNoGuest(text: String) {
    #expect(GuestDefinition(Array(text.utf8)) == nil)
  }

  @Test func everyPrefixIsReadWithoutATrap() {
    let bytes = Array(Self.guest.utf8)
    for end in 0..<bytes.count {
      _ = GuestDefinition(Array(bytes[..<end]))?.adding(["<hostdev/>\n"])?.removing([])?.freePlaces(2)
    }
  }

  private func definition() throws -> GuestDefinition {
    try #require(GuestDefinition(Array(Self.guest.utf8)))
  }
}
