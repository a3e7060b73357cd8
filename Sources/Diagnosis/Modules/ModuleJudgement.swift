import HostModel

/// What is to be said of one of the modules that handing over takes.
package struct ModuleJudgement: Sendable, Equatable {
  package enum State: String, Sendable {
    case loaded
    case builtIn = "built-in"
    case notLoaded = "not-loaded"
    /// `blacklist`, or the same on the kernel command line.
    case denylisted
    /// An `install` command takes the place of loading it.
    case replaced
    /// Without a signature, on a kernel that refuses such modules.
    case unsigned
    case missing
    case unknown

    /// Whether loading it has to be refused: it would fail, or go against the configuration.
    package var standsInTheWay: Bool {
      switch self {
      case .loaded, .builtIn, .notLoaded: false
      case .denylisted, .replaced, .unsigned, .missing, .unknown: true
      }
    }
  }

  /// With underscores: vfio_pci.
  package let name: String
  package let state: State
  /// The fact and, where there is one, the cure: full sentences.
  package let sentence: String
  /// Modules loaded before it, and those that its soft dependencies ask for.
  package let dependencies: [String]
  package let softDependencies: [String]
}

/// The modules that handing a device over takes, in the order of their tasks. vfio_virqfd is among
/// them where the kernel has it: it is part of vfio since Linux 6.2.
package func judgeModules(on evidence: HostEvidence) -> [ModuleJudgement] {
  let required = ["vfio", "vfio_pci", "vfio_iommu_type1"]
  let known: [String: ModuleState]
  switch evidence.vfioModules {
  case .found(let modules, _):
    known = Dictionary(modules.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  case .absent: known = [:]
  case .unreadable(_, let reason):
    return required.map {
      ModuleJudgement(
        name: $0, state: .unknown, sentence: "Whether \($0) is there could not be measured: \(reason).",
        dependencies: [], softDependencies: [])
    }
  }
  let names = required + ["vfio_virqfd"].filter { known[$0]?.isThere == true }
  return names.map { judge(known[$0] ?? ModuleState(name: $0), evidence) }
}

private func judge(_ module: ModuleState, _ evidence: HostEvidence) -> ModuleJudgement {
  let (state, sentence) = finding(module, evidence)
  return ModuleJudgement(
    name: module.name, state: state, sentence: sentence, dependencies: module.dependencies,
    softDependencies: module.softDependencies)
}

private func finding(_ module: ModuleState, _ evidence: HostEvidence) -> (ModuleJudgement.State, String) {
  let name = module.name
  if module.isBuiltIn {
    return (
      .builtIn,
      "\(name) is built into the kernel: there is nothing to load, and its options count on the kernel command "
        + "line only."
    )
  }
  if module.isLoaded { return (.loaded, "\(name) is loaded.") }
  if module.hasBlockingCommand {
    return (
      .replaced,
      "\"\(module.obstacle)\" in modprobe's configuration runs in place of loading \(name): remove that line, then "
        + "make the initramfs anew, which may hold a copy."
    )
  }
  if module.denylistedBy == "proc/cmdline" {
    return (
      .denylisted,
      "The kernel command line denylists \(name) (modprobe.blacklist= or module_blacklist=): take that argument out "
        + "(passthru-doctor kargs remove) and restart."
    )
  }
  if let file = module.denylistedBy {
    return (
      .denylisted,
      "/\(file) denylists \(name), so that nothing loads it by itself: remove the line \"\(module.obstacle)\"."
    )
  }
  guard module.isPresent else { return (.missing, missing(name, evidence)) }
  let mode = evidence.lockdown.value ?? .none
  if module.isSigned == false, mode != .none {
    return (
      .unsigned,
      "\(name) carries no signature, and this kernel is locked down (\(mode.rawValue)), so it refuses it: install the "
        + "distribution's signed kernel, or sign the module with a key of your own that is enrolled."
    )
  }
  return (.notLoaded, "\(name) is installed and not loaded.")
}

private func missing(_ name: String, _ evidence: HostEvidence) -> String {
  let option = "\(name == "vfio" ? "VFIO" : name == "vfio_pci" ? "VFIO_PCI" : "VFIO_IOMMU_TYPE1")"
  if let configuration = evidence.kernelConfiguration.value, configuration[option] == nil {
    return "This kernel was built without \(name) (CONFIG_\(option)): start one that has it."
  }
  let kernel = evidence.kernelRelease.value.map { " of kernel \($0)" } ?? ""
  return
    "\(name) is not among the installed modules\(kernel): install the package that holds the rest of them."
}
