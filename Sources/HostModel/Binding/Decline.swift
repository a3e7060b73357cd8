/// Why a chosen group is left to the host's drivers at boot.
package struct Decline: Error, Equatable, Sendable {
  /// The word in boot.log that programs read.
  package enum Reason: String, Sendable, CaseIterable {
    case iommuOff = "iommu-off"
    case missing
    case identityChanged = "identity-changed"
    case ambiguous
    case stranger
    case unreadable
    case claimedTwice = "claimed-twice"
    case hostNeedsIt = "host-needs-it"
    case hostNeedsUnknown = "host-needs-unknown"
    case noDriver = "no-driver"
    case notBound = "not-bound"
    case outOfTime = "out-of-time"
  }

  package let reason: Reason
  /// One sentence for people, without a full stop.
  package let detail: String

  package init(_ reason: Reason, _ detail: String) {
    self.reason = reason
    self.detail = detail
  }
}

extension DeviceSearch.Uncertainty {
  /// The sentence for a device that was looked for.
  package func decline(for identity: DeviceIdentity) -> Decline {
    let chosen = "\(identity.ids), chosen at \(identity.address),"
    switch self {
    case .missing:
      return Decline(.missing, "\(chosen) is not there")
    case .replaced(.some(let other)) where other == identity.ids:
      return Decline(.identityChanged, "\(chosen) has another subsystem or class now")
    case .replaced(let other):
      let what = other.map { "\($0)" } ?? "a device whose ids cannot be read"
      return Decline(.identityChanged, "\(chosen) is not there; at its address is \(what)")
    case .ambiguous(let addresses):
      let places = addresses.map { $0.description }.joined(separator: ", ")
      return Decline(
        .ambiguous, "\(chosen) cannot be told from others of its kind any more; of that kind is \(places)")
    case .otherWay(let address):
      return Decline(.ambiguous, "\(chosen) may be \(address), but that is behind other bridges")
    }
  }
}
