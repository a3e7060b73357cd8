import ChangePlanning
import HostModel
import TestHosts
import Testing

@testable import ChangeExecution

/// Devices go back to where they were before the oldest change that is undone, and never from somebody
/// who got them since.
struct DriverWayBackTests {
  private let address: PCIAddress
  private let host = DriverBinding(driver: "e1000e")
  private let vfio = DriverBinding(driver: "vfio-pci", override: "vfio-pci")

  init() throws { address = try #require(PCIAddress("0000:01:00.0")) }

  @Test func takesADetachedDeviceBack() throws {
    #expect(try steps(from: vfio, walking: [detach()]) == [.rebind(rebinding(vfio, host))])
  }

  @Test func givesAReattachedDeviceToVFIOAgain() throws {
    #expect(try steps(from: host, walking: [reattach()]) == [.rebind(rebinding(host, vfio))])
  }

  /// There and back again: nothing is left to be done.
  @Test func leavesADeviceThatIsWhereItWas() throws {
    #expect(try steps(from: host, walking: [reattach(), detach()]).isEmpty)
  }

  /// The override is set, and the driver has let go: a kill between the two.
  @Test func takesADeviceBackThatStoppedHalfWay() throws {
    let half = DriverBinding(driver: nil, override: "vfio-pci")
    #expect(try steps(from: half, walking: [detach()]) == [.rebind(rebinding(half, host))])
  }

  @Test func leavesADeviceToWhoGotItSince() throws {
    let refusal = #expect(throws: Refusal.self) {
      try steps(from: DriverBinding(driver: "uio_pci_generic"), walking: [detach()])
    }
    #expect(refusal?.reason == "changed-since")
    #expect(refusal?.detail.contains("uio_pci_generic") == true)
  }

  @Test func aDeviceThatIsGoneHasNoWayBack() throws {
    var way = DriverWayBack()
    try way.walk(detach(), PCITree().root)
    #expect(way.steps.isEmpty)
  }

  private func steps(from now: DriverBinding, walking receipts: [Receipt]) throws -> [Step] {
    var tree = PCITree()
    let path = tree.add(address.description, driver: now.driver)
    tree.add("driver_override", (now.override ?? "(null)") + "\n", to: path)
    var way = DriverWayBack()
    for receipt in receipts { try way.walk(receipt, tree.root) }
    return way.steps
  }

  private func rebinding(_ from: DriverBinding, _ to: DriverBinding, any: Bool = false) -> Rebinding {
    Rebinding(
      device: address, from: from, to: to, takesAnyDriver: any)
  }

  private func detach() -> Receipt { receipt("detach \(address)", rebinding(host, vfio)) }

  private func reattach() -> Receipt {
    receipt("reattach \(address)", rebinding(vfio, DriverBinding(driver: nil), any: true))
  }

  private func receipt(_ command: String, _ rebinding: Rebinding) -> Receipt {
    var receipt = Receipt(command: command, time: "2025-01-02T03:04:05Z")
    receipt.rebindings = [rebinding]
    receipt.state = .done
    return receipt
  }
}
