/// The kernel arguments of a host: in the running kernel, in the file they are kept in, and in
/// each boot entry.
package struct BootArguments: Sendable, Equatable {
  /// An argument of etc/default/grub that a drop-in takes away again.
  package struct Overridden: Sendable, Equatable {
    package var argument: String
    /// The drop-in, below the root.
    package var path: String
    /// What the drop-in adds that says the opposite; nil where it drops the argument.
    package var contrary: String?
  }

  /// Nil: not known.
  package var running: [String]?
  /// The kernel that runs, as the loader named it (BOOT_IMAGE); nil where it does not say.
  package var runningKernel: String?
  package var persistedFile: String
  /// In every entry of this system: GRUB_CMDLINE_LINUX, /etc/kernel/cmdline. Nil: not known.
  package var persisted: [String]?
  /// In addition, in the entries that are no rescue: GRUB_CMDLINE_LINUX_DEFAULT. Empty where a layout
  /// knows none.
  package var persistedByDefault: [String]?
  package var overridden: [Overridden] = []
  package var entries: [BootEntry]
  /// The entries that boot when nobody touches the menu.
  package var choice = BootChoice()
  /// Entries that are kept as they were on purpose, by title: the way back from the boot menu.
  package var fallbacks: [String] = []
  /// Whether a generator writes every entry, so that one cannot differ by itself.
  package var areEntriesGenerated: Bool

  package init(
    running: [String]?, persistedFile: String, persisted: [String]?, persistedByDefault: [String]?,
    entries: [BootEntry], areEntriesGenerated: Bool = true
  ) {
    self.running = running
    self.persistedFile = persistedFile
    self.persisted = persisted
    self.persistedByDefault = persistedByDefault
    self.entries = entries
    self.areEntriesGenerated = areEntriesGenerated
    runningKernel = running?.first { $0.hasPrefix("BOOT_IMAGE=") }
      .flatMap { $0.split(whereSeparator: { $0 == "/" || $0 == "=" || $0 == ")" }).last.map(String.init) }
  }

  /// Of this system, in the order in which the boot loader shows them.
  package var ownEntries: [BootEntry] { entries.filter { !$0.isForeign } }

  /// Those of them that have to hold what is kept.
  var following: [BootEntry] { ownEntries.filter { !fallbacks.contains($0.title) } }

  /// All that is kept, those of every entry first.
  package var kept: [String]? { persisted.map { $0 + (persistedByDefault ?? []) } }
}

extension BootLoaderEvidence {
  /// What the files say; where reading alone does not tell a value, what a shell said.
  package func arguments(running: KernelCommandLine?, sourced: SourcedValues?) -> BootArguments {
    let layout = BootLayout(self)
    let entries = entries(of: layout)
    let running = running.map { $0.parameters.map(\.text) }
    var arguments = BootArguments(
      running: running, persistedFile: GrubDefaultsFiles.mainPath, persisted: nil, persistedByDefault: [],
      entries: entries, areEntriesGenerated: layout.isClassic)
    arguments.choice = choice(of: entries, layout)
    switch layout.kind {
    case .systemdBoot, .proxmoxBootTool, .sdbootutil, .unifiedImage:
      arguments.persistedFile = KernelCommandLineFile.path
      arguments.persisted = kernelCommandLine?.parameters.map(\.text)
    case .kernelstub:
      arguments.persistedFile = KernelstubConfiguration.path
      arguments.persisted = kernelstubConfiguration.flatMap { KernelstubConfiguration($0)?.options }
      arguments.fallbacks = entries.filter { $0.identifier?.hasSuffix("-current") != true }.map(\.title)
    case .rpmOSTree:
      // Each deployment has its own; the first is the one that boots next.
      let next = entries.first { !$0.isForeign }
      arguments.persistedFile = next?.file ?? "boot/loader/entries"
      arguments.persisted = next?.arguments
      arguments.fallbacks = arguments.ownEntries.dropFirst().map(\.title)
    default: addDefaults(to: &arguments, layout, sourced)
    }
    return arguments
  }

  private func addDefaults(to arguments: inout BootArguments, _ layout: BootLayout, _ sourced: SourcedValues?)
  {
    guard let files = defaultsFiles(dialect: .dash) else { return }
    let reading = sourced == nil ? try? GrubDefaultsReading(files) : nil
    let value = grubVariables(of: layout)
    func split(_ bytes: [UInt8]?) -> [String]? {
      bytes.map { bytes in
        let words = GrubWords.split(bytes, value: value)
        return KernelCommandLine(parsing: GrubWords.commandLine(words)).parameters.map(\.text)
      }
    }
    arguments.persisted = split(sourced.map { $0.linux ?? [] } ?? reading?.linux.value.bytes)
    arguments.persistedByDefault = split(
      sourced.map { $0.linuxDefault ?? [] } ?? reading?.linuxDefault.value.bytes)
    guard let kept = arguments.kept, let dropIns = files.dropIns, !dropIns.isEmpty else { return }
    arguments.overridden = overridden(files, dropIns, kept, split)
  }

  /// What the main file alone would give and the drop-ins take away; only of arguments about passthrough,
  /// for distributions replace others on purpose.
  private func overridden(
    _ files: GrubDefaultsFiles, _ dropIns: [GrubDefaultsFile], _ kept: [String],
    _ split: ([UInt8]?) -> [String]?
  ) -> [BootArguments.Overridden] {
    func values(_ count: Int) -> [String] {
      var some = files
      some.dropIns = Array(dropIns.prefix(count))
      guard let reading = try? GrubDefaultsReading(some) else { return [] }
      return (split(reading.linux.value.bytes) ?? []) + (split(reading.linuxDefault.value.bytes) ?? [])
    }
    let main = values(0)
    let ours = main.filter { argument in
      KernelCommandLine(parsing: argument.utf8).parameters.contains {
        PassthroughParameter.describing($0) != nil
      }
    }
    return ours.compactMap { argument in
      let contrary = kept.first { other in !main.holdArgument(other) && contradicts(argument, other) }
      guard contrary != nil || !kept.holdArgument(argument) else { return nil }
      let index = (1...dropIns.count).first { count in
        let values = values(count)
        return contrary.map(values.holdArgument) ?? !values.holdArgument(argument)
      }
      return index.map {
        BootArguments.Overridden(argument: argument, path: dropIns[$0 - 1].path, contrary: contrary)
      }
    }
  }

  private func contradicts(_ argument: String, _ other: String) -> Bool {
    guard let argument = try? BootArgument(argument),
      let other = KernelCommandLine(parsing: other.utf8).parameters.first
    else { return false }
    return argument.contradicts(other)
  }
}
