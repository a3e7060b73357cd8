/// The kernel arguments of a host: in the running kernel, in the file they are kept in, and in
/// each boot entry; and where these differ.
package struct BootArguments: Sendable, Equatable {
  package struct Difference: Sendable, Equatable {
    package enum Kind: String, Sendable {
      /// Kept, and not on the running command line.
      case notBooted = "not-booted"
      /// On the running command line, and not kept.
      case notPersisted = "not-persisted"
      /// Kept, and missing from a boot entry.
      case entriesDiffer = "entries-differ"
    }
    package var kind: Kind
    package var argument: String
    /// The entry's title; nil where it is not about one.
    package var entry: String?

    /// A full sentence.
    package func sentence(keptIn file: String) -> String {
      switch kind {
      case .notBooted:
        "\(argument) is kept in /\(file) and not in the running kernel: it counts after a reboot."
      case .notPersisted:
        "\(argument) is in the running kernel and not kept in /\(file): the next boot lacks it."
      case .entriesDiffer: "The boot entry \"\(entry ?? "")\" lacks \(argument), which is kept in /\(file)."
      }
    }
  }

  /// Nil: not known.
  package var running: [String]?
  package var persistedFile: String
  /// In every entry of this system: GRUB_CMDLINE_LINUX. Nil: only a shell can tell.
  package var persisted: [String]?
  /// In addition, in the entries that are no rescue: GRUB_CMDLINE_LINUX_DEFAULT.
  package var persistedByDefault: [String]?
  package var entries: [BootEntry]

  package init(
    running: [String]?, persistedFile: String, persisted: [String]?, persistedByDefault: [String]?,
    entries: [BootEntry]
  ) {
    self.running = running
    self.persistedFile = persistedFile
    self.persisted = persisted
    self.persistedByDefault = persistedByDefault
    self.entries = entries
  }

  /// Of this system, in the order in which the boot loader shows them.
  package var ownEntries: [BootEntry] { entries.filter { !$0.isForeign } }

  package var differences: [Difference] {
    var differences: [Difference] = []
    let kept = (persisted ?? []) + (persistedByDefault ?? [])
    if let running, persisted != nil {
      differences += kept.filter { !running.contains($0) }.map { Difference(kind: .notBooted, argument: $0) }
      if persistedByDefault != nil {
        differences += running.filter { !kept.contains($0) && !Self.isLoaders($0) }
          .map { Difference(kind: .notPersisted, argument: $0) }
      }
    }
    for entry in ownEntries {
      for argument in persisted ?? [] where !entry.arguments.contains(argument) {
        differences.append(Difference(kind: .entriesDiffer, argument: argument, entry: entry.title))
      }
    }
    return differences
  }

  /// Arguments that the boot loader or its generator puts there by itself.
  private static func isLoaders(_ argument: String) -> Bool {
    ["BOOT_IMAGE=", "root=", "rootflags=", "initrd=", "resume=", "ostree="].contains {
      argument.hasPrefix($0)
    }
      || ["ro", "rw", "single", "recovery"].contains(argument)
  }
}

extension BootLoaderEvidence {
  /// What the files say; where reading alone does not tell a value, what a shell said.
  package func arguments(running: KernelCommandLine?, sourced: SourcedValues?) -> BootArguments {
    let layout = BootLayout(self)
    let reading = defaultsFiles(dialect: .dash).flatMap { try? GrubDefaultsReading($0) }
    func split(_ bytes: [UInt8]?) -> [String]? {
      bytes.map { KernelCommandLine(parsing: $0).parameters.map(\.text) }
    }
    let linux = sourced.map { $0.linux ?? [] } ?? reading?.linux.value.bytes
    let byDefault = sourced.map { $0.linuxDefault ?? [] } ?? reading?.linuxDefault.value.bytes
    return BootArguments(
      running: running?.parameters.map(\.text), persistedFile: GrubDefaultsFiles.mainPath,
      persisted: split(linux),
      persistedByDefault: split(byDefault), entries: entries(of: layout))
  }
}
