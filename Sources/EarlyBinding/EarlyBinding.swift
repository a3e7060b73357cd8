import Glibc
import HostFiles
import HostModel

/// Binds what was chosen, group by group, and tells about each.
///
/// - Parameters:
///   - deadline: after it nothing is begun any more, and a group that is half done is given back.
///   - whenSettled: called when no device will be touched any more, and only the telling is left.
package func bindEarly(
  _ root: HostRoot, _ control: some DriverControl, _ tell: (BootEvent) -> Void, deadline: Deadline,
  whenSettled: () -> Void = {}
) {
  tell(BootEvent(.start, [.init("version", "1")]))
  let groups: [(chosen: ChosenGroup, decision: GroupDecision)]
  switch planBoot(root, whenChosen: control.getReady) {
  case .switchedOff(let reason, let detail):
    return tell(BootEvent(.switchedOff, [.init("reason", reason), .init("detail", detail)]))
  case .groups(let planned): groups = planned
  }
  let approved = groups.compactMap { try? $0.decision.get() }
  var results = bindGroups(approved, control) { !deadline.isOver }[...]
  let milliseconds = deadline.elapsedMilliseconds
  whenSettled()
  var bound = 0
  var declined = 0
  for (chosen, decision) in groups {
    let outcome: Result<[BoundDevice], Decline>
    let kind: BootEvent.Kind
    switch decision {
    case .failure(let decline): (outcome, kind) = (.failure(decline), .declined)
    case .success: (outcome, kind) = (results.popFirst() ?? .success([]), .gaveBack)
    }
    switch outcome {
    case .success(let devices):
      bound += devices.count
      devices.forEach { tell($0.event) }
    case .failure(let decline):
      declined += 1
      let why: [BootEvent.Field] = [
        .init("reason", decline.reason.rawValue), .init("detail", decline.detail),
      ]
      tell(BootEvent(kind, chosen.fields + why))
    }
  }
  tell(
    BootEvent(
      .done,
      [
        .init("bound", "\(bound)"), .init("declined", "\(declined)"),
        .init("milliseconds", "\(milliseconds)"),
      ]))
}

extension ChosenGroup {
  fileprivate var fields: [BootEvent.Field] {
    [.init("chosen", devices.map { $0.identity.address.description }.joined(separator: ","))]
  }
}

extension BoundDevice {
  fileprivate var event: BootEvent {
    BootEvent(
      .bound,
      [
        .init("chosen", planned.chosen.identity.address.description),
        .init("address", planned.address.description), .init("driver", driver),
        .init("from", from ?? "none"),
      ])
  }
}

/// A point in time, by the clock that never jumps.
package struct Deadline: Sendable {
  private let begin: Int64
  private let length: Int64

  package init(milliseconds: Int64) {
    begin = Self.now()
    length = milliseconds
  }

  package var elapsedMilliseconds: Int64 { Self.now() &- begin }
  package var isOver: Bool { elapsedMilliseconds >= length }

  private static func now() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) &* 1000 &+ Int64(time.tv_nsec) / 1_000_000
  }
}
