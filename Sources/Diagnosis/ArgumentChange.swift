import HostModel

/// A change of the kernel's arguments, and the commands that make it on the host at hand.
enum ArgumentChange {
  case adding(String)
  case removing(String)

  /// Exact commands, to be run as root; a restart makes them count.
  func commands(on evidence: HostEvidence) -> [RemedyCommand] { [self].commands(on: evidence) }
}

extension [ArgumentChange] {
  /// The commands that make all of them: this program's own, or, where it leaves the boot loader
  /// alone, the steps by hand.
  func commands(on evidence: HostEvidence) -> [RemedyCommand] {
    var (added, removed): ([String], [String]) = ([], [])
    for change in self {
      switch change {
      case .adding(let argument): if !added.contains(argument) { added.append(argument) }
      case .removing(let argument): if !removed.contains(argument) { removed.append(argument) }
      }
    }
    // A host whose boot loader was not looked at may well be one that this program knows.
    if let loader = evidence.bootLoader.value, loader.showsAnything, let refusal = BootLayout(loader).refusal
    {
      return refusal.steps(adding: added, removing: removed).map { .shell($0) }
    }
    return command(.removeArguments(removed), removed)
      + command(.addArguments(added, replacing: false), added)
  }

  /// What a shell would read in another way is no change that this program makes, and is shown in quotes.
  private func command(_ intent: ChangeIntent, _ arguments: [String]) -> [RemedyCommand] {
    if arguments.isEmpty { return [] }
    let words = arguments.map(shellWord)
    if words == arguments { return [.change(intent)] }
    let verb = if case .addArguments = intent { "add" } else { "remove" }
    return [.shell("passthru-doctor kargs \(verb) \(words.joined(separator: " "))")]
  }
}
