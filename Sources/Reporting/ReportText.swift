import Diagnosis
import HostModel

/// How much of the report is printed.
package enum Verbosity: Sendable {
  /// Only what is wrong or could not be measured.
  case quiet
  case normal
  /// Every piece of evidence, also of what is healthy.
  case verbose
}

extension Report {
  /// The report for a terminal: stage headers, one line a check, and below each problem the fact,
  /// where it was seen, what follows, and what mends it.
  package func text(on evidence: HostEvidence, style: TerminalStyle, verbosity: Verbosity) -> String {
    var lines: [String] = []
    if verbosity != .quiet { lines += evidence.heading(style) + [""] }
    for stage in Stage.allCases { lines += self.lines(of: stage, style, verbosity) }
    lines += closing(style)
    return lines.joined(separator: "\n") + "\n"
  }

  /// One stage of it; empty where nothing of it is to be shown.
  package func text(of stage: Stage, _ style: TerminalStyle, _ verbosity: Verbosity) -> String {
    lines(of: stage, style, verbosity).dropLast().map { $0 + "\n" }.joined()
  }

  /// Heading, findings, and an empty line.
  private func lines(of stage: Stage, _ style: TerminalStyle, _ verbosity: Verbosity) -> [String] {
    let findings = findings.filter { $0.check.stage == stage }
    let shown = verbosity == .quiet ? findings.filter(\.isWorthAttention) : findings
    guard !shown.isEmpty else { return [] }
    return [style.paint(stage.heading, .bold)]
      + shown.flatMap { $0.lines(style, verbose: verbosity == .verbose) } + [""]
  }

  /// One sentence: ready, or what comes next.
  private func closing(_ style: TerminalStyle) -> [String] {
    let counts = [
      (.fail, "problem"), (.warn, "warning"), (.unknown, "thing not measured"),
    ].compactMap { (status: Verdict.Status, noun: String) -> String? in
      let count = findings.count { $0.verdict.status == status }
      guard count > 0 else { return nil }
      let plural = noun == "thing not measured" ? "things not measured" : noun + "s"
      return "\(count) \(count == 1 ? noun : plural)"
    }
    let tally = counts.isEmpty ? "" : " (" + counts.joined(separator: ", ") + ")"
    let sentence: String
    let color: TerminalStyle.Color
    switch outcome {
    case .ready:
      sentence = "Ready: this host can hand PCI devices to guests\(tally)."
      color = .green
    case .notReady:
      sentence = "Not ready\(tally). Next: \(nextStep)"
      color = .red
    case .undecided:
      sentence = "Undecided\(tally). Next: \(nextStep)"
      color = .yellow
    }
    return style.wrap(sentence, first: "", rest: "").map { style.paint($0, color) }
  }

  /// What to do first: the first task of `setup`.
  private var nextStep: String {
    guard let task = setupTasks.first else { return "passthru-doctor check -v" }
    let verdict = task.finding.verdict
    if case .program(let intents) = task.doer {
      let commands = intents.map(\.shellCommand).joined(separator: ", then ")
      return "\(commands)\(verdict.needsReboot ? ", then reboot" : "") (passthru-doctor setup does it)."
    }
    if let command = verdict.commands.first, verdict.commands.count == 1 {
      return "\(command)\(verdict.needsReboot ? ", then reboot" : "")"
    }
    guard let cause = verdict.cause else { return verdict.summary }
    return cause.cure.sentences.first ?? cause.cure
  }
}

extension Finding {
  fileprivate var isWorthAttention: Bool { verdict.isWorthAttention }

  fileprivate func lines(_ style: TerminalStyle, verbose: Bool) -> [String] {
    verdict.lines(style, verbose: verbose, more: "passthru-doctor explain \(check.id)")
  }
}

extension Verdict {
  /// Problems, and what could not be measured.
  var isWorthAttention: Bool {
    switch status {
    case .fail, .warn, .unknown: true
    case .pass, .skipped: false
    }
  }

  /// The mark and the fact, then where it was seen, what follows, and what mends it. `more` is a
  /// command that tells more.
  func lines(_ style: TerminalStyle, verbose: Bool, more: String? = nil) -> [String] {
    let mark = status.mark(style)
    // The mark may hold colour codes, which take no columns: wrap with a stand-in of its width.
    let plainMark = status.mark(
      TerminalStyle(usesColor: false, usesUnicode: style.usesUnicode, width: 80))
    var lines = style.wrap(printable(summary), first: "  \(plainMark) ", rest: "      ")
    if let first = lines.first {
      lines[0] = "  \(mark) " + first.dropFirst(plainMark.count + 3)
    }
    guard isWorthAttention || verbose else { return lines }
    for quote in evidence {
      let source = quote.source.isEmpty ? "" : "/\(quote.source): "
      lines += style.wrap(printable(source + quote.quote), first: "      seen in ", rest: "        ")
    }
    if let cause {
      lines += style.wrap(cause.meaning, first: "      ")
      let cure = [cause.cure, cureDetail ?? ""].filter { !$0.isEmpty }.joined(separator: " ")
      lines += style.wrap(printable(cure), first: "      cure: ", rest: "        ")
      for command in commands {
        lines.append("        " + style.paint("$ " + printable(command.description), .cyan))
      }
      if needsReboot { lines.append("        then reboot") }
    }
    if let more { lines.append(style.paint("      more: \(more)", .faint)) }
    return lines
  }
}

extension Verdict.Status {
  /// `[✓]` and so on; `[ok]`-like words where Unicode cannot be had. All of one width.
  fileprivate func mark(_ style: TerminalStyle) -> String {
    switch self {
    case .pass: style.paint(style.usesUnicode ? "[✓]" : "[+]", .green)
    case .warn: style.paint("[!]", .yellow)
    case .fail: style.paint(style.usesUnicode ? "[✗]" : "[x]", .red)
    case .unknown: style.paint("[?]", .yellow)
    case .skipped: style.paint("[-]", .faint)
    }
  }
}

extension Stage {
  /// The header in the report.
  fileprivate var heading: String {
    switch self {
    case .processor: "Processor"
    case .firmware: "Firmware"
    case .kernel: "Kernel"
    case .bootLoader: "Boot loader"
    case .modules: "Modules"
    case .devices: "Devices"
    case .binding: "Binding at boot"
    case .virtualization: "Virtualization"
    }
  }
}

extension HostEvidence {
  fileprivate func heading(_ style: TerminalStyle) -> [String] {
    let name = osRelease.value?.prettyName ?? distributionName ?? "unknown distribution"
    let parts = [
      name, "kernel \(kernelRelease.value ?? "unknown")",
      firmwareKind.value.map { $0 == .efi ? "EFI" : "BIOS" } ?? "firmware kind unknown",
      processorName ?? "processor unknown",
      isVirtualized == true ? "a virtual machine" : nil,
    ].compactMap(\.self)
    let subject = isRunningHost ? "This host" : root
    return style.wrap(printable("\(subject): \(parts.joined(separator: ", "))"), first: "", rest: "  ")
  }
}

extension String {
  /// The sentences of a text, each with its full stop.
  var sentences: [String] {
    var result: [String] = []
    var current = ""
    var previous: Character = " "
    for character in self {
      if character == " ", previous == "." {
        result.append(current)
        current = ""
      } else {
        current.append(character)
      }
      previous = character
    }
    if !current.isEmpty { result.append(current) }
    return result
  }
}
