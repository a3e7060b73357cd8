import Glibc
import Reporting

/// Writes all of it, or says why not: a report that a full disk cut short must not look whole.
func writeToStandardOutput(_ bytes: [UInt8]) throws(CommandError) {
  var written = 0
  while written < bytes.count {
    let count = bytes[written...].withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
    if count < 0, errno == EINTR { continue }
    guard count > 0 else {
      throw CommandError(.usage, "writing to standard output: \(String(cString: strerror(errno)))")
    }
    written += count
  }
}

/// A line on standard error: diagnostics and progress go there, results never.
func complain(_ text: String) {
  let bytes = Array((text + "\n").utf8)
  _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
}

extension TerminalStyle {
  /// How to draw on standard output, as `--color` and the surroundings ask for.
  static func forStandardOutput(_ choice: ColorChoice) -> TerminalStyle {
    let isTerminal = isatty(STDOUT_FILENO) == 1
    let isFancy: Bool
    switch choice {
    case .always: isFancy = true
    case .never: isFancy = false
    // https://no-color.org: any value that is not empty.
    case .auto: isFancy = isTerminal && variable("NO_COLOR") == nil && variable("TERM") != "dumb"
    }
    let locale = variable("LC_ALL") ?? variable("LC_CTYPE") ?? variable("LANG") ?? ""
    let speaksUnicode = locale.lowercased().contains("utf")
    return TerminalStyle(
      usesColor: isFancy, usesUnicode: speaksUnicode && (isFancy || isTerminal && choice == .auto),
      width: isTerminal ? terminalWidth() : 80)
  }

  private static func terminalWidth() -> Int {
    if let columns = variable("COLUMNS").flatMap(Int.init), columns > 0 { return columns }
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  /// The environment variable's value; nil when it is not set or empty.
  private static func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }
}
