import ChangePlanning
import Glibc
import HostFiles
import HostModel

/// Has grub-mkconfig write beside the file that GRUB reads, looks at what came of it, and only then
/// puts it in that file's place: grub-mkconfig itself leaves half a file on a full disk.
struct ConfigRegenerator {
  let root: HostRoot
  let regeneration: GrubRegeneration
  let interruption: Interruption
  let progress: (String) -> Void

  /// os-prober looks at every disk; a slow one may take minutes.
  static let secondsLimit = 600

  static let stageSuffix = ".passthru-doctor"

  /// The new file's bytes; nothing that the host starts from is touched.
  func make() throws(ChangeFailure) -> [UInt8] {
    let config: String
    do throws(HostFileError) {
      config = try root.resolvedPath(regeneration.configPath)
    } catch { throw ChangeFailure(error) }
    defer { Self.removeStaged(beside: config, of: root) }
    return try run(stage: config + Self.stageSuffix)
  }

  /// Only what is certainly ours is removed; mkconfig adds `.new` to the name it is given.
  static func removeStaged(beside config: String, of root: HostRoot) {
    for end in [stageSuffix, stageSuffix + ".new"] {
      root.discard(config + end)
    }
  }

  private func run(stage: String) throws(ChangeFailure) -> [UInt8] {
    let name = regeneration.program.split(separator: "/").last.map(String.init) ?? regeneration.program
    guard let directory = root.directoryPath else {
      throw ChangeFailure("A recorded host cannot be changed.")
    }
    progress("running \(name)")
    var program = ConfinedProgram(
      root: directory, isReadOnly: false,
      arguments: ["/" + regeneration.program] + regeneration.options + ["-o", "/" + stage],
      secondsLimit: Self.secondsLimit)
    program.shielded = regeneration.shielded
    // Titles are words of that language, and GRUB_DEFAULT may name one.
    program.language = root.systemLanguage
    let outcome: ConfinedProgram.Outcome
    do throws(ConfinedProgram.Failure) {
      outcome = try program.run(
        until: interruption, onError: { piece in for line in piece.lines { progress("  " + line.text) } },
        onWait: { seconds in progress("  \(name) is at work (\(seconds) s)") })
    } catch { throw ChangeFailure("\(name): \(error.description).") }
    guard outcome.status == 0 else {
      let last = outcome.errors.lines.last { !$0.trimmed.isEmpty }?.text ?? "it said nothing"
      throw ChangeFailure("\(name) ended with status \(outcome.status): \(last)" + hint(directory))
    }
    return try checked(stage: stage, name)
  }

  /// On a mounted disk, what a running system has is missing.
  private func hint(_ directory: String) -> String {
    if root.isRunningHost || root.exists("proc/self/mounts") { return "" }
    let mounts = ["dev", "proc", "sys"].map { "mount --rbind /\($0) \(directory)/\($0)" }
    return "\nIt may need what a running system has: \(mounts.joined(separator: "; "))"
  }

  private func checked(stage: String, _ name: String) throws(ChangeFailure) -> [UInt8] {
    let made: [UInt8]?
    let before: [UInt8]?
    do throws(HostFileError) {
      made = try root.bytes(at: stage)
      before = try root.bytes(at: regeneration.configPath)
    } catch { throw ChangeFailure(error) }
    guard let made, !made.isEmpty else { throw ChangeFailure("\(name) succeeded and wrote nothing.") }
    let check = GeneratedConfigCheck(root: root, regeneration: regeneration)
    if let fault = check.fault(in: made, before: before ?? []) {
      throw ChangeFailure(fault + " The old grub.cfg stays.")
    }
    return made
  }
}

extension HostRoot {
  /// LANG as the system sets it (Debian's etc/default/locale, systemd's locale.conf(5)); nil when it is not set.
  var systemLanguage: String? {
    for path in ["etc/default/locale", "etc/locale.conf"] {
      let lines = ((try? bytes(at: path)) ?? nil)?.lines.map(\.trimmed) ?? []
      for line in lines where line.starts(with: "LANG=".utf8) {
        let value = line.dropFirst(5).filter { $0 != 0x22 && $0 != 0x27 }.text
        let isPlain = value.utf8.allSatisfy {
          isHexDigit($0) || "ghijklmnopqrstuvwxyzGHIJKLMNOPQRSTUVWXYZ_.@-".utf8.contains($0)
        }
        if !value.isEmpty, isPlain { return value }
      }
    }
    return nil
  }
}
