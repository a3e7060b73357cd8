/// One thing that the host uses a PCI function for.
package struct HostUse: Sendable, Hashable {
  package enum Kind: String, Sendable, CaseIterable {
    case root, boot, esp, swap, mount, lvm, raid, crypt, zfs, btrfs, fstab
    /// An interface on the way of the default route.
    case defaultRoute = "default-route"
    /// An interface with an address, or that is part of a bridge, bond or team.
    case network
    /// The kernel's console is on it.
    case console
    case display
    /// A keyboard is behind it.
    case input
    /// A stream is playing or recording.
    case sound
    /// A file system or a member of a volume that nothing uses.
    case signature
  }

  package let kind: Kind
  /// The sentence that proves it: what was seen, on which device.
  package let detail: String
  /// Whether the host loses something it lives on when the function goes to a guest. Without it the
  /// use is a note.
  package let isEssential: Bool
  /// The command that ends the use; nil when no simple one does.
  package let release: String?

  package init(_ kind: Kind, _ detail: String, isEssential: Bool = true, release: String? = nil) {
    self.kind = kind
    self.detail = detail
    self.isEssential = isEssential
    self.release = release
  }
}

/// What the host uses its PCI functions for, and what of that could not be measured.
package struct HostUses: Sendable, Equatable {
  /// Of each function, in the order of the kinds.
  package private(set) var uses: [PCIAddress: [HostUse]] = [:]
  package private(set) var gaps: [UseGap] = []

  package init() {}

  package func of(_ address: PCIAddress) -> [HostUse] { uses[address] ?? [] }

  /// Adds a use that is not there yet.
  package mutating func add(_ use: HostUse, to address: PCIAddress) {
    guard uses[address]?.contains(use) != true else { return }
    uses[address, default: []].append(use)
  }

  package mutating func add(_ gap: UseGap) {
    if !gaps.contains(gap) { gaps.append(gap) }
  }

  /// Takes over what another source of uses gave.
  package mutating func formUnion(_ other: HostUses) {
    for (address, list) in other.uses {
      for use in list { add(use, to: address) }
    }
    for gap in other.gaps { add(gap) }
  }

  /// Puts the uses of every function into the order of their kinds, and of their words within one:
  /// two runs on the same evidence give the same report.
  package mutating func sort() {
    let order = Dictionary(
      uniqueKeysWithValues: HostUse.Kind.allCases.enumerated().map { ($1, $0) })
    for address in uses.keys {
      uses[address]?.sort {
        (order[$0.kind] ?? 0, $0.detail) < (order[$1.kind] ?? 0, $1.detail)
      }
    }
  }

  /// Why it is not certain that the host can do without a function; nil when all was measured.
  package func doubt(about device: PCIDevice) -> String? {
    gaps.first { $0.affects(device) }?.reason
  }
}

/// Something about the host's uses that could not be measured, and whose uses may hide behind it.
package struct UseGap: Sendable, Equatable {
  package enum Scope: Sendable, Equatable {
    /// Everything that a disk can be behind.
    case storage
    /// Every network controller.
    case network
    /// Every controller that a keyboard can be behind.
    case input
    /// Every display controller.
    case display
    /// These functions.
    case devices(Set<PCIAddress>)
  }

  /// What could not be measured and why, a clause: "the mount table could not be read: …".
  package let reason: String
  package let scope: Scope

  package init(_ reason: String, _ scope: Scope) {
    self.reason = reason
    self.scope = scope
  }

  /// Whether a use of this function may have been missed.
  package func affects(_ device: PCIDevice) -> Bool {
    switch scope {
    case .storage: device.mayHoldDisks
    case .network: device.baseClass.map { $0 == 0x02 || $0 == 0x0d } ?? true
    case .input: device.subclass.map { $0 == 0x0c03 } ?? true
    case .display: device.baseClass.map { $0 == 0x03 } ?? true
    case .devices(let addresses): addresses.contains(device.address)
    }
  }
}
