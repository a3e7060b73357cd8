import HostModel

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
  /// Whether GRUB takes its entries from loader/entries, so that the file itself holds none.
  package var readsLoaderEntries = false
  /// Files and folders that grub-mkconfig sees a copy of, so that it cannot change them: some versions
  /// rewrite every boot loader entry, also of other systems.
  package var shielded: [String] = []

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
    guard made.usesBLS || !readsLoaderEntries else {
      return "The new grub.cfg does not read the boot loader entries any more."
    }
    let own = made.entries.filter { !$0.isForeign }
    if own.isEmpty, entriesBefore.contains(where: { !$0.isForeign }) {
      return "The new grub.cfg has no entry for this system."
    }
    for entry in own {
      if let missing = present.first(where: { !entry.holds($0) }) {
        return "The entry \"\(entry.title)\" of the new grub.cfg lacks \(missing)."
      }
      if let left = absent.first(where: entry.holds) {
        return "The entry \"\(entry.title)\" of the new grub.cfg still has \(left)."
      }
    }
    for entry in entriesBefore where entry.isForeign {
      let kept = made.entries.contains {
        $0.title == entry.title && $0.kernel == entry.kernel && $0.arguments == entry.arguments
      }
      if !kept {
        return
          "The entry \"\(entry.title)\", which is not this system's, would be lost or changed. If that is "
          + "right, run /\(program) -o /\(configPath) yourself first."
      }
    }
    return nil
  }
}
