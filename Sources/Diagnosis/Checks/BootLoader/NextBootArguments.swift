import HostModel

/// `boot.arguments`: whether the arguments of this boot are those of the next one.
package enum NextBootArguments: Check {
  package static let id = "boot.arguments"
  package static let stage = Stage.bootLoader
  package static let title = "arguments of the next boot"

  package static let explanation = """
    Arguments typed into the boot menu are gone after the next start; arguments written down count only \
    after it; and a boot entry that was left out starts its kernel without them. When any of these \
    differ, the host behaves differently after a restart than it does now, or differently with another \
    kernel.

    The arguments are compared as the kernel reads them, entry by entry: that a word stands somewhere in \
    grub.cfg proves nothing.
    """

  package static let notPersisted = Cause(
    "not-persisted",
    meaning:
      "The running kernel has an argument that the next boot lacks: it was typed into the boot menu, or a file that "
      + "is read later takes it away again.",
    cure: "Write it down for every boot, or leave it if it was meant for this boot only.",
    mender: .program)

  package static let notBooted = Cause(
    "not-booted",
    meaning: "An argument is written down and in the boot entry, and this boot began before that.",
    cure: "Restart the host.",
    mender: .person)

  package static let entriesDiffer = Cause(
    "entries-differ",
    meaning:
      "A boot entry of this system lacks an argument that is written down, or that its neighbours have. Whoever "
      + "starts that entry starts a kernel without it.",
    cure: "Give it to every entry.",
    mender: .program)

  package static let causes = [notPersisted, notBooted, entriesDiffer]

  package static func judge(_ evidence: HostEvidence) -> Verdict {
    guard let loader = evidence.bootLoader.value else {
      let reason = evidence.bootLoader.unreadableReason ?? "it is not there"
      return .unknown(
        "The arguments of the next boot could not be measured: /\(evidence.bootLoader.source): \(reason).")
    }
    guard loader.showsAnything else { return .skipped("There are no files of a boot loader to look at.") }
    let layout = BootLayout(loader)
    let arguments = loader.arguments(running: evidence.commandLine.value, sourced: nil)
    guard arguments.persisted != nil || !arguments.ownEntries.isEmpty else {
      return layout.refusal == nil && layout.readsDefaults
        ? .unknown(
          "What /\(arguments.persistedFile) gives the kernel, only a shell can tell: passthru-doctor kargs show asks one."
        )
        : .skipped("The arguments of the next boot are not kept in a place that this program knows.")
    }
    let differences = arguments.differences
    guard let first = differences.first else {
      let quote = Quote(arguments.persistedFile, (arguments.kept ?? []).joined(separator: " "))
      return .pass("The next boot has the arguments of this one, in every boot entry.", evidence: [quote])
    }
    let others = differences.dropFirst().map(\.sentence)
    let more = others.isEmpty ? "" : " (\(others.count) more below)"
    return .warn(
      cause(of: first), first.sentence + more, evidence: quotes(arguments, differences, evidence),
      commands: commands(differences, evidence),
      cureDetail: others.isEmpty ? nil : others.prefix(8).joined(separator: " "),
      needsReboot: differences.contains { $0.kind != .notPersisted })
  }

  private static func cause(of difference: BootArguments.Difference) -> Cause {
    switch difference.kind {
    case .notPersisted: notPersisted
    case .notBooted: notBooted
    case .entriesDiffer: entriesDiffer
    }
  }

  private static func commands(_ differences: [BootArguments.Difference], _ evidence: HostEvidence)
    -> [RemedyCommand]
  {
    var arguments: [String] = []
    for difference in differences
    where difference.kind != .notBooted && !arguments.contains(difference.argument) {
      arguments.append(difference.argument)
    }
    return arguments.map { ArgumentChange.adding($0) }.commands(on: evidence)
  }

  private static func quotes(
    _ arguments: BootArguments, _ differences: [BootArguments.Difference], _ evidence: HostEvidence
  ) -> [Quote] {
    var quotes = [Quote(arguments.persistedFile, (arguments.kept ?? ["not known"]).joined(separator: " "))]
    if let running = arguments.running {
      quotes.append(Quote(evidence.commandLine.source, running.joined(separator: " ")))
    }
    for entry in arguments.ownEntries where differences.contains(where: { $0.entry == entry.title }) {
      quotes.append(Quote(entry.file, "\(entry.title): \(entry.arguments.joined(separator: " "))"))
    }
    return Array(quotes.prefix(12))
  }
}
