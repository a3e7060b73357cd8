/// What somebody wants changed; planners turn it into steps.
package enum ChangeIntent: Sendable, Equatable {
  /// `replacing`: take out arguments that say the opposite.
  case addArguments([String], replacing: Bool)
  case removeArguments([String])
  /// One boot with them.
  case tryArguments([String])
  /// Takes away what a trial has left.
  case clearTrial
  /// Devices or groups as they were named, and what their owner gives up (`0000:01:00.0=console`).
  case bind([String], overrides: [String])
  /// `now`: the host's drivers get the devices in this boot already.
  case unbind([String], now: Bool = false)
  /// Changes by their numbers in the journal.
  case undo([Int])
  /// Devices or groups to a guest of libvirt.
  case attach([String], guest: String)
  case detach([String], guest: String)
  /// Devices or groups as they were named, to VFIO or back to the host, for this boot only.
  case handOver([String], toVFIO: Bool)
  /// The vfio modules, for this boot only.
  case loadModules
  /// Packages by the distribution's own package manager.
  case install(PackageInstallation)
  /// A unit of systemd, now and at every boot.
  case enable(unit: String)

  /// The command that means it.
  package var command: String {
    switch self {
    case .addArguments(let arguments, let replacing):
      "kargs add " + arguments.joined(separator: " ") + (replacing ? " --replace" : "")
    case .removeArguments(let arguments): "kargs remove " + arguments.joined(separator: " ")
    case .tryArguments(let arguments): "kargs try " + arguments.joined(separator: " ")
    case .clearTrial: "kargs try --clear"
    case .bind(let targets, let overrides):
      "bind " + (targets + overrides.map { "--override " + $0 }).joined(separator: " ")
    case .undo(let numbers): "undo " + numbers.map(String.init).joined(separator: " ")
    case .attach(let targets, let guest): "guest attach \(guest) " + targets.joined(separator: " ")
    case .detach(let targets, let guest): "guest detach \(guest) " + targets.joined(separator: " ")
    case .unbind(let targets, let now): "unbind " + (targets + (now ? ["--now"] : [])).joined(separator: " ")
    case .handOver(let targets, let toVFIO):
      (toVFIO ? "detach " : "reattach ") + targets.joined(separator: " ")
    case .loadModules: "modules load"
    case .install(let packages): "setup: " + packages.command
    case .enable(let unit): "setup: systemctl enable --now \(unit)"
    }
  }

  /// What a person types to have it: this program's command, or that of the host's own tool.
  package var shellCommand: String {
    switch self {
    case .install(let packages): packages.command
    case .enable(let unit): "systemctl enable --now \(unit)"
    default: "passthru-doctor " + command
    }
  }
}
