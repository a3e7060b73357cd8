import ArgumentParser

/// The arguments with the options that commands share behind the name of theirs, where the parser looks for them:
/// `--root DIR kargs --json show` becomes `kargs show --root DIR --json`.
///
/// Only words that are those options move, and only over the names of commands; everything else stays for
/// the parser to judge. (`check --stage devices` names a stage, not the command.)
func commandFirst(_ arguments: [String]) -> [String] {
  var names: [String] = []
  var options: [String] = []
  var rest = arguments[...]
  var commands = PassthruDoctor.configuration.subcommands
  while !commands.isEmpty {
    while let option = takeSharedOption(&rest) { options += option }
    guard let name = rest.first, let command = commands.first(where: { $0.configuration.commandName == name })
    else { break }
    names.append(name)
    rest = rest.dropFirst()
    commands = command.configuration.subcommands
  }
  return names + options + rest
}

/// Takes an option of `CommonOptions` or `ChangeOptions` off the front, with its value; nil when there is none.
private func takeSharedOption(_ rest: inout ArraySlice<String>) -> ArraySlice<String>? {
  guard let word = rest.first else { return nil }
  let length: Int
  switch word {
  case "--json", "--quiet", "-q", "--verbose", "-v", "--dry-run", "--yes", "-y": length = 1
  case "--root", "--color": length = 2
  default:
    guard word.hasPrefix("--root=") || word.hasPrefix("--color=") else { return nil }
    length = 1
  }
  guard rest.count >= length else { return nil }
  defer { rest = rest.dropFirst(length) }
  return rest.prefix(length)
}
