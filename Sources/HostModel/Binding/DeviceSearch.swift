/// What looking for a device by its identity gave.
package enum DeviceSearch: Equatable, Sendable {
  case found(PCIAddress)
  /// It is not known for certain which device it is, or whether it is there at all.
  case uncertain(Uncertainty)

  package enum Uncertainty: Equatable, Sendable {
    /// Nothing of its kind is there.
    case missing
    /// Something else sits at its address: its ids, nil when they cannot be read.
    case replaced(by: DeviceIDs?)
    /// There are, or were, several of its kind, and they do not sit where they sat.
    case ambiguous([PCIAddress])
    /// The only one of its kind is behind other bridges than it was.
    case otherWay(PCIAddress)
  }
}

extension DeviceIdentity {
  /// Looks for the device among those of now.
  ///
  /// It is the one in its old place when all of its kind still sit where they sat, whatever the
  /// buses are numbered; else the only one of its kind, when it always was the only one and is
  /// behind bridges of the same kinds. In every other case nobody can tell.
  package func search(_ devices: [PCIDevice]) -> DeviceSearch {
    let byAddress = DevicesByAddress(devices)
    let kind = devices.filter(isKind)
    let ways = kind.map { DevicePath(to: $0, among: byAddress) }
    guard !kind.isEmpty else { return .uncertain(absence(byAddress)) }
    let seen = ways.compactMap { $0 }
    let known = twins + [path]
    if seen.count == ways.count, seen.allSatisfy(known.contains), known.allSatisfy(seen.contains),
      let place = ways.firstIndex(of: path)
    {
      return .found(kind[place].address)
    }
    guard kind.count == 1, twins.isEmpty, let only = kind.first else {
      return .uncertain(.ambiguous(kind.map { $0.address }))
    }
    guard let way = seen.first, way.hasShape(of: path) else { return .uncertain(.otherWay(only.address)) }
    return .found(only.address)
  }

  private func absence(_ devices: DevicesByAddress) -> DeviceSearch.Uncertainty {
    guard let other = devices[address] else { return .missing }
    guard let vendor = other.vendor, let device = other.device else { return .replaced(by: nil) }
    return .replaced(by: DeviceIDs(vendor: vendor, device: device))
  }
}
