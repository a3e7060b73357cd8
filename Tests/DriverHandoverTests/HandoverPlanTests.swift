import DriverHandover
import HostModel
import Testing

struct HandoverPlanTests {
  @Test func onlyWhatIsNotThereYetGoesToVFIO() throws {
    let host = try Host(["pcieport", "nouveau", "vfio-pci", nil])
    let plan = detachment(of: [host.group], devices: host.devices) {
      $0.driver == nil ? "variant_vfio_pci" : "vfio-pci"
    }
    #expect(plan.map(\.device) == [host.devices[1].address, host.devices[3].address])
    #expect(plan.map(\.to.driver) == ["vfio-pci", "variant_vfio_pci"])
    #expect(plan.allSatisfy { $0.to.driver == $0.to.override && $0.from.override == nil })
  }

  @Test func whatIsOnVFIOAndWhatAHangLeftGoesBack() throws {
    var host = try Host(["pcieport", "nouveau", "vfio-pci", nil])
    let all = reattachment(of: [host.group], devices: host.devices) { _ in true }
    #expect(all.map(\.device) == [host.devices[2].address, host.devices[3].address])
    let claimed = reattachment(of: [host.group], devices: host.devices) { _ in false }
    #expect(claimed.map(\.device) == [host.devices[2].address])
    #expect(claimed.allSatisfy { $0.to == DriverBinding(driver: nil) && $0.takesAnyDriver })
    host.devices[3].driverOverride = "vfio-pci"
    let overridden = reattachment(of: [host.group], devices: host.devices) { _ in false }
    #expect(overridden.map(\.device) == [host.devices[2].address, host.devices[3].address])
  }

  /// What somebody else reserved is not ours to give away.
  @Test func anotherOverrideIsLeftAlone() throws {
    var host = try Host(["pcieport", "nouveau", nil, nil])
    host.devices[2].driverOverride = "pci-stub"
    host.devices[3].driverOverride = "none"
    #expect(reattachment(of: [host.group], devices: host.devices) { _ in true }.isEmpty)
  }

  /// A port, and a card of three functions.
  private struct Host {
    var devices: [PCIDevice] = []
    let group: IOMMUGroup

    init(_ drivers: [String?]) throws {
      for (index, driver) in drivers.enumerated() {
        let address = try #require(
          index == 0
            ? PCIAddress("0000:00:01.0")
            : PCIAddress(domain: 0, bus: 1, device: 0, function: UInt8(index - 1)))
        devices.append(
          PCIDevice(
            address: address, vendor: 0x10de, device: 1, deviceClass: index == 0 ? 0x060400 : 0x030000,
            driver: driver))
      }
      group = IOMMUGroup(id: 1, members: devices.map(\.address))
    }
  }
}
