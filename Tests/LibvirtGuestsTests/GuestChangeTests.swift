import GuestDefinitions
import HostModel
import LibvirtGuests
import Testing

/// Guests are changed in a real libvirt, which takes the definitions or not.
@Suite(.enabled(if: Libvirt.isInstalled), .serialized)
struct GuestChangeTests {
  private let libvirt: Libvirt
  private let card: GuestSlot
  private let disk: GuestSlot

  init() throws {
    libvirt = try Libvirt()
    let functions = try ["0000:01:00.0", "0000:01:00.1", "0000:05:00.0"].map { text in
      PCIDevice(address: try #require(PCIAddress(text)), vendor: 0x10de, device: 1, deviceClass: 0x030000)
    }
    let slots = guestSlots(
      of: [IOMMUGroup(id: 1, members: functions.map(\.address))], devices: functions)
    card = try #require(slots.first)
    disk = try #require(slots.last)
    try define("one", machine: "q35")
  }

  @Test(arguments: ["q35", "pc"])
  func givesAndTakesAWholeGroup(machine: String) throws {
    try define("two", machine: machine)
    let before = try libvirt.virsh.definition(of: "two")
    let giving = try give([card, disk], "two")
    #expect(!giving.isRunning && giving.functions.count == 3)
    try giving.carryOut(through: libvirt.virsh)

    let after = try libvirt.virsh.definition(of: "two")
    #expect(after.hostDevices == [card, disk].flatMap { $0.functions.map(\.host) })
    #expect(after.text.text.contains("multifunction='on'"))
    #expect(try give([card, disk], "two").changesNothing)

    let taking = try GuestChange(
      taking: card.functions + disk.functions, from: "two", through: libvirt.virsh)
    try taking.carryOut(through: libvirt.virsh)
    #expect(try libvirt.virsh.definition(of: "two").hostDevices.isEmpty)
    // On PCI Express libvirt keeps the ports that it added; conventional slots leave no trace.
    if machine == "pc" { #expect(try libvirt.virsh.definition(of: "two") == before) }
  }

  @Test func namesTheGuestThatHasADevice() throws {
    try define("two", machine: "q35")
    try give([disk], "two").carryOut(through: libvirt.virsh)
    let addresses = [card, disk].flatMap { $0.functions.map(\.host) }
    #expect(try libvirt.virsh.owners(of: addresses, besides: "one") == [disk.functions[0].host: "two"])
    #expect(try libvirt.virsh.owners(of: addresses, besides: "two").isEmpty)
  }

  @Test func aGuestThatWasChangedMeanwhileIsLeftAlone() throws {
    let late = try give([card], "one")
    try give([disk], "one").carryOut(through: libvirt.virsh)
    #expect(throws: Virsh.Failure.self) { try late.carryOut(through: libvirt.virsh) }
    #expect(try libvirt.virsh.definition(of: "one").hostDevices == disk.functions.map(\.host))
  }

  /// `undo` of what was given: the guest's definition holds the devices no more.
  @Test func takesBackWhatWasGiven() throws {
    let giving = try give([card, disk], "one")
    try giving.carryOut(through: libvirt.virsh)
    let back = try #require(try GuestChange(takingBack: giving.devices, through: libvirt.virsh))
    #expect(back.functions.count == 3 && !back.isAddition)
    try back.carryOut(through: libvirt.virsh)
    #expect(try libvirt.virsh.definition(of: "one").hostDevices.isEmpty)
    // A second time there is nothing left of it.
    #expect(try GuestChange(takingBack: giving.devices, through: libvirt.virsh)?.changesNothing == true)
  }

  /// `undo` of what was taken: the very elements come back, with what their owner wrote into them.
  @Test func givesBackWhatWasTaken() throws {
    try give([card], "one").carryOut(through: libvirt.virsh)
    let before = try libvirt.virsh.definition(of: "one")
    let taking = try GuestChange(taking: card.functions, from: "one", through: libvirt.virsh)
    try taking.carryOut(through: libvirt.virsh)
    let back = try #require(try GuestChange(takingBack: taking.devices, through: libvirt.virsh))
    try back.carryOut(through: libvirt.virsh)
    let after = try libvirt.virsh.definition(of: "one")
    #expect(after.hostDevices == before.hostDevices)
    #expect(after.elements(of: after.hostDevices) == before.elements(of: before.hostDevices))
  }

  @Test func nothingIsTakenFromTheNextOwnerOrFromAGuestThatIsGone() throws {
    try give([disk], "one").carryOut(through: libvirt.virsh)
    let taking = try GuestChange(taking: disk.functions, from: "one", through: libvirt.virsh)
    try taking.carryOut(through: libvirt.virsh)
    try define("two", machine: "q35")
    try give([disk], "two").carryOut(through: libvirt.virsh)
    let failure = #expect(throws: Virsh.Failure.self) {
      _ = try GuestChange(takingBack: taking.devices, through: libvirt.virsh)
    }
    #expect(failure?.description.contains("belongs to the guest two") == true)
    let gone = GuestDevices(
      connection: libvirt.virsh.connection, guest: "three", isAddition: true,
      elements: taking.devices.elements)
    #expect(try GuestChange(takingBack: gone, through: libvirt.virsh) == nil)
  }

  @Test func libvirtsOwnWordsSayWhyNot() throws {
    let failure = #expect(throws: Virsh.Failure.self) { try libvirt.virsh.definition(of: "nobody's") }
    #expect(failure?.description.contains("nobody's") == true)
  }

  private func give(_ slots: [GuestSlot], _ guest: String) throws -> GuestChange {
    try GuestChange(giving: slots, to: guest, management: .libvirt, through: libvirt.virsh)
  }

  private func define(_ name: String, machine: String) throws {
    let text = """
      <domain type='qemu'>
        <name>\(name)</name>
        <memory unit='MiB'>256</memory>
        <os><type arch='x86_64' machine='\(machine)'>hvm</type></os>
        <devices>
        </devices>
      </domain>
      """
    try libvirt.virsh.define(try #require(GuestDefinition(Array(text.utf8))))
  }
}
