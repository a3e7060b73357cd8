import HostModel

/// Something that keeps a group with the host, and how the owner may decide otherwise.
package struct HandoverObstacle: Sendable, Equatable {
  package let address: PCIAddress
  /// A full sentence.
  package let reason: String
  /// What ends it; nil when no simple command does.
  package let command: String?
  /// The word that overrides it for this device (`ADDRESS=WORD`); nil when nothing does: the host
  /// would lose its file systems.
  package let override: String?
  /// False where it could not be found out whether the host uses the device.
  package var isMeasured = true

  package init(address: PCIAddress, reason: String, command: String?, override: String?) {
    self.address = address
    self.reason = reason
    self.command = command
    self.override = override
  }
}

/// The owner's word that a device may go although something uses it: `0000:01:00.0=display`.
package struct HandoverOverride: Sendable, Hashable {
  package let address: PCIAddress
  package let use: String

  /// What can be overridden: what the host survives.
  package static let uses =
    overridableKinds.map(\.rawValue) + ["open"]

  fileprivate static let overridableKinds: [HostUse.Kind] = [
    .defaultRoute, .network, .console, .display, .input, .sound, .signature,
  ]

  /// Nil when it is no address and one of `uses`, joined by an equals sign.
  package init?(_ text: String) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let address = PCIAddress(parts[0]), Self.uses.contains(String(parts[1])) else {
      return nil
    }
    self.address = address
    use = String(parts[1])
  }
}

extension PCIIndex {
  /// What keeps the groups with the host, less what the owner overrides.
  ///
  /// `holders` are the processes with a node of each function open.
  package func obstacles(
    to groups: [IOMMUGroup], heldBy holders: [PCIAddress: [FileHolder]], overrides: Set<HandoverOverride>
  ) -> [HandoverObstacle] {
    groups.flatMap { group in
      refusals(of: group, overrides) + open(in: group, holders)
    }.filter { obstacle in
      !overrides.contains { $0.address == obstacle.address && $0.use == obstacle.override }
    }
  }

  /// From the judgement of the group: everything but that it is not bound yet.
  private func refusals(of group: IOMMUGroup, _ overrides: Set<HandoverOverride>) -> [HandoverObstacle] {
    judge(group).blockers.filter { $0.kind != .binding }.map { blocker in
      let use = uses.of(blocker.address).first { $0.isEssential && $0.detail == blocker.reason }
      let word = use.flatMap { HandoverOverride.overridableKinds.contains($0.kind) ? $0.kind.rawValue : nil }
      var obstacle = HandoverObstacle(
        address: blocker.address, reason: blocker.reason, command: blocker.command, override: word)
      obstacle.isMeasured = blocker.kind != .unmeasured
      return obstacle
    }
  }

  private func open(in group: IOMMUGroup, _ holders: [PCIAddress: [FileHolder]]) -> [HandoverObstacle] {
    group.members.flatMap { address in
      (holders[address] ?? []).map {
        HandoverObstacle(address: address, reason: "\($0).", command: nil, override: "open")
      }
    }
  }
}
