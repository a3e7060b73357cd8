import GuestDefinitions
import HostModel

/// One change to the host, as data: specific enough that who carries it out has nothing to decide.
package enum Step: Sendable, Equatable {
  /// A device goes from driver to driver now. These come first, together: a driver that does not let go
  /// stops a plan before anything else was touched.
  case rebind(Rebinding)
  /// Has the kernel load a module with what it needs, or take one away that nothing uses: for this boot.
  case loadModule(String)
  case unloadModule(String)
  /// Nil: the file is not there, before or after.
  case replaceFile(path: String, before: [UInt8]?, after: [UInt8]?)
  /// Has grub-mkconfig make its file anew; always the last step.
  case regenerate(GrubRegeneration)
  /// Has the tool that keeps the boot entries do its work.
  case run(ToolRun)
  /// Has the initramfs of kernels made anew; always the last step.
  case rebuild(ImageRebuild)
  /// Has the host's package manager install packages.
  case install(SoftwareInstallation)
  /// Has systemd start a unit, now and at every boot.
  case enable(unit: String)
  /// Has libvirt change a guest.
  case changeGuest(GuestChange)
  /// Takes back what another program of the host did for a change.
  case takeBack(HostedChange)
}

/// The steps that lead to what was wanted, and what to know of them.
package struct ChangePlan: Sendable, Equatable {
  package var intent: ChangeIntent
  package var steps: [Step]
  /// Full sentences: which way was chosen and why, what to beware of.
  package var notes: [String]
  package var needsReboot: Bool

  package init(intent: ChangeIntent, steps: [Step], notes: [String], needsReboot: Bool) {
    self.intent = intent
    self.steps = steps
    self.notes = notes
    self.needsReboot = needsReboot
  }
}

extension [Step] {
  /// The host's functions that guests get.
  package var functionsForGuests: [PCIAddress] {
    flatMap { step -> [PCIAddress] in
      switch step {
      case .changeGuest(let change): change.isAddition ? change.functions : []
      // Taken back, what a guest lost comes to it again.
      case .takeBack(.guest(let devices)): devices.isAddition ? [] : devices.functions
      default: []
      }
    }
  }

  /// The devices that change hands now.
  package var rebindings: [Rebinding] {
    compactMap { if case .rebind(let rebinding) = $0 { rebinding } else { nil } }
  }
}

extension ChangePlan {
  /// Whether it changes something, and all of that ends with this boot.
  package var endsWithBoot: Bool {
    !steps.isEmpty
      && steps.allSatisfy { step in
        switch step {
        case .rebind, .loadModule, .unloadModule: true
        default: false
        }
      }
  }
}

/// Why there is no plan: nothing is changed then.
package struct Refusal: Error, Sendable, Equatable, CustomStringConvertible {
  /// The word that programs read: `conflict`, `broken`, `managed-elsewhere`.
  package var reason: String
  /// Full sentences.
  package var detail: String
  /// What a person can do instead, exact commands.
  package var steps: [String]
  /// The option that overrides it, if any does.
  package var override: String?

  package init(reason: String, detail: String, steps: [String] = [], override: String? = nil) {
    self.reason = reason
    self.detail = detail
    self.steps = steps
    self.override = override
  }

  package init(_ refusal: GrubRefusal) {
    self.init(
      reason: refusal.kind.rawValue, detail: refusal.description,
      override: refusal.kind == .conflict ? "--replace" : nil)
  }

  package var description: String {
    ([detail] + steps.map { "  " + $0 }).joined(separator: "\n")
  }
}
