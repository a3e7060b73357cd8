import HostModel

/// Who takes the device from its host driver when the guest starts.
package enum DeviceManagement: String, Sendable, CaseIterable {
  /// libvirt does, and gives it back when the guest ends. A device that is on vfio-pci already stays
  /// there (virPCIDeviceBindToStub, src/util/virpci.c).
  case libvirt = "yes"
  /// Nobody: the guest does not start unless the device is on vfio-pci. For groups that are bound at
  /// every boot: where the boot program had its reasons not to bind, libvirt must not either.
  case boot = "no"
}

/// Where a slot with several functions goes in the guest.
package struct GuestSlotPlace: Sendable, Equatable {
  package var bus: UInt8
  /// 0...31; 0 below a port.
  package var slot: UInt8

  package init(bus: UInt8, slot: UInt8 = 0) {
    self.bus = bus
    self.slot = slot
  }
}

/// libvirt's `hostdev` elements for slots, one element a function
/// (https://libvirt.org/formatdomain.html, USB / PCI / SCSI devices).
///
/// `places` are where slots with several functions go, in their order; where there are fewer places,
/// libvirt chooses, and the functions part. ROM and boot order are left alone.
package func hostdevElements(
  for slots: [GuestSlot], management: DeviceManagement, places: [GuestSlotPlace]
) -> [String] {
  var free = places[...]
  return slots.flatMap { slot in
    let place = slot.isMultifunction ? free.popFirst() : nil
    return slot.functions.map { hostdevElement(for: $0, management: management, at: place) }
  }
}

/// One element, each line ended, without indentation of the whole.
package func hostdevElement(
  for function: GuestSlot.Function, management: DeviceManagement, at place: GuestSlotPlace?
) -> String {
  let host = function.host
  var lines = [
    "<hostdev mode='subsystem' type='pci' managed='\(management.rawValue)'>",
    "  <source>",
    "    <address domain='\(hex(host.domain, 4))' bus='\(hex(UInt32(host.bus), 2))' "
      + "slot='\(hex(UInt32(host.device), 2))' function='\(hex(UInt32(host.function), 1))'/>",
    "  </source>",
  ]
  if let place {
    let multifunction = function.number == 0 ? " multifunction='on'" : ""
    lines.append(
      "  <address type='pci' domain='0x0000' bus='\(hex(UInt32(place.bus), 2))' "
        + "slot='\(hex(UInt32(place.slot), 2))' function='\(hex(UInt32(function.number), 1))'\(multifunction)/>"
    )
  }
  lines.append("</hostdev>")
  return lines.map { $0 + "\n" }.joined()
}

private func hex(_ value: UInt32, _ digits: Int) -> String {
  var needed = digits
  while needed < 8, value >> UInt32(4 * needed) != 0 { needed += 1 }
  return "0x" + hexText(value, digits: needed)
}
