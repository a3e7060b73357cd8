import ChangePlanning
import HostFiles
import HostModel

/// Whether a grub.cfg that was made beside the old one may take its place.
struct GeneratedConfigCheck {
  let root: HostRoot
  let regeneration: GrubRegeneration

  private static let syntaxCheckers = ["usr/bin/grub-script-check", "usr/bin/grub2-script-check"]

  /// Why it may not, a full sentence; nil when it may. It stands at `path`.
  func fault(in made: [UInt8], at path: String, before: [UInt8]) -> String? {
    let config = GrubConfig(made, path: regeneration.configPath)
    return regeneration.fault(in: config) ?? missingSection(made, before) ?? missingKernel(config)
      ?? syntaxFault(path)
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

  private func syntaxFault(_ path: String) -> String? {
    guard let directory = root.directoryPath, let checker = Self.syntaxCheckers.first(where: root.exists)
    else {
      return nil
    }
    let program = ConfinedProgram(
      root: directory, isReadOnly: true, arguments: ["/" + checker, "/" + path], secondsLimit: 60)
    do throws(ConfinedProgram.Failure) {
      let outcome = try program.run()
      guard outcome.status != 0 else { return nil }
      let said = outcome.errors.lines.first { !$0.trimmed.isEmpty }?.text ?? "it said nothing"
      return "GRUB could not read the new grub.cfg: \(said)"
    } catch {
      return "The new grub.cfg could not be checked with /\(checker): \(error)."
    }
  }
}
