import HostModel

/// Why devices are not chosen: nothing is changed then.
package struct BindingRefusal: Error, Equatable, Sendable {
  /// The word that programs read.
  package enum Reason: String, Sendable {
    /// The host lives on it; nothing overrides that.
    case hostNeedsIt = "host-needs-it"
    /// The host would lose something that it can do without, if its owner says so.
    case hostUsesIt = "host-uses-it"
    case notMeasured = "not-measured"
    case noGroup = "no-group"
    case notBindable = "not-bindable"
    case reservedRegion = "reserved-region"
    /// A guest has it now.
    case inUse = "in-use"
    case noBuilder = "no-initramfs-tool"
    case bootWouldDecline = "boot-would-decline"
  }

  package let reason: Reason
  /// Full sentences.
  package let detail: String
  /// The options that override it, if any do.
  package let override: String?

  package init(_ reason: Reason, _ detail: String, override: String? = nil) {
    self.reason = reason
    self.detail = detail
    self.override = override
  }
}

/// `--override 0000:01:00.0=console`: what the host may lose, device by device.
package struct UseOverride: Hashable, Sendable {
  package let address: PCIAddress
  package let kind: HostUse.Kind

  package init(_ address: PCIAddress, _ kind: HostUse.Kind) {
    self.address = address
    self.kind = kind
  }

  /// What its owner may decide to do without. What holds file systems and volumes is not among it.
  package static let kinds: Set<HostUse.Kind> = [.defaultRoute, .network, .console, .display, .input, .sound]

  package var option: String { "--override \(address)=\(kind.rawValue)" }
}
