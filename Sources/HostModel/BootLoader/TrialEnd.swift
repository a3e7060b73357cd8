/// How the boot of a trial ended, as far as something that outlives a boot tells it.
package enum TrialEnd: Sendable, Equatable {
  /// The kernel panicked: its last words, which the firmware has kept, and where they are.
  case panicked(quote: String, path: String)
  /// It ran until somebody shut it down or restarted it.
  case restarted
  /// It ran, and its journal ends in the middle.
  case cutOff
  /// The journal outlives a boot here, and has nothing of it: it ended before the root file system was in use.
  case leftNothing

  /// For programs.
  package var word: String {
    switch self {
    case .panicked: "panicked"
    case .restarted: "restarted"
    case .cutOff: "cut-off"
    case .leftNothing: "left-nothing"
    }
  }

  /// Word, and where there is one, path and quote: as it is kept in a snapshot.
  package var text: String {
    guard case .panicked(let quote, let path) = self else { return word }
    return "\(word) \(path) \(quote)"
  }

  /// Of its text form; nil for any other text.
  package init?(_ text: String) {
    let parts = text.split(separator: " ", maxSplits: 2).map(String.init)
    switch parts.first {
    case "panicked" where parts.count == 3: self = .panicked(quote: parts[2], path: parts[1])
    case "restarted": self = .restarted
    case "cut-off": self = .cutOff
    case "left-nothing": self = .leftNothing
    default: return nil
    }
  }

  /// How a boot ended that has left a journal, by its last messages.
  package init(lastMessages: [UInt8]) {
    // systemd's last words, and journald's own.
    let ends = ["Journal stopped", "Reached target reboot", "Reached target poweroff", "System is rebooting"]
    let isWhole = lastMessages.lines.contains { line in ends.contains { line.text.holds($0) } }
    self = isWhole ? .restarted : .cutOff
  }

  /// The kernel's command line in its messages, as journalctl prints them; nil where they lack it.
  package static func commandLine(in messages: [UInt8]) -> KernelCommandLine? {
    let mark = "kernel: Command line: "
    return messages.lines.lazy.map(\.text).first { $0.holds(mark) }.map { line in
      // Behind the mark, wherever time and host name end.
      var rest = Array(line.utf8)[...]
      while !rest.starts(with: mark.utf8), !rest.isEmpty { rest = rest.dropFirst() }
      return KernelCommandLine(parsing: rest.dropFirst(mark.utf8.count))
    }
  }

  /// A panic in what the kernel left in the firmware's or a reserved memory (pstore); nil when there is none in it.
  package init?(record: [UInt8], path: String) {
    let lines = record.lines.map(\.text)
    guard let line = lines.first(where: { $0.holds("Kernel panic - not syncing") }) else { return nil }
    self = .panicked(quote: line, path: path)
  }

  /// What it means, a full sentence.
  package var sentence: String {
    switch self {
    case .panicked(let quote, let path): "The kernel panicked (/\(path)): \(quote)"
    case .restarted: "It ran until it was shut down in order: the journal of that boot is whole."
    case .cutOff: "It ran, and ended in the middle: a panic, a reset or a power cut."
    case .leftNothing:
      "It left nothing in the journal, which outlives a boot here: it ended early, before the root file system was in use."
    }
  }

  /// What is known where nothing tells.
  package static let unknown =
    "Nothing that outlives a boot tells whether it panicked or was restarted: there is no journal of it on the disk, and no "
    + "record of a panic in /sys/fs/pstore. If nobody restarted it, this host does not run with it."
}
