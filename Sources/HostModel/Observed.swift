/// What looking at one source of evidence gave.
///
/// "Not there" and "could not be read" are different answers, and neither is a
/// value: a host that could not be measured is neither healthy nor ill.
package enum Observed<Value: Sendable>: Sendable {
  /// The source was read; `source` is its path below the root, without a leading slash.
  case found(Value, source: String)
  /// The place where the source would be was looked at, and there is none.
  case absent(source: String)
  /// The source could not be measured; `reason` says why, as a clause ("permission denied").
  case unreadable(source: String, reason: String)

  /// The value, if there is one.
  package var value: Value? {
    if case .found(let value, _) = self { value } else { nil }
  }

  /// The path below the root that was looked at.
  package var source: String {
    switch self {
    case .found(_, let source), .absent(let source), .unreadable(let source, _): source
    }
  }

  /// Why nothing could be measured; nil when the source was read or is certainly not there.
  package var unreadableReason: String? {
    if case .unreadable(_, let reason) = self { reason } else { nil }
  }

  /// The same observation with its value transformed.
  package func map<Other>(_ transform: (Value) -> Other) -> Observed<Other> {
    switch self {
    case .found(let value, let source): .found(transform(value), source: source)
    case .absent(let source): .absent(source: source)
    case .unreadable(let source, let reason): .unreadable(source: source, reason: reason)
    }
  }
}

extension Observed: Equatable where Value: Equatable {}
