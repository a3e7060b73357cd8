import DriverHandover
import HostModel
import Testing

/// A kernel in which any one thing can fail. Machines in QEMU show the real one.
private final class Kernel: HandoverControl {
  var bindings: [PCIAddress: DriverBinding]
  let hostDrivers: [PCIAddress: String]
  /// The number of the call that fails, from 0.
  var failingCall: Int?
  var failsByHanging = false
  private(set) var askedAfterHanging = false
  private var stuck: PCIAddress?
  private var calls = 0

  init(_ bindings: [PCIAddress: DriverBinding]) {
    self.bindings = bindings
    hostDrivers = bindings.compactMapValues(\.driver)
  }

  var callCount: Int { calls }

  private func call(_ device: PCIAddress?) throws(HandoverFailure) {
    defer { calls += 1 }
    guard calls == failingCall else { return look(at: device) }
    if failsByHanging { stuck = device }
    throw HandoverFailure(device, "call \(calls) failed", isStuck: failsByHanging)
  }

  private func look(at device: PCIAddress?) {
    if device != nil, device == stuck { askedAfterHanging = true }
  }

  func binding(of device: PCIAddress) -> DriverBinding? {
    look(at: device)
    return bindings[device]
  }

  func setOverride(_ driver: String?, on device: PCIAddress) throws(HandoverFailure) {
    try call(device)
    bindings[device]?.override = driver
  }

  func unbind(_ device: PCIAddress) throws(HandoverFailure) {
    try call(device)
    bindings[device]?.driver = nil
  }

  func probe(_ device: PCIAddress) throws(HandoverFailure) {
    try call(device)
    let driver = bindings[device]?.override ?? hostDrivers[device]
    bindings[device]?.driver = driver
  }

  func load(_ driver: String) throws(HandoverFailure) { try call(nil) }
}

struct HandoverTests {
  private let addresses = (0..<3).compactMap { PCIAddress(domain: 0, bus: 1, device: 0, function: $0) }

  private func before() -> [PCIAddress: DriverBinding] {
    Dictionary(
      uniqueKeysWithValues: zip(
        addresses,
        [
          DriverBinding(driver: "nouveau"), DriverBinding(driver: "snd_hda_intel"),
          DriverBinding(driver: nil),
        ]))
  }

  private func toVFIO(_ kernel: Kernel) -> [Rebinding] {
    addresses.map {
      Rebinding(
        device: $0, from: kernel.bindings[$0] ?? DriverBinding(driver: nil),
        to: DriverBinding(driver: "vfio-pci", override: "vfio-pci"))
    }
  }

  @Test func goesThereAndBack() throws {
    let kernel = Kernel(before())
    let plan = toVFIO(kernel)
    try handOver(plan, kernel)
    #expect(kernel.bindings.values.allSatisfy { $0.driver == "vfio-pci" && $0.override == "vfio-pci" })
    try handOver(plan.reversed().map(\.inverse), kernel)
    #expect(kernel.bindings == before())
  }

  /// Whichever call fails, the group is as it was: never half of it on vfio-pci.
  @Test func everyFailureGivesAllBack() throws {
    let whole = Kernel(before())
    try handOver(toVFIO(whole), whole)
    for call in 0..<whole.callCount {
      let kernel = Kernel(before())
      kernel.failingCall = call
      let failed = #expect(throws: FailedHandover.self) { try handOver(toVFIO(kernel), kernel) }
      #expect(failed?.failure.description == "call \(call) failed")
      #expect(failed?.notGivenBack == [])
      #expect(kernel.bindings == before(), "after call \(call) failed")
    }
  }

  @Test func aPlanThatIsOldIsRefusedBeforeAnythingIsTouched() throws {
    let kernel = Kernel(before())
    let plan = toVFIO(kernel)
    kernel.bindings[addresses[1]] = DriverBinding(driver: "other")
    let failed = #expect(throws: FailedHandover.self) { try handOver(plan, kernel) }
    #expect(failed?.failure.device == addresses[1] && kernel.callCount == 0)
  }

  @Test func aDeviceThatVanishesIsTold() throws {
    let kernel = Kernel(before())
    let plan = toVFIO(kernel)
    let failed = #expect(throws: FailedHandover.self) {
      try handOver(plan, kernel) { if $0.device == addresses[1] { kernel.bindings[$0.device] = nil } }
    }
    #expect(failed?.notGivenBack.map(\.device) == [addresses[1]])
    #expect(kernel.bindings[addresses[0]] == before()[addresses[0]])
  }

  /// To look at a device whose driver hangs would hang as well.
  @Test func aDeviceThatIsStuckIsLeftAlone() throws {
    let kernel = Kernel(before())
    kernel.failingCall = 5  // load, three overrides, then the first function is unbound and probed
    kernel.failsByHanging = true
    let failed = #expect(throws: FailedHandover.self) { try handOver(toVFIO(kernel), kernel) }
    #expect(failed?.notGivenBack.map(\.device) == [addresses[0]])
    #expect(kernel.askedAfterHanging == false)
    #expect(kernel.bindings[addresses[1]] == before()[addresses[1]])
    #expect(kernel.bindings[addresses[2]] == before()[addresses[2]])
  }

  @Test func theKernelMayChooseTheDriverOnTheWayBack() throws {
    let kernel = Kernel(before())
    try handOver(toVFIO(kernel), kernel)
    let back = addresses.map {
      Rebinding(
        device: $0, from: DriverBinding(driver: "vfio-pci", override: "vfio-pci"),
        to: DriverBinding(driver: nil), takesAnyDriver: true)
    }
    try handOver(back, kernel)
    #expect(kernel.bindings == before())
  }
}
