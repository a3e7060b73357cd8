import HostModel

/// What is to be said of one IOMMU group.
package struct GroupJudgement: Sendable, Equatable {
  package enum Verdict: String, Sendable, CaseIterable {
    /// A guest could have it now.
    case viable
    /// A guest could have it once its members are bound to VFIO.
    case needsBinding = "needs-binding"
    /// Handing it away would take something that the host lives on.
    case hostNeedsIt = "host-needs-it"
    /// It could not be measured.
    case unknown
  }

  /// Something that stands in the way.
  package struct Blocker: Sendable, Equatable {
    package let address: PCIAddress
    /// A full sentence.
    package let reason: String
    /// What clears it; nil when nothing does but a decision of the owner.
    package let command: String?
    package let kind: Kind

    package enum Kind: Sendable, Equatable {
      case hostUse, reservedRegion, unmeasured, binding, noEndpoint
    }
  }

  /// Something worth knowing that does not stand in the way.
  package struct Note: Sendable, Equatable {
    package let address: PCIAddress?
    package let text: String
  }

  package let group: IOMMUGroup
  package let verdict: Verdict
  /// In order of address; of one function, the gravest first.
  package let blockers: [Blocker]
  package let notes: [Note]
}

extension PCIDevice {
  /// What VFIO lets stay with the host in a group that a guest gets: bridges to other buses
  /// (drivers/vfio, vfio_dev_driver_allowed: every header that is not an endpoint's) and the host
  /// bridge, which no driver of the kernel manages memory access for.
  package var staysWithHost: Bool { isPassage && (driver == nil || driver == "pcieport") }

  /// Whether it carries nothing for a guest: a bridge to other buses, or the host bridge.
  package var isPassage: Bool { isBridge || subclass == 0x0600 }
}
