import HostModel

/// What is to change in one guest of libvirt: its definition, and what is plugged in when it runs.
package struct GuestChange: Sendable, Equatable {
  /// Which libvirt: `qemu:///system`.
  package let connection: String
  package let guest: String
  package let before: GuestDefinition
  package let after: GuestDefinition
  /// The functions that come or go.
  package let functions: [PCIAddress]
  package let isAddition: Bool
  package let isRunning: Bool
  /// libvirt's element for each of `functions`, without a place in the guest: a running guest's
  /// slots take one function each.
  package let elements: [String]

  package init(
    connection: String, guest: String, before: GuestDefinition, after: GuestDefinition,
    functions: [PCIAddress], isAddition: Bool, isRunning: Bool, elements: [String]
  ) {
    self.connection = connection
    self.guest = guest
    self.before = before
    self.after = after
    self.functions = functions
    self.isAddition = isAddition
    self.isRunning = isRunning
    self.elements = elements
  }

  package var changesNothing: Bool { functions.isEmpty }

  /// What has to be known to take it back.
  package var devices: GuestDevices {
    GuestDevices(
      connection: connection, guest: guest, isAddition: isAddition,
      elements: (isAddition ? after : before).elements(of: functions))
  }
}

/// Devices that came to a guest, or left it, as its definition has or had them.
package struct GuestDevices: Sendable, Equatable {
  package let connection: String
  package let guest: String
  /// Whether they came.
  package let isAddition: Bool
  /// libvirt's `hostdev` elements, byte for byte.
  package let elements: [String]

  package init(connection: String, guest: String, isAddition: Bool, elements: [String]) {
    self.connection = connection
    self.guest = guest
    self.isAddition = isAddition
    self.elements = elements
  }

  /// The host's functions that they are.
  package var functions: [PCIAddress] {
    elements.flatMap { element in
      GuestDefinition(Array("<domain><devices>\(element)</devices></domain>".utf8))?.hostDevices ?? []
    }
  }
}
