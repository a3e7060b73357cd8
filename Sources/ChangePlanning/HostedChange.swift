import GuestDefinitions
import HostModel

/// Something that a change had another program of the host do, and that this program keeps: what is
/// needed to have it taken back.
package enum HostedChange: Sendable, Equatable {
  /// Exactly these packages came, by the package manager.
  case packages(PackageManager, [String])
  /// systemd starts this unit, now and at every boot.
  case unit(String)
  /// libvirt has these devices in a guest's definition, or has them out of it.
  case guest(GuestDevices)
}
