import ChangePlanning
import GuestDefinitions
import HostModel
import Testing

struct StepTests {
  /// A guest gets devices when it is given them, and when it is undone that it lost them.
  @Test(arguments: [(false, ["0000:01:00.0"]), (true, [])])
  func whatIsTakenBackMayComeToAGuest(isAddition: Bool, addresses: [String]) {
    let element =
      "<hostdev mode='subsystem' type='pci'><source>"
      + "<address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/></source></hostdev>"
    let devices = GuestDevices(
      connection: "test:///default", guest: "one", isAddition: isAddition, elements: [element])
    let steps = [Step.loadModule("vfio-pci"), .takeBack(.guest(devices))]
    #expect(steps.functionsForGuests.map(\.description) == addresses)
  }
}
