extension BootArguments {
  package struct Difference: Sendable, Equatable {
    package enum Kind: String, Sendable {
      /// Kept, and not on the running command line.
      case notBooted = "not-booted"
      /// On the running command line, and not kept; or kept, and taken away by a drop-in.
      case notPersisted = "not-persisted"
      /// Missing from a boot entry that ought to hold it.
      case entriesDiffer = "entries-differ"
    }
    package var kind: Kind
    package var argument: String
    /// The entry's title; nil where it is not about one.
    package var entry: String?
    /// A full sentence.
    package var sentence: String
  }

  /// Where they differ, the gravest first: what undoes a change, what a reboot would not bring, what
  /// the next boot lacks, what it brings.
  package var differences: [Difference] {
    overriding + missingFromEntries + unequalEntries + onlyKeptInEntries + notPersisted + notBooted
  }

  /// A drop-in undoes what the main file says.
  private var overriding: [Difference] {
    overridden.map { undone in
      let effect =
        undone.contrary.map { "adds \($0), which says something else: the two contradict each other." }
        ?? "takes it away again: the next boot lacks it."
      return Difference(
        kind: .notPersisted, argument: undone.argument,
        sentence: "\(undone.argument) stands in /\(persistedFile), and /\(undone.path) \(effect)")
    }
  }

  private var missingFromEntries: [Difference] {
    let own = following
    var differences: [Difference] = []
    for argument in persisted ?? [] where !argument.isLoaders {
      let without = own.filter { !$0.holds(argument) }
      if without.count == own.count {
        if !own.isEmpty { differences.append(inNoEntry(argument)) }
      } else {
        differences += without.map { entry in
          Difference(
            kind: .entriesDiffer, argument: argument, entry: entry.title,
            sentence:
              "The boot entry \"\(entry.title)\" lacks \(argument), which is kept in /\(persistedFile).")
        }
      }
    }
    for argument in persistedByDefault ?? []
    where !own.isEmpty && !own.contains(where: { $0.holds(argument) }) {
      differences.append(inNoEntry(argument))
    }
    return differences
  }

  private func inNoEntry(_ argument: String) -> Difference {
    Difference(
      kind: .entriesDiffer, argument: argument,
      sentence:
        "\(argument) is kept in /\(persistedFile), and no boot entry has it: a reboot alone does not bring it."
    )
  }

  /// Entries that hold their own arguments may hold others than their neighbours.
  private var unequalEntries: [Difference] {
    guard !areEntriesGenerated else { return [] }
    let entries = following.filter { !$0.isRescue }
    let kept = kept ?? []
    var seen: [String] = []
    var differences: [Difference] = []
    for argument in entries.flatMap(\.arguments)
    where !kept.holdArgument(argument) && !seen.holdArgument(argument) {
      seen.append(argument)
      guard argument.isAboutPassthrough else { continue }
      for entry in entries where !entry.holds(argument) {
        differences.append(
          Difference(
            kind: .entriesDiffer, argument: argument, entry: entry.title,
            sentence:
              "The boot entry \"\(entry.title)\" lacks \(argument), which other entries of this system have.")
        )
      }
    }
    return differences
  }

  /// In a generated menu and not in what it is generated from: the next generation drops it.
  private var onlyKeptInEntries: [Difference] {
    guard areEntriesGenerated, let kept, let running, persistedByDefault != nil else { return [] }
    return running.filter { argument in
      argument.isAboutPassthrough && !kept.holdArgument(argument)
        && ownEntries.contains { $0.holds(argument) }
    }.map {
      Difference(
        kind: .notPersisted, argument: $0,
        sentence:
          "\($0) is in the running kernel and in the boot menu, and not kept in /\(persistedFile): it goes as "
          + "soon as the menu is made anew.")
    }
  }

  private var notPersisted: [Difference] {
    guard let running, let kept, persistedByDefault != nil else { return [] }
    let own = ownEntries.filter { $0.kernelName == runningKernel }
    let entries = own.isEmpty ? ownEntries : own
    return running.filter { argument in
      !argument.isLoaders && !kept.holdArgument(argument) && !entries.contains { $0.holds(argument) }
    }.map {
      Difference(
        kind: .notPersisted, argument: $0,
        sentence: "\($0) is in the running kernel and not kept in /\(persistedFile): the next boot lacks it.")
    }
  }

  private var notBooted: [Difference] {
    guard let running else { return [] }
    // A rescue entry leaves out those of the ordinary ones.
    let isRescue = running.contains { ["single", "recovery"].contains($0) }
    let kept = (persisted ?? []) + (isRescue ? [] : persistedByDefault ?? [])
    let own = ownEntries
    return kept.filter { argument in
      !argument.isLoaders && !running.holdArgument(argument)
        && (own.isEmpty || own.contains { $0.holds(argument) })
    }.map {
      Difference(
        kind: .notBooted, argument: $0,
        sentence:
          "\($0) is kept in /\(persistedFile) and not in the running kernel: it counts after a reboot.")
    }
  }
}

extension String {
  /// Arguments that the boot loader or its generator puts there by itself.
  fileprivate var isLoaders: Bool {
    let names = [
      "BOOT_IMAGE=", "root=", "rootflags=", "rootfstype=", "initrd=", "resume=", "ostree=", "vt.handoff=",
      "systemd.machine_id=",
    ]
    return names.contains { hasPrefix($0) }
      || ["ro", "rw", "single", "recovery", "nomodeset", "dis_ucode_ldr"].contains(self)
  }

  fileprivate var isAboutPassthrough: Bool {
    KernelCommandLine(parsing: utf8).parameters.contains { PassthroughParameter.describing($0) != nil }
  }
}

extension BootEntry {
  /// An image of the distribution's that does without this host's own drivers.
  fileprivate var isRescue: Bool {
    identifier?.holds("rescue") == true || kernelName?.holds("rescue") == true
  }
}
