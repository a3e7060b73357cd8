import HostModel

/// QEMU's machine types that differ in where devices go.
package enum GuestMachine: String, Sendable, CaseIterable {
  /// PCI Express: each slot gets a root port.
  case q35
  /// Conventional PCI: slots of the one bus, counted down from the last.
  case pc
}

/// The values of QEMU's `-device` options for slots, in the order in which QEMU wants them. Nil when
/// the machine has not that many slots.
package func qemuDevices(for slots: [GuestSlot], machine: GuestMachine) -> [String]? {
  // The pc machine has its own devices on the first slots; a root complex has 256 buses.
  guard slots.count <= (machine == .pc ? 28 : 128) else { return nil }
  return slots.enumerated().flatMap { index, slot in
    switch machine {
    case .q35:
      // Chassis numbers must differ from those of other ports: these begin above what people use.
      ["pcie-root-port,id=passthru\(index),chassis=\(100 + index)"]
        + devices(on: slot, bus: "passthru\(index)", guestSlot: 0)
    case .pc: devices(on: slot, bus: "pci.0", guestSlot: 0x1f - index)
    }
  }
}

private func devices(on slot: GuestSlot, bus: String, guestSlot: Int) -> [String] {
  slot.functions.map { function in
    let place = hexText(UInt32(truncatingIfNeeded: guestSlot), digits: 2) + ".\(function.number)"
    let multifunction = slot.isMultifunction && function.number == 0 ? ",multifunction=on" : ""
    return "vfio-pci,host=\(function.host),bus=\(bus),addr=\(place)\(multifunction)"
  }
}
