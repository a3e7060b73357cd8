import HostFiles
import HostModel

/// Has the host's own grub-script-check read what GRUB is to read, where it can write nothing.
package struct GrubScriptCheck {
  let root: HostRoot

  package init(_ root: HostRoot) { self.root = root }

  private static let programs = ["usr/bin/grub-script-check", "usr/bin/grub2-script-check"]

  /// Whether the host has the program, and a place to run it in.
  var isPossible: Bool { Self.programs.contains(where: root.exists) && root.scratchDirectory != nil }

  /// Why GRUB could not read the script, a full sentence; nil when it can.
  package func fault(in script: [UInt8], named path: String) -> String? {
    guard let program = Self.programs.first(where: root.exists) else {
      return "/\(path) could not be tried: there is no grub-script-check."
    }
    guard let directory = root.directoryPath, let scratch = root.scratchDirectory else {
      return "/\(path) could not be tried: there is nowhere to run grub-script-check."
    }
    let confined = ConfinedProgram(
      root: directory, isReadOnly: true, files: [script], scratch: scratch,
      arguments: ["/" + program, "/\(scratch)/0"], secondsLimit: 20)
    do throws(ConfinedProgram.Failure) {
      let outcome = try confined.run()
      guard outcome.status != 0 else { return nil }
      let reason = outcome.errors.lines.first?.text ?? "status \(outcome.status)"
      return "grub-script-check does not accept /\(path): \(reason)"
    } catch {
      return "/\(path) could not be tried with grub-script-check: \(error.description)."
    }
  }
}

extension HostRoot {
  /// A directory in which a confined program finds its files; what is there is not seen meanwhile.
  var scratchDirectory: String? {
    ["tmp", "run", "mnt", "media"].first { (try? kind(at: $0)) == .directory }
  }
}
