import ChangePlanning
import HostFiles
import HostModel

/// Whether a grub.cfg that was made beside the old one may take its place.
struct GeneratedConfigCheck {
  let root: HostRoot
  let regeneration: GrubRegeneration

  /// Why it may not, a full sentence; nil when it may.
  func fault(in made: [UInt8], before: [UInt8]) -> String? {
    let config = GrubConfig(made, path: regeneration.configPath)
    return regeneration.fault(in: config) ?? missingSection(made, before) ?? missingKernel(config)
      ?? missingSystem(made, before)
      ?? syntaxFault(made)
  }

  /// Each script's output lies between two lines; a file that was cut short lacks the second one, or
  /// both of a script that is still there.
  private func missingSection(_ made: [UInt8], _ before: [UInt8]) -> String? {
    let ends = Self.scripts("### END ", in: made)
    let begun = Self.scripts("### BEGIN ", in: made)
    let expected = begun + Self.scripts("### BEGIN ", in: before).filter { root.exists($0) }
    guard let missing = expected.first(where: { !ends.contains($0) }) else { return nil }
    return "The new grub.cfg was cut short: the end of what /\(missing) writes is missing."
  }

  /// Paths below the root.
  private static func scripts(_ start: String, in bytes: [UInt8]) -> [String] {
    bytes.lines.compactMap { line in
      guard line.starts(with: start.utf8) else { return nil }
      return line.dropFirst(start.utf8.count).prefix { $0 != 0x20 }.drop { $0 == 0x2f }.text
    }
  }

  private func missingKernel(_ made: GrubConfig) -> String? {
    func names(_ entries: [BootEntry]) -> [String] {
      entries.filter { !$0.isForeign }.compactMap { $0.kernel?.split(separator: "/").last.map(String.init) }
    }
    let kept = names(made.entries)
    let missing = names(regeneration.entriesBefore).first { !kept.contains($0) && root.exists("boot/" + $0) }
    return missing.map { "The new grub.cfg has no entry for the kernel \($0), which is still there." }
  }

  /// Systems that start otherwise than by a kernel of Linux: Windows, by its own loader. os-prober finds them anew each
  /// time, or does not.
  private func missingSystem(_ made: [UInt8], _ before: [UInt8]) -> String? {
    let kept = GrubMenuEntry.all(in: made)
    let lost = GrubMenuEntry.all(in: before).first { entry in
      entry.startsOtherSystem && !kept.contains { $0.title == entry.title && $0.body == entry.body }
    }
    return lost.map {
      "The entry \"\($0.title)\", which is not this system's, would be lost or changed. If that is right, run "
        + "/\(regeneration.program) -o /\(regeneration.configPath) yourself first."
    }
  }

  /// A host without the checker has a grub-mkconfig that does without it, too.
  private func syntaxFault(_ made: [UInt8]) -> String? {
    let check = GrubScriptCheck(root)
    return check.isPossible ? check.fault(in: made, named: regeneration.configPath) : nil
  }
}
