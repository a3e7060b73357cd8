import HostModel

extension ModuleState {
  /// Whether the kernel has it now.
  var isInUse: Bool { isLoaded || isBuiltIn }
  /// Whether it is installed at all.
  var isThere: Bool { isInUse || isPresent }

  var words: String {
    let state =
      isBuiltIn ? "built in" : isLoaded ? "loaded" : isPresent ? "installed, not loaded" : "not installed"
    return "\(name): \(state)"
  }

  /// `install x /bin/false` and its like. Other commands do something first and then load the module:
  /// scripts that set driver_override are a well-known recipe.
  var hasBlockingCommand: Bool {
    let program = installCommand?.split(separator: " ").first?.split(separator: "/").last
    return program.map { ["false", "true", "null", ":", "exit"].contains($0) } ?? false
  }

  /// The line that keeps it from loading, as it stands in the configuration.
  var obstacle: String {
    if hasBlockingCommand, let installCommand { return "install \(name) \(installCommand)" }
    return denylistedBy == "proc/cmdline" ? "denylists \(name)" : "blacklist \(name)"
  }
}
