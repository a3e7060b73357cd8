import GuestDefinitions
import HostModel
import Testing

struct GuestSlotsTests {
  @Test func keepsACardOnOneSlotAndItsPortWithTheHost() throws {
    let slots = try slots(["0000:00:01.0": 0x060400, "0000:01:00.0": 0x030000, "0000:01:00.1": 0x040300])
    #expect(slots.count == 1)
    #expect(slots.first?.functions.map(\.number) == [0, 1])
    #expect(slots.first?.isMultifunction == true)
  }

  @Test func countsFunctionsAnewWhereTheFirstIsMissing() throws {
    let slots = try slots(["0000:00:1f.2": 0x010601, "0000:00:1f.3": 0x0c0500])
    #expect(slots.first?.functions.map(\.number) == [0, 1])
  }

  @Test func aBridgeToISAGoesAlongAndKeepsTheNumbers() throws {
    let slots = try slots(["0000:00:1f.0": 0x060100, "0000:00:1f.2": 0x010601, "0000:00:1f.3": 0x0c0500])
    #expect(slots.first?.functions.map(\.number) == [0, 2, 3])
  }

  @Test func aVirtualFunctionHasASlotOfItsOwn() throws {
    let slots = try slots(
      ["0000:b1:00.1": 0x020000, "0000:b1:00.2": 0x020000], virtual: ["0000:b1:00.1", "0000:b1:00.2"])
    #expect(slots.map { $0.functions.map(\.number) } == [[0], [0]])
  }

  @Test func printsQEMUsArguments() throws {
    let card = try slots(["0000:01:00.0": 0x030000, "0000:01:00.1": 0x040300, "0000:05:00.0": 0x010802])
    #expect(
      qemuDevices(for: card, machine: .q35) == [
        "pcie-root-port,id=passthru0,chassis=100",
        "vfio-pci,host=0000:01:00.0,bus=passthru0,addr=00.0,multifunction=on",
        "vfio-pci,host=0000:01:00.1,bus=passthru0,addr=00.1",
        "pcie-root-port,id=passthru1,chassis=101",
        "vfio-pci,host=0000:05:00.0,bus=passthru1,addr=00.0",
      ])
    #expect(
      qemuDevices(for: card, machine: .pc) == [
        "vfio-pci,host=0000:01:00.0,bus=pci.0,addr=1f.0,multifunction=on",
        "vfio-pci,host=0000:01:00.1,bus=pci.0,addr=1f.1", "vfio-pci,host=0000:05:00.0,bus=pci.0,addr=1e.0",
      ])
  }

  @Test func saysThatAMachineHasTooFewSlots() throws {
    var classes: [String: UInt32] = [:]
    for bus in 10..<40 { classes["0000:\(bus):00.0"] = 0x020000 }
    #expect(qemuDevices(for: try slots(classes), machine: .pc) == nil)
  }

  private func slots(_ classes: [String: UInt32], virtual: Set<String> = []) throws -> [GuestSlot] {
    let devices = try classes.sorted { $0.key < $1.key }.map { text, deviceClass in
      let address = try #require(PCIAddress(text))
      var device = PCIDevice(address: address, vendor: 1, device: 1, deviceClass: deviceClass)
      if virtual.contains(text) { device.virtualFunctionOf = PCIAddress("0000:b1:00.0") }
      return device
    }
    return guestSlots(of: [IOMMUGroup(id: 1, members: devices.map(\.address))], devices: devices)
  }
}
