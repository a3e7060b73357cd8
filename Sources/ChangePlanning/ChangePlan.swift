import GuestDefinitions
import HostModel

/// One change to the host, as data: specific enough that who carries it out has nothing to decide.
package enum Step: Sendable, Equatable {
  /// A device goes from driver to driver now. These come first, together: a driver that does not let go
  /// stops a plan before anything else was touched.
  case rebind(Rebinding)
  /// Nil: the file is not there, before or after.
  case replaceFile(path: String, before: [UInt8]?, after: [UInt8]?)
  /// Has grub-mkconfig make its file anew; always the last step.
  case regenerate(GrubRegeneration)
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

/// A run of grub-mkconfig, and what must come of it.
package struct GrubRegeneration: Sendable, Equatable {
  /// Below the root: usr/sbin/grub-mkconfig.
  package var program: String
  /// Before `-o`.
  package var options: [String]
  /// The file that GRUB reads.
  package var configPath: String
  /// The entries of that file now: those of other systems must stay as they are.
  package var entriesBefore: [BootEntry]
  /// Arguments that every entry of this system must hold afterwards.
  package var present: [String]
  /// Arguments that no entry of this system may hold afterwards.
  package var absent: [String]

  package init(
    program: String, options: [String], configPath: String, entriesBefore: [BootEntry], present: [String],
    absent: [String]
  ) {
    self.program = program
    self.options = options
    self.configPath = configPath
    self.entriesBefore = entriesBefore
    self.present = present
    self.absent = absent
  }

  /// Why a file that was made must not take the old one's place, as a full sentence; nil when it may.
  package func fault(in made: GrubConfig) -> String? {
    guard made.isGenerated else { return "What grub-mkconfig made is no whole grub.cfg." }
    let own = made.entries.filter { !$0.isForeign }
    if own.isEmpty, entriesBefore.contains(where: { !$0.isForeign }) {
      return "The new grub.cfg has no entry for this system."
    }
    for entry in own {
      if let missing = present.first(where: { !entry.arguments.contains($0) }) {
        return "The entry \"\(entry.title)\" of the new grub.cfg lacks \(missing)."
      }
      if let left = absent.first(where: { entry.arguments.contains($0) }) {
        return "The entry \"\(entry.title)\" of the new grub.cfg still has \(left)."
      }
    }
    for entry in entriesBefore where entry.isForeign {
      let kept = made.entries.contains {
        $0.title == entry.title && $0.kernel == entry.kernel && $0.arguments == entry.arguments
      }
      if !kept { return "The entry \"\(entry.title)\" of another system would be lost or changed." }
    }
    return nil
  }
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
