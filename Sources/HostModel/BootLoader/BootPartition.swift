/// A partition that the firmware or a boot loader reads: found by its type in the partition table, or,
/// where no table can be looked at, by its place in etc/fstab.
package struct BootPartition: Sendable, Equatable {
  package enum Kind: String, Sendable {
    /// The EFI system partition (UEFI specification, 5.3.3).
    case esp
    /// The extended boot loader partition (Boot Loader Specification).
    case xbootldr

    /// By the type's GUID in a GPT or its number in an MBR, as libblkid writes them.
    package init?(partitionType: String) {
      switch partitionType.lowercased() {
      case "c12a7328-f81f-11d2-ba4b-00a0c93ec93b", "0xef": self = .esp
      case "bc13c2ff-59e6-4262-a352-b275fd6f7172", "0xea": self = .xbootldr
      default: return nil
      }
    }
  }

  package var kind: Kind
  /// Below dev: nvme0n1p1; nil where only etc/fstab tells of it.
  package var device: String?
  /// Where it is mounted now, or, on a host that does not run, where etc/fstab mounts it; without a
  /// leading slash.
  package var mountPoint: String?
  package var isInFstab: Bool

  package init(kind: Kind, device: String?, mountPoint: String?, isInFstab: Bool) {
    self.kind = kind
    self.device = device
    self.mountPoint = mountPoint
    self.isInFstab = isInFstab
  }

  /// A clause: "dev/vda1, an EFI system partition, mounted on /boot/efi".
  package var clause: String {
    let name = kind == .esp ? "an EFI system partition" : "an extended boot loader partition"
    let place = mountPoint.map { "mounted on /\($0)" } ?? "not mounted"
    return "\(device.map { "/dev/\($0), " } ?? "")\(name), \(place)\(isInFstab ? "" : ", not in /etc/fstab")"
  }
}
