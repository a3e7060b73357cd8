import HostFiles
import HostModel
import KernelModules

/// The modules that passthrough is made of: there, built in, loaded, kept from loading?
///
/// On the running host libkmod answers, as it will when they are loaded. Below another root its
/// text indexes are read instead: libkmod always reads the running host's /proc/cmdline.
struct VFIOModulesSource {
  /// vfio_virqfd is there before Linux 6.2 only, iommufd from 6.2 on.
  static let names = [
    "vfio", "vfio_pci", "vfio_pci_core", "vfio_iommu_type1", "vfio_virqfd", "iommufd", "irqbypass",
  ]

  let root: HostRoot
  let release: Observed<String>
  let loaded: Observed<Set<String>>
  let commandLine: KernelCommandLine?
  let isContainer: Bool
  /// Whether the kernel refuses modules without a signature, which makes looking for one worth while.
  let wantsSignatures: Bool

  init(_ root: HostRoot, _ evidence: HostEvidence) {
    self.root = root
    release = evidence.kernelRelease
    loaded = evidence.loadedModules
    commandLine = evidence.commandLine.value
    isContainer = evidence.container.value.map { $0 != .none } ?? false
    wantsSignatures = evidence.lockdown.value.map { $0 != .none } ?? false
  }

  func survey() -> Observed<[ModuleState]> {
    // The text form on every way: what is judged here is what a recording of this host would hold.
    let answer = root.probed("modules") { ModuleStateText.print(look()) }
    guard let answer else {
      return withWhatIsInUse(
        .unreadable(source: "lib/modules", reason: "the recording does not tell of modules"))
    }
    return withWhatIsInUse(ModuleStateText.parse(answer, source: "lib/modules"))
  }

  private func look() -> Observed<[ModuleState]> {
    guard let release = release.value, !release.isEmpty, !release.contains("/"), release != ".." else {
      let reason = release.unreadableReason ?? "the kernel's release is not known"
      return .unreadable(source: "lib/modules", reason: reason)
    }
    let places = [
      "lib/modules/\(release)", "usr/lib/modules/\(release)",
      "run/booted-system/kernel-modules/lib/modules/\(release)",  // NixOS
    ]
    guard let directory = places.first(where: { (try? root.kind(at: $0)) == .directory }) else {
      // The modules belong to the host, which a container does not show.
      return isContainer
        ? .unreadable(source: places[0], reason: "a container does not show its host's modules")
        : .absent(source: places[0])
    }
    do {
      return .found(try root.isRunningHost ? askLibkmod(directory) : readIndex(directory), source: directory)
    } catch let error as KmodError {
      return .unreadable(source: directory, reason: "libkmod: \(error.reason); depmod rebuilds the index")
    } catch let error as HostFileError {
      return .unreadable(source: error.path, reason: error.reason)
    } catch {
      return .unreadable(source: directory, reason: "\(error)")
    }
  }

  private func askLibkmod(_ directory: String) throws -> [ModuleState] {
    let places = ModprobeFiles.directories.filter(root.exists).map { "/" + $0 }
    let kmod = try KmodContext(moduleDirectory: "/" + directory, configuration: places)
    // Which file denylists a module is what libkmod does not tell.
    lazy var configuration = ModprobeFiles.read(root)
    return try Self.names.compactMap { name in
      guard let module = try kmod.module(named: name) else { return nil }
      var state = ModuleState(name: name, isBuiltIn: module.isBuiltIn)
      state.isPresent = module.path.map(root.exists) ?? false
      if module.isDenylisted { state.denylistedBy = configuration.denylist[name] ?? "proc/cmdline" }
      state.installCommand = module.installCommand
      state.dependencies = module.dependencies
      state.softDependencies = module.softDependenciesBefore + module.softDependenciesAfter
      if wantsSignatures, state.isPresent, loaded.value?.contains(name) != true {
        // A file that libkmod cannot unpack leaves only this question open.
        do { state.isSigned = try kmod.signature(ofModuleNamed: name) != nil } catch {}
      }
      return state
    }
  }

  private func readIndex(_ directory: String) throws(HostFileError) -> [ModuleState] {
    let list = "\(directory)/modules.dep"
    guard let dependencies = try root.bytes(at: list) else {
      throw HostFileError("reading", list, code: HostFileError.noSuchFile)
    }
    let index = ModuleIndex(
      of: Set(Self.names), dependencies: dependencies,
      builtIn: try root.bytes(at: "\(directory)/modules.builtin") ?? [])
    var configuration = ModprobeFiles.read(root)
    if let soft = try root.bytes(at: "\(directory)/modules.softdep") {
      configuration.add(soft, from: "\(directory)/modules.softdep")
    }
    let onCommandLine = denylist("modprobe.blacklist")
    return Self.names.compactMap { name in
      let entry = index.modules[name]
      let isBuiltIn = index.builtIn.contains(name)
      guard entry != nil || isBuiltIn || configuration.installCommands[name] != nil else { return nil }
      return ModuleState(
        name: name, isPresent: entry.map { root.exists("\(directory)/\($0.path)") } ?? false,
        isBuiltIn: isBuiltIn,
        denylistedBy: configuration.denylist[name] ?? (onCommandLine.contains(name) ? "proc/cmdline" : nil),
        installCommand: configuration.installCommands[name], dependencies: entry?.dependencies ?? [],
        softDependencies: configuration.softDependencies[name] ?? [])
    }
  }

  /// Adds what the kernel itself shows: what is loaded or built in is there, whatever an index says.
  private func withWhatIsInUse(_ observed: Observed<[ModuleState]>) -> Observed<[ModuleState]> {
    var states = observed.value ?? []
    // The kernel itself refuses these, where modprobe's denylist binds modprobe only.
    let refused = denylist("module_blacklist")
    for name in Self.names {
      let isLoaded = loaded.value?.contains(name) ?? false
      let isBuiltIn = !isLoaded && isShownAsBuiltIn(name)
      let isRefused = refused.contains(name)
      let index = states.firstIndex { $0.name == name }
      guard isLoaded || isBuiltIn || (isRefused && index != nil) else { continue }
      var state = index.map { states[$0] } ?? ModuleState(name: name)
      state.isLoaded = state.isLoaded || isLoaded
      state.isBuiltIn = state.isBuiltIn || isBuiltIn
      if isRefused { state.denylistedBy = "proc/cmdline" }
      if let index { states[index] = state } else { states.append(state) }
    }
    if observed.value == nil {
      // Half of an answer is none, unless the half is all that is needed.
      let isEnough = ["vfio", "vfio_pci"].allSatisfy { name in
        states.contains { $0.name == name && ($0.isLoaded || $0.isBuiltIn) }
      }
      return isEnough ? .found(states, source: loaded.value == nil ? "sys/module" : loaded.source) : observed
    }
    return .found(states, source: observed.source)
  }

  /// sys/module lists what is built in, too, when it has parameters: vfio_pci and vfio_iommu_type1 do.
  private func isShownAsBuiltIn(_ name: String) -> Bool {
    // Without knowing what is loaded, an entry tells nothing.
    if case .unreadable = loaded { return false }
    return root.exists("sys/module/\(name)")
  }

  private func denylist(_ parameter: String) -> Set<String> {
    var names: Set<String> = []
    for argument in commandLine?.all(parameter) ?? [] {
      for name in (argument.value ?? "").split(separator: ",") {
        names.insert(ModprobeConfiguration.canonicalName(name.utf8))
      }
    }
    return names
  }
}

/// The files of modprobe's configuration (modprobe.d(5)).
enum ModprobeFiles {
  /// The strongest first: a file hides those of the same name further down.
  static let directories = [
    "etc/modprobe.d", "run/modprobe.d", "usr/local/lib/modprobe.d", "usr/lib/modprobe.d", "lib/modprobe.d",
  ]

  /// All files in the order of their names. One that cannot be read decides nothing.
  static func read(_ root: HostRoot) -> ModprobeConfiguration {
    var paths: [String: String] = [:]
    for directory in directories {
      for name in ((try? root.names(in: directory)) ?? nil) ?? []
      where name.hasSuffix(".conf") && paths[name] == nil {
        paths[name] = "\(directory)/\(name)"
      }
    }
    var configuration = ModprobeConfiguration()
    for (_, path) in paths.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
      if let bytes = (try? root.bytes(at: path)) ?? nil { configuration.add(bytes, from: path) }
    }
    return configuration
  }
}
