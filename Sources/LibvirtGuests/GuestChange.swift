import GuestDefinitions
import HostModel

extension GuestChange {
  /// Gives a guest what it does not have yet of these slots.
  package init(
    giving slots: [GuestSlot], to guest: String, management: DeviceManagement, through virsh: Virsh
  ) throws(Virsh.Failure) {
    let before = try virsh.definition(of: guest)
    let has = Set(before.hostDevices)
    // A slot of which the guest has a part stays as it is; the rest goes where libvirt puts it.
    let missing = slots.map { slot in slot.functions.filter { !has.contains($0.host) } }
    let whole = zip(slots, missing).filter { $0.functions.count == $1.count }.map(\.0)
    let parts = zip(slots, missing).filter { $0.functions.count != $1.count }.flatMap(\.1)
    let places = before.freePlaces(whole.count(where: \.isMultifunction))
    let elements =
      hostdevElements(for: whole, management: management, places: places)
      + parts.map { hostdevElement(for: $0, management: management, at: nil) }
    guard let after = before.adding(elements) else {
      throw Virsh.Failure(description: "the definition of \(guest) has no list of devices to add to")
    }
    let functions = missing.flatMap { $0 }
    self.init(
      connection: virsh.connection, guest: guest, before: before, after: functions.isEmpty ? before : after,
      functions: functions.map(\.host), isAddition: true, isRunning: try virsh.isRunning(guest),
      elements: functions.map { hostdevElement(for: $0, management: management, at: nil) })
  }

  /// Takes out of a guest what it has of these functions.
  package init(
    taking functions: [GuestSlot.Function], from guest: String, through virsh: Virsh
  ) throws(Virsh.Failure) {
    let before = try virsh.definition(of: guest)
    let has = Set(before.hostDevices)
    let leaving = functions.filter { has.contains($0.host) }
    guard let after = before.removing(leaving.map(\.host)) else {
      throw Virsh.Failure(description: "the definition of \(guest) cannot be changed")
    }
    self.init(
      connection: virsh.connection, guest: guest, before: before, after: after,
      functions: leaving.map(\.host), isAddition: false, isRunning: try virsh.isRunning(guest),
      elements: leaving.map { hostdevElement(for: $0, management: .libvirt, at: nil) })
  }

  /// The opposite of a change that was made: nothing where the guest is gone, or has it so already.
  package init?(takingBack devices: GuestDevices, through virsh: Virsh) throws(Virsh.Failure) {
    guard try virsh.guests().contains(devices.guest) else { return nil }
    let functions = devices.functions
    guard !devices.isAddition else {
      let taken = functions.map { GuestSlot.Function(host: $0, number: 0) }
      try self.init(taking: taken, from: devices.guest, through: virsh)
      return
    }
    if let (address, owner) = try virsh.owners(of: functions, besides: devices.guest).min(by: {
      $0.key < $1.key
    }) {
      throw Virsh.Failure(description: "\(address) belongs to the guest \(owner) by now")
    }
    let before = try virsh.definition(of: devices.guest)
    let has = Set(before.hostDevices)
    let missing = zip(functions, devices.elements).filter { !has.contains($0.0) }
    guard let after = before.adding(missing.map(\.1)) else {
      throw Virsh.Failure(description: "the definition of \(devices.guest) has no list of devices to add to")
    }
    self.init(
      connection: virsh.connection, guest: devices.guest, before: before, after: after,
      functions: missing.map(\.0), isAddition: true, isRunning: try virsh.isRunning(devices.guest),
      elements: missing.map {
        hostdevElement(for: GuestSlot.Function(host: $0.0, number: 0), management: .libvirt, at: nil)
      })
  }

  /// Does it: the definition first, then the running guest. Fails with both as they were, or says what
  /// is not.
  package func carryOut(through virsh: Virsh) throws(Virsh.Failure) {
    guard try virsh.definition(of: guest) == before else {
      throw Virsh.Failure(description: "\(guest) was changed meanwhile; nothing was done")
    }
    try virsh.define(after)
    do throws(Virsh.Failure) {
      guard Set(try virsh.definition(of: guest).hostDevices) == Set(after.hostDevices) else {
        throw Virsh.Failure(description: "libvirt took the definition of \(guest), but not the devices in it")
      }
      if isRunning { try changeRunning(through: virsh) }
    } catch {
      do throws(Virsh.Failure) {
        try virsh.define(before)
      } catch let second {
        throw Virsh.Failure(description: "\(error); and the definition could not be put back: \(second)")
      }
      throw Virsh.Failure(description: "\(error); the definition is as it was")
    }
  }

  private func changeRunning(through virsh: Virsh) throws(Virsh.Failure) {
    var done: [String] = []
    do throws(Virsh.Failure) {
      for element in elements {
        if isAddition { try virsh.plug(element, into: guest) } else { try virsh.unplug(element, from: guest) }
        done.append(element)
      }
    } catch {
      for element in done.reversed() {
        if isAddition {
          try? virsh.unplug(element, from: guest)
        } else {
          try? virsh.plug(element, into: guest)
        }
      }
      throw error
    }
  }
}

extension Virsh {
  /// Which other guest has each function, as far as one has.
  package func owners(of functions: [PCIAddress], besides guest: String) throws(Failure) -> [PCIAddress:
    String]
  {
    var owners: [PCIAddress: String] = [:]
    for other in try guests() where other != guest {
      for address in try definition(of: other).hostDevices where functions.contains(address) {
        owners[address] = other
      }
    }
    return owners
  }
}
