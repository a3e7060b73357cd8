import HostModel

/// One slot of a guest and the functions of the host that go onto it.
///
/// Functions of one host slot stay together: drivers of graphics cards look for their sound at the
/// neighbouring function, and a reset of the slot then stays inside the guest.
package struct GuestSlot: Sendable, Equatable {
  package struct Function: Sendable, Equatable {
    package let host: PCIAddress
    /// 0...7 in the guest. A slot without function 0 is not seen at all (PCI Local Bus 3.0, 3.2.2.3.4).
    package let number: UInt8

    package init(host: PCIAddress, number: UInt8) {
      self.host = host
      self.number = number
    }
  }

  package let functions: [Function]

  /// Whether the guest has to be told where the functions go. A single one is left to libvirt.
  package var isMultifunction: Bool { functions.count > 1 }
}

/// Every slot that groups take in a guest, in order of group and address.
///
/// Host bridges and bridges between buses stay with the host; a bridge to ISA goes along. A virtual function (SR-IOV) is a
/// device of its own and gets its own slot.
package func guestSlots(of groups: [IOMMUGroup], devices: [PCIDevice]) -> [GuestSlot] {
  let members = groups.flatMap(\.members).compactMap { address in
    devices.first { $0.address == address }
  }
  var slots: [[PCIDevice]] = []
  for device in members where !device.isNeverBound {
    let isAlone = device.virtualFunctionOf != nil
    let index = slots.firstIndex { slot in
      slot.contains { !isAlone && $0.virtualFunctionOf == nil && $0.address.sharesSlot(with: device.address) }
    }
    if let index { slots[index].append(device) } else { slots.append([device]) }
  }
  return slots.map { GuestSlot(functions: numbered($0.map(\.address))) }
}

/// Functions keep their numbers where one of them is 0; otherwise they are counted from 0.
private func numbered(_ addresses: [PCIAddress]) -> [GuestSlot.Function] {
  let keepsNumbers = addresses.contains { $0.function == 0 }
  return addresses.enumerated().map { index, address in
    GuestSlot.Function(
      host: address, number: keepsNumbers ? address.function : UInt8(truncatingIfNeeded: index))
  }
}
