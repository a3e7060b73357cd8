import ChangePlanning
import HostFiles
import HostModel
import ProgramRunning

/// Installs and removes packages by the host's own package manager; below another root, in a chroot of it.
package struct PackageInstaller {
  let root: HostRoot
  let manager: PackageManager
  let progress: (String) -> Void

  /// A slow line, and many packages.
  private static let longestRun = 3600

  package init(_ root: HostRoot, _ manager: PackageManager, progress: @escaping (String) -> Void) {
    self.root = root
    self.manager = manager
    self.progress = progress
  }

  /// What installing would do.
  ///
  /// - Parameter refreshing: ask for new lists of packages when the old ones do not have what is wanted.
  package func preview(_ names: [String], refreshing: Bool) throws(ChangeFailure) -> PackagePreview {
    let (status, text) = try ask(manager.previewCommand(names))
    if manager.isPreview(status: status, text: text) { return PackagePreview(text, by: manager) }
    if refreshing, let refresh = manager.refreshCommand {
      progress("\(manager.rawValue) asks for new lists of packages")
      _ = try ask(refresh)
      return try preview(names, refreshing: false)
    }
    let words = text.split(separator: "\n").suffix(3).joined(separator: "; ")
    throw ChangeFailure(
      "\(manager.rawValue) does not know how to install \(names.joined(separator: " ")): \(words)")
  }

  /// Installs, while the journal stays locked for as long as the package manager runs.
  func install(_ software: SoftwareInstallation, _ lock: FileLock) throws(ChangeFailure) {
    try order(
      manager.installCommand(software.asked.names), "installs \(software.brings.count) packages", lock)
    let there = try installed(software.brings)
    if let missing = software.brings.first(where: { !there.contains($0) }) {
      throw ChangeFailure("\(manager.rawValue) ended without a complaint, and \(missing) is not installed.")
    }
  }

  /// Removes those of the packages that are installed.
  func remove(_ names: [String], _ lock: FileLock) throws(ChangeFailure) {
    let there = try installed(names)
    guard !there.isEmpty else { return }
    try order(manager.removeCommand(there), "removes \(there.count) packages", lock)
  }

  private func installed(_ names: [String]) throws(ChangeFailure) -> [String] {
    // Not even one of them: no answer but a failure, which says as much.
    manager.installed(names, in: try ask(manager.queryCommand(names)).text)
  }

  private func order(_ command: [String], _ doing: String, _ lock: FileLock) throws(ChangeFailure) {
    progress("\(manager.rawValue) \(doing)")
    let failure = runHostProgram(confined(command), limit: Self.longestRun, keeping: lock.descriptor) {
      seconds in
      progress("\(manager.rawValue) is at work (\(seconds) s)")
    }
    if let failure { throw ChangeFailure("\(failure).") }
  }

  private func ask(_ command: [String]) throws(ChangeFailure) -> (status: Int32, text: String) {
    let words = confined(command)
    guard let program = words.first else { return (0, "") }
    do throws(ProgramRun.Failure) {
      let outcome = try ProgramRun(
        program, Array(words.dropFirst()), timeLimit: 600_000, outputLimit: 8 << 20, keepsErrors: true
      ).run()
      return (outcome.status, outcome.output.text)
    } catch {
      switch error {
      case .notStarted: throw ChangeFailure("\(manager.rawValue) could not be started.")
      case .tookTooLong: throw ChangeFailure("\(manager.rawValue) did not answer within 10 minutes.")
      case .saidTooMuch: throw ChangeFailure("\(manager.rawValue) printed without end.")
      }
    }
  }

  private func confined(_ command: [String]) -> [String] {
    guard !root.isRunningHost, let directory = root.directoryPath else { return command }
    return ["/usr/sbin/chroot", directory] + command
  }
}

/// Units of systemd.
struct UnitControl {
  let root: HostRoot
  let lock: FileLock

  func enable(_ unit: String) throws(ChangeFailure) { try run("enable", unit) }
  func disable(_ unit: String) throws(ChangeFailure) { try run("disable", unit) }

  /// Below another root nothing runs that could be started.
  private func run(_ verb: String, _ unit: String) throws(ChangeFailure) {
    var command = ["/usr/bin/systemctl", verb]
    if root.isRunningHost {
      command.append("--now")
    } else {
      command += ["--root", root.directoryPath ?? "/"]
    }
    if let failure = runHostProgram(command + [unit], limit: 120, keeping: lock.descriptor, tell: { _ in }) {
      throw ChangeFailure("\(failure).")
    }
  }
}
