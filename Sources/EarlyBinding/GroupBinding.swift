import HostModel

/// A device that is on its vfio driver.
package struct BoundDevice: Equatable, Sendable {
  package let planned: PlannedBinding
  /// The driver that had it before; nil when none did.
  package let from: String?

  package init(planned: PlannedBinding, from: String?) {
    self.planned = planned
    self.from = from
  }
}

/// Binds a group, or leaves it as it was.
///
/// Every override is written before the driver is loaded: a driver that registers takes all devices
/// that are free and meant for it. What is not on its driver then is probed, after a driver that
/// holds it (a built-in one) has let go. The driver link that is read at the end is what counts.
///
/// - Parameter mayGoOn: asked before each step; false when the time is up.
package func bindGroup(
  _ bindings: [PlannedBinding], _ control: some DriverControl, mayGoOn: () -> Bool
) -> Result<[BoundDevice], Decline> {
  var attempt = GroupAttempt(control)
  do throws(Decline) {
    return .success(try attempt.bind(bindings, mayGoOn))
  } catch {
    attempt.giveBack()
    return .failure(error)
  }
}

private struct GroupAttempt<Control: DriverControl> {
  private let control: Control
  /// Devices that were touched, with their state before.
  private var begun: [(binding: PlannedBinding, before: DriverState)] = []

  init(_ control: Control) { self.control = control }

  mutating func bind(_ bindings: [PlannedBinding], _ mayGoOn: () -> Bool) throws(Decline) -> [BoundDevice] {
    for binding in bindings {
      try goOn(mayGoOn)
      begun.append((binding, control.state(of: binding.address)))
      try step(binding) { () throws(DriverFailure) in
        try control.setOverride(binding.chosen.driver, on: binding.address)
      }
    }
    var loaded: Set<String> = []
    for binding in bindings where loaded.insert(binding.chosen.driver).inserted {
      try goOn(mayGoOn)
      do throws(DriverFailure) {
        try control.load(binding.chosen.driver)
      } catch {
        throw Decline(.noDriver, error.description)
      }
    }
    for binding in bindings { try take(binding, mayGoOn) }
    return try begun.map { (binding, before) throws(Decline) in
      try confirm(binding)
      return BoundDevice(planned: binding, from: before.driver)
    }
  }

  private func take(_ binding: PlannedBinding, _ mayGoOn: () -> Bool) throws(Decline) {
    let holder = control.state(of: binding.address).driver
    guard holder != binding.chosen.driver else { return }
    try goOn(mayGoOn)
    try step(binding) { () throws(DriverFailure) in
      if holder != nil { try control.unbind(binding.address) }
      try control.probe(binding.address)
    }
    try confirm(binding)
  }

  private func confirm(_ binding: PlannedBinding) throws(Decline) {
    let driver = control.state(of: binding.address).driver
    guard driver == binding.chosen.driver else {
      let held = driver.map { "is on \($0)" } ?? "has no driver"
      throw Decline(.notBound, "\(binding.address) \(held), not \(binding.chosen.driver)")
    }
  }

  private func goOn(_ mayGoOn: () -> Bool) throws(Decline) {
    guard mayGoOn() else { throw Decline(.outOfTime, "the time for binding was up") }
  }

  private func step(
    _ binding: PlannedBinding, _ body: () throws(DriverFailure) -> Void
  ) throws(Decline) {
    do throws(DriverFailure) {
      try body()
    } catch {
      throw Decline(.notBound, "\(binding.address): \(error.description)")
    }
  }

  /// Every device as it was, the last one first. What fails is passed over: the rest matters more.
  func giveBack() {
    for (binding, before) in begun.reversed() {
      try? control.setOverride(before.override, on: binding.address)
      let holder = control.state(of: binding.address).driver
      guard holder != before.driver else { continue }
      if holder != nil { try? control.unbind(binding.address) }
      try? control.probe(binding.address)
    }
  }
}
