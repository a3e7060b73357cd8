/// modprobe's configuration, as far as it decides whether a module loads (modprobe.d(5)).
///
/// Module names are kept with underscores, as modprobe takes them.
package struct ModprobeConfiguration: Sendable, Equatable {
  /// Denylisted modules, to the file that names them first.
  package private(set) var denylist: [String: String] = [:]
  /// `install` commands; the first one counts.
  package private(set) var installCommands: [String: String] = [:]
  /// `softdep … pre:` and `post:`, together.
  package private(set) var softDependencies: [String: [String]] = [:]

  package init() {}

  /// Adds the lines of one file; files come in the order in which modprobe reads them.
  package mutating func add(_ bytes: [UInt8], from file: String) {
    for line in Self.logicalLines(of: bytes) {
      let words = line.words
      guard words.count >= 2, words[0].first != UInt8(ascii: "#") else { continue }
      let module = Self.canonicalName(words[1])
      switch words[0].text {
      case "blacklist": denylist[module] = denylist[module] ?? file
      case "install" where words.count > 2:
        let command = line[words[2].startIndex...].trimmed.text
        installCommands[module] = installCommands[module] ?? command
      case "softdep":
        let names = words.dropFirst(2).filter { $0.last != UInt8(ascii: ":") }.map(Self.canonicalName)
        softDependencies[module, default: []] += names
      default: continue
      }
    }
  }

  /// Lines, where a backslash at the end joins the next one.
  private static func logicalLines(of bytes: [UInt8]) -> [[UInt8]] {
    var lines: [[UInt8]] = []
    var begun: [UInt8] = []
    for line in bytes.lines {
      begun += line
      if begun.last == UInt8(ascii: "\\") {
        begun.removeLast()
      } else {
        lines.append(begun)
        begun = []
      }
    }
    return begun.isEmpty ? lines : lines + [begun]
  }

  /// A module's name with underscores for dashes.
  package static func canonicalName(_ name: some Collection<UInt8>) -> String {
    String(decoding: name.map { $0 == UInt8(ascii: "-") ? UInt8(ascii: "_") : $0 }, as: UTF8.self)
  }
}
