import GuestDefinitions
import HostModel

/// What is to change in one guest: its definition, and what is plugged in when it runs.
package struct GuestChange: Sendable {
  package let guest: String
  package let before: GuestDefinition
  package let after: GuestDefinition
  /// The functions that come or go.
  package let functions: [PCIAddress]
  package let isRunning: Bool
  /// libvirt's element for each of `functions`, without a place in the guest: a running guest's
  /// slots take one function each.
  let elements: [String]
  let isAddition: Bool

  package var changesNothing: Bool { functions.isEmpty }

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
    self.guest = guest
    self.before = before
    self.after = functions.isEmpty ? before : after
    self.functions = functions.map(\.host)
    isRunning = try virsh.isRunning(guest)
    self.elements = functions.map { hostdevElement(for: $0, management: management, at: nil) }
    isAddition = true
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
    self.guest = guest
    self.before = before
    self.after = after
    self.functions = leaving.map(\.host)
    isRunning = try virsh.isRunning(guest)
    elements = leaving.map { hostdevElement(for: $0, management: .libvirt, at: nil) }
    isAddition = false
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
