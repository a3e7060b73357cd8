import EarlyBinding
import HostModel
import Testing

/// A kernel's driver core in small: what a driver may claim, and what fails where.
private final class SmallKernel: DriverControl {
  private(set) var states: [PCIAddress: DriverBinding]
  /// What the host's own drivers claim; present ones take a free device at a probe.
  private let natives: [PCIAddress: String]
  private var loaded: Set<String>
  /// What a module's driver calls itself, where that is not the module's name.
  private let ownNames = ["mlx5_vfio_pci": "mlx5-vfio-pci"]
  var failAt: Int?
  private(set) var calls = 0
  var log: [String] = []

  init(_ states: [PCIAddress: DriverBinding], natives: [PCIAddress: String] = [:], hasVFIO: Bool = false) {
    self.states = states
    self.natives = natives
    loaded = hasVFIO ? ["vfio-pci"] : []
  }

  private func count(_ what: String) throws(DriverFailure) {
    calls += 1
    log.append(what)
    if calls == failAt { throw DriverFailure("\(what) failed") }
  }

  func getReady() { log.append("get ready") }

  func state(of device: PCIAddress) -> DriverBinding { states[device] ?? DriverBinding(driver: nil) }

  func driver(of device: PCIAddress) -> String? { state(of: device).driver }

  func setOverride(_ driver: String?, on device: PCIAddress) throws(DriverFailure) {
    try count("override \(device) \(driver ?? "-")")
    states[device]?.override = driver
  }

  func unbind(_ device: PCIAddress) throws(DriverFailure) {
    try count("unbind \(device)")
    states[device]?.driver = nil
  }

  func probe(_ device: PCIAddress) throws(DriverFailure) {
    try count("probe \(device)")
    match(device)
  }

  func load(_ driver: String) throws(DriverFailure) -> String {
    try count("load \(driver)")
    let name = ownNames[driver] ?? driver
    loaded.insert(name)
    states.keys.forEach(match)
    return name
  }

  private func match(_ device: PCIAddress) {
    guard let state = states[device], state.driver == nil else { return }
    if let wanted = state.override {
      if loaded.contains(wanted) { states[device]?.driver = wanted }
    } else {
      states[device]?.driver = natives[device]
    }
  }
}

/// One group by itself.
private func bindGroup(
  _ bindings: [PlannedBinding], _ control: some DriverControl, mayGoOn: () -> Bool
) -> Result<[BoundDevice], Decline> {
  bindGroups([bindings], control, mayGoOn: mayGoOn).first ?? .success([])
}

struct GroupBindingTests {
  private let addresses = ["0000:00:1f.0", "0000:00:1f.2", "0000:00:1f.3"].compactMap { PCIAddress($0) }

  private var bindings: [PlannedBinding] {
    addresses.compactMap { address in
      guard let ids = DeviceIDs("8086:2922"), let path = DevicePath("0000:00/1f.\(address.function)") else {
        return nil
      }
      let identity = DeviceIdentity(
        address: address, ids: ids, subsystem: nil, deviceClass: 0x010601, path: path)
      return PlannedBinding(address: address, chosen: ChosenDevice(identity: identity))
    }
  }

  private func kernel(held: Bool, hasVFIO: Bool) -> SmallKernel {
    let natives = Dictionary(uniqueKeysWithValues: addresses.dropFirst().map { ($0, "ahci") })
    let states = addresses.map { ($0, DriverBinding(driver: held ? natives[$0] : nil)) }
    return SmallKernel(Dictionary(uniqueKeysWithValues: states), natives: natives, hasVFIO: hasVFIO)
  }

  @Test(arguments: [(false, false), (false, true), (true, false), (true, true)])
  func bindsAllMembers(held: Bool, hasVFIO: Bool) throws {
    let kernel = kernel(held: held, hasVFIO: hasVFIO)
    let bound = try bindGroup(bindings, kernel) { true }.get()
    #expect(bound.map(\.planned.address) == addresses)
    #expect(bound.map(\.from) == (held ? [nil, "ahci", "ahci"] : [nil, nil, nil]))
    #expect(
      addresses.allSatisfy { kernel.state(of: $0) == DriverBinding(driver: "vfio-pci", override: "vfio-pci") }
    )
    // Every override stands before the driver can claim anything.
    let load = kernel.log.firstIndex { $0.hasPrefix("load") } ?? 0
    #expect(kernel.log[..<load].count { $0.hasPrefix("override") } == 3)
  }

  /// A device of the group with a driver of its own, which a built-in one may hold: by the name that it has in the
  /// kernel, and the others on vfio-pci.
  @Test(arguments: [false, true]) func bindsAVariantDriver(held: Bool) throws {
    let kernel = kernel(held: held, hasVFIO: false)
    let chosen = bindings.enumerated().map { index, binding in
      let driver = index == 1 ? "mlx5_vfio_pci" : "vfio-pci"
      return PlannedBinding(
        address: binding.address, chosen: ChosenDevice(identity: binding.chosen.identity, driver: driver))
    }
    let bound = try bindGroup(chosen, kernel) { true }.get()
    #expect(bound.map(\.driver) == ["vfio-pci", "mlx5-vfio-pci", "vfio-pci"])
    #expect(addresses.map { kernel.driver(of: $0) } == ["vfio-pci", "mlx5-vfio-pci", "vfio-pci"])
    let steps = kernel.log.filter { $0.hasPrefix("load") || $0.hasPrefix("override") }
    #expect(steps.dropFirst().first == "load mlx5_vfio_pci" && steps.last == "load vfio-pci", "\(steps)")
  }

  /// Whatever fails first, the group is as it was.
  @Test(arguments: [(false, false), (true, false), (true, true)])
  func aFailureAnywhereGivesAllBack(held: Bool, hasVFIO: Bool) {
    let whole = kernel(held: held, hasVFIO: hasVFIO)
    _ = bindGroup(bindings, whole) { true }
    #expect(whole.calls >= 4)
    for step in 1...whole.calls {
      let kernel = kernel(held: held, hasVFIO: hasVFIO)
      kernel.failAt = step
      guard case .failure = bindGroup(bindings, kernel, mayGoOn: { true }) else {
        Issue.record("step \(step) failed and nobody said so")
        continue
      }
      for address in addresses {
        let native = address == addresses[0] ? nil : "ahci"
        let state = kernel.state(of: address)
        #expect(state.override == nil && state.driver != "vfio-pci", "step \(step), \(address): \(state)")
        if held { #expect(state.driver == native, "step \(step), \(address): \(state)") }
      }
    }
  }

  /// One group of two fails: the other one is bound, whatever the order.
  @Test(arguments: [0, 1]) func groupsStandForThemselves(failing: Int) {
    let kernel = kernel(held: false, hasVFIO: false)
    let groups = [Array(bindings.prefix(1)), Array(bindings.dropFirst())]
    kernel.failAt = failing + 1
    let results = bindGroups(groups, kernel) { true }
    for (index, result) in results.enumerated() {
      let failed = (try? result.get()) == nil
      #expect(failed == (index == failing))
      for binding in groups[index] {
        #expect((kernel.state(of: binding.address).driver == "vfio-pci") == !failed)
      }
    }
  }

  /// The module took all the time: what it bound by registering is bound.
  @Test func timeThatEndsWhileLoadingLosesNothing() {
    let kernel = kernel(held: false, hasVFIO: false)
    let results = bindGroups([Array(bindings.prefix(1)), Array(bindings.dropFirst())], kernel) {
      !kernel.log.contains { $0.hasPrefix("load") }
    }
    #expect(results.allSatisfy { (try? $0.get()) != nil })
  }

  @Test func anOverrideOfOthersComesBack() {
    let kernel = SmallKernel([addresses[0]: DriverBinding(driver: nil, override: "pci-stub")])
    kernel.failAt = 2
    _ = bindGroup(Array(bindings.prefix(1)), kernel) { true }
    #expect(kernel.state(of: addresses[0]).override == "pci-stub")
  }

  @Test func theEndOfTimeGivesAllBack() {
    for steps in 0..<7 {
      let kernel = kernel(held: true, hasVFIO: false)
      var left = steps
      let result = bindGroup(bindings, kernel) {
        left -= 1
        return left >= 0
      }
      guard case .failure(let decline) = result else { continue }
      #expect(decline.reason == .outOfTime)
      #expect(
        addresses.allSatisfy {
          kernel.state(of: $0).override == nil && kernel.state(of: $0).driver != "vfio-pci"
        })
    }
  }

  @Test func aDriverThatDoesNotTakeItIsNoSuccess() {
    // The probe succeeds and binds nothing: vfio-pci refused the device.
    final class Refusing: DriverControl {
      func getReady() {}
      func state(of device: PCIAddress) -> DriverBinding { DriverBinding(driver: nil) }
      func driver(of device: PCIAddress) -> String? { nil }
      func setOverride(_ driver: String?, on device: PCIAddress) {}
      func unbind(_ device: PCIAddress) {}
      func probe(_ device: PCIAddress) {}
      func load(_ driver: String) -> String { driver }
    }
    guard case .failure(let decline) = bindGroup(bindings, Refusing(), mayGoOn: { true }) else {
      Issue.record("it was taken for bound")
      return
    }
    #expect(decline.reason == .notBound)
  }
}
