import HostModel

/// A handover that did not succeed.
package struct FailedHandover: Error, Equatable, Sendable {
  /// Why.
  package let failure: HandoverFailure
  /// Functions that could not be given back as they were, each with the reason; empty when the host
  /// is as it was.
  package let notGivenBack: [HandoverFailure]
}

/// Takes every function to its new driver, or leaves all as they were.
///
/// All overrides are written first, so that a function that one driver lets go is not taken by another
/// of the host's. What sysfs says at the end is what counts.
///
/// - Parameter tell: called with each function that is about to change hands: a driver may take its time.
package func handOver(
  _ rebindings: [Rebinding], _ control: some HandoverControl, tell: (Rebinding) -> Void = { _ in }
) throws(FailedHandover) {
  var begun: [Rebinding] = []
  do throws(HandoverFailure) {
    for rebinding in rebindings { try confirmBeginning(rebinding, control) }
    for driver in Set(rebindings.compactMap(\.to.driver)).sorted() { try control.load(driver) }
    for rebinding in rebindings {
      begun.append(rebinding)
      try control.setOverride(rebinding.to.override, on: rebinding.device)
    }
    for rebinding in rebindings {
      tell(rebinding)
      try move(rebinding, control)
    }
    for rebinding in rebindings { try confirmEnd(rebinding, control) }
  } catch {
    throw FailedHandover(
      failure: error, notGivenBack: giveBack(begun, control, stuck: error.isStuck ? error.device : nil))
  }
}

private func confirmBeginning(_ rebinding: Rebinding, _ control: some HandoverControl) throws(HandoverFailure)
{
  guard let now = control.binding(of: rebinding.device) else {
    throw HandoverFailure(rebinding.device, "\(rebinding.device) is gone")
  }
  guard now == rebinding.from else {
    throw HandoverFailure(
      rebinding.device, "\(rebinding.device) \(now.words) by now, not as it was when this was planned")
  }
}

/// Off the old driver and onto the new one, where it is not there yet.
private func move(_ rebinding: Rebinding, _ control: some HandoverControl) throws(HandoverFailure) {
  let device = rebinding.device
  let now = control.binding(of: device)
  if !rebinding.takesAnyDriver, now?.driver == rebinding.to.driver { return }
  if now?.driver != nil { try control.unbind(device) }
  if rebinding.to.driver != nil || rebinding.takesAnyDriver { try control.probe(device) }
}

private func confirmEnd(_ rebinding: Rebinding, _ control: some HandoverControl) throws(HandoverFailure) {
  guard let now = control.binding(of: rebinding.device) else {
    throw HandoverFailure(rebinding.device, "\(rebinding.device) is gone")
  }
  guard rebinding.isReached(by: now) else {
    throw HandoverFailure(
      rebinding.device,
      "\(rebinding.device) \(now.words) now, and not on \(rebinding.to.driver ?? "no driver")")
  }
}

/// The last one first. What fails is noted and passed over: the rest matters more.
private func giveBack(
  _ begun: [Rebinding], _ control: some HandoverControl, stuck: PCIAddress?
) -> [HandoverFailure] {
  var failures: [HandoverFailure] = []
  for rebinding in begun.reversed() {
    guard rebinding.device != stuck else {
      failures.append(
        HandoverFailure(
          stuck, "\(rebinding.device), which the kernel may still let go of, or only when the host restarts",
          isStuck: true))
      continue
    }
    guard control.binding(of: rebinding.device) != nil else {
      failures.append(HandoverFailure(rebinding.device, "\(rebinding.device) is gone"))
      continue
    }
    do throws(HandoverFailure) {
      try control.setOverride(rebinding.from.override, on: rebinding.device)
      try move(rebinding.inverse, control)
      try confirmEnd(rebinding.inverse, control)
    } catch {
      failures.append(error)
    }
  }
  return failures
}

extension DriverBinding {
  /// For a sentence: "is on ahci", "has no driver".
  package var words: String { driver.map { "is on \($0)" } ?? "has no driver" }
}
