import ArgumentParser
import Glibc

/// The options of every command that changes something.
struct ChangeOptions: ParsableArguments {
  @Flag(help: "Show the plan and change nothing.")
  var dryRun = false

  @Flag(name: .shortAndLong, help: "Do not ask.")
  var yes = false

  /// Whether to go on: by --yes, or by an answer on the terminal. Without either it is a usage error.
  func confirm(_ question: String) throws(CommandError) -> Bool {
    if yes { return true }
    guard isatty(STDIN_FILENO) == 1, isatty(STDERR_FILENO) == 1 else {
      throw CommandError(
        .usage, "there is no terminal to ask on, so nothing was changed; give --yes, or --dry-run")
    }
    let prompt = Array("\(question) [y/N] ".utf8)
    _ = prompt.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    let answer = readLine()?.lowercased()
    return answer == "y" || answer == "yes"
  }
}

extension ChangeOptions {
  /// Those of `offers` whose numbers, from 1, somebody types at the terminal; without a terminal, none.
  func choose<Offer>(_ question: String, from offers: [Offer]) throws(CommandError) -> [Offer] {
    guard isatty(STDIN_FILENO) == 1, isatty(STDERR_FILENO) == 1 else { return [] }
    let prompt = Array("\(question) ".utf8)
    _ = prompt.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    let words = (readLine() ?? "").split { $0 == " " || $0 == "," }
    return try words.map { word throws(CommandError) in
      guard let number = Int(word), (1...max(1, offers.count)).contains(number), !offers.isEmpty else {
        throw CommandError(.usage, "\"\(word)\" is none of the numbers; nothing was chosen")
      }
      return offers[number - 1]
    }
  }
}

/// Root's privilege, for a command that changes something on the running host.
func requireRoot(to purpose: String) throws(CommandError) {
  guard geteuid() == 0 else {
    throw CommandError(.usage, "to \(purpose) takes root's privilege; run it with sudo")
  }
}
