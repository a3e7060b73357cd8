import HostModel

/// A device that is on its vfio driver.
package struct BoundDevice: Equatable, Sendable {
  package let planned: PlannedBinding
  /// The driver's own name; its module's may have other dashes.
  package let driver: String
  /// The driver that had it before; nil when none did.
  package let from: String?
}

/// Binds groups, each of them whole or not at all.
///
/// Every override of every group is written before vfio-pci is loaded: a driver that registers takes
/// all devices that are free and meant for it, at once. What is not on its driver then is probed,
/// after a driver that holds it (a built-in one) has let go. The driver link that is read at the end
/// is what counts; a group that is not whole then is given back.
///
/// - Parameter mayGoOn: asked before each step; false when the time is up.
/// - Returns: for each group what became of it, in order.
package func bindGroups(
  _ groups: [[PlannedBinding]], _ control: some DriverControl, mayGoOn: () -> Bool
) -> [Result<[BoundDevice], Decline>] {
  var attempts = groups.map { GroupAttempt($0, control) }
  for index in attempts.indices { attempts[index].prepare(mayGoOn) }
  var asked: [(driver: String, failure: DriverFailure?)] = []
  for driver in attempts.flatMap({ $0.pendingDrivers })
  where mayGoOn() && !asked.contains(where: { $0.driver == driver }) {
    do throws(DriverFailure) {
      _ = try control.load(driver)
      asked.append((driver, nil))
    } catch {
      asked.append((driver, error))
    }
  }
  let failures = asked
  return attempts.indices.map { attempts[$0].finish(failures, mayGoOn) }
}

private struct GroupAttempt<Control: DriverControl> {
  private let bindings: [PlannedBinding]
  private let control: Control
  /// What was touched: the device, its state before, and the driver that it is to get.
  private var begun: [(binding: PlannedBinding, before: DriverBinding, driver: String)] = []
  private var failure: Decline?

  init(_ bindings: [PlannedBinding], _ control: Control) {
    self.bindings = bindings
    self.control = control
  }

  /// Drivers that are still to be loaded; none when the group was given up. Variant ones are there by then.
  var pendingDrivers: [String] { failure == nil ? begun.map { $0.driver }.filter { $0 == "vfio-pci" } : [] }

  /// Writes the overrides.
  mutating func prepare(_ mayGoOn: () -> Bool) {
    do throws(Decline) {
      for binding in bindings {
        try goOn(mayGoOn)
        let driver = try nameOfDriver(for: binding)
        begun.append((binding, control.state(of: binding.address), driver))
        try step(binding) { () throws(DriverFailure) in
          try control.setOverride(driver, on: binding.address)
        }
      }
    } catch {
      giveUp(error)
    }
  }

  /// A variant driver is loaded at once: only then its name is known, and it takes nothing that is
  /// not meant for it. vfio-pci's name is known.
  private func nameOfDriver(for binding: PlannedBinding) throws(Decline) -> String {
    let driver = binding.chosen.driver
    guard driver != "vfio-pci" else { return driver }
    do throws(DriverFailure) {
      return try control.load(driver)
    } catch {
      throw Decline(.noDriver, error.description)
    }
  }

  /// Brings every device onto its driver that is not there by now, and looks.
  mutating func finish(
    _ failures: [(driver: String, failure: DriverFailure?)], _ mayGoOn: () -> Bool
  ) -> Result<[BoundDevice], Decline> {
    if failure == nil {
      do throws(Decline) {
        var isAnyMoved = false
        for (binding, _, driver) in begun {
          let failure = failures.first { $0.driver == driver }?.failure
          if try take(binding, driver, failure, mayGoOn) { isAnyMoved = true }
        }
        // What was found there is there; what moves one may move another.
        if isAnyMoved { for (binding, _, driver) in begun { try confirm(binding, driver) } }
      } catch {
        giveUp(error)
      }
    }
    if let failure { return .failure(failure) }
    return .success(begun.map { BoundDevice(planned: $0.binding, driver: $0.driver, from: $0.before.driver) })
  }

  /// Whether it was not on its driver, and had to be brought there.
  private func take(
    _ binding: PlannedBinding, _ driver: String, _ failure: DriverFailure?, _ mayGoOn: () -> Bool
  ) throws(Decline) -> Bool {
    let holder = control.driver(of: binding.address)
    guard holder != driver else { return false }
    if let failure { throw Decline(.noDriver, failure.description) }
    try goOn(mayGoOn)
    try step(binding) { () throws(DriverFailure) in
      if holder != nil { try control.unbind(binding.address) }
      try control.probe(binding.address)
    }
    try confirm(binding, driver)
    return true
  }

  private func confirm(_ binding: PlannedBinding, _ driver: String) throws(Decline) {
    let holder = control.driver(of: binding.address)
    guard holder == driver else {
      let held = holder.map { "is on \($0)" } ?? "has no driver"
      throw Decline(.notBound, "\(binding.address) \(held), not \(driver)")
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
  private mutating func giveUp(_ reason: Decline) {
    failure = reason
    for (binding, before, _) in begun.reversed() {
      try? control.setOverride(before.override, on: binding.address)
      let holder = control.driver(of: binding.address)
      guard holder != before.driver else { continue }
      if holder != nil { try? control.unbind(binding.address) }
      try? control.probe(binding.address)
    }
  }
}
