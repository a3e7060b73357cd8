import HostModel

/// Makes files from the shell's grammar: mostly such as people write, some wild, some broken.
/// The same seed makes the same files.
struct ShellFileGenerator {
  let dialect: ShellDialect
  /// How deep in commands and words the next piece stands.
  var depth = 0
  var isInFunction = false
  private var state: UInt64

  init(seed: UInt64, dialect: ShellDialect) {
    state = seed
    self.dialect = dialect
  }

  static let names = [
    "GRUB_CMDLINE_LINUX", "GRUB_CMDLINE_LINUX_DEFAULT", "GRUB_TIMEOUT", "GRUB_DEFAULT", "GRUB_DISTRIBUTOR",
    "GRUB_CMDLINE_LINUX_RECOVERY", "GRUB_TERMINAL", "EXTRA", "x", "y",
  ]

  // MARK: Chance

  /// SplitMix64.
  private mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
  mutating func chance(_ percent: Int) -> Bool { below(100) < percent }
  mutating func pick<Element>(_ choices: [Element]) -> Element { choices[below(choices.count)] }

  /// A piece of the other shell's language, now and then; else of this one's.
  mutating func inDialect(_ wanted: ShellDialect, _ pieces: [String], or other: [String]) -> String {
    pick(dialect == wanted || chance(4) ? pieces : other)
  }

  // MARK: Files

  /// What a host may have: the file alone where drop-ins do not count, or with up to three.
  mutating func host() -> GrubDefaultsFiles {
    var files = GrubDefaultsFiles(main: file(), dialect: dialect)
    guard chance(35) else { return files }
    let names = ["50-cloudimg-settings.cfg", "99-gh200.cfg", "kdump-tools.cfg", "99-zz.cfg", "A.cfg"]
    files.dropIns = names.sorted().filter { _ in chance(25) }.map { name in
      GrubDefaultsFile(path: "etc/default/grub.d/" + name, bytes: file(lines: 3))
    }
    return files
  }

  mutating func file(lines: Int = 9) -> [UInt8] {
    var text: [UInt8] = []
    if chance(3) { text += "#!/bin/sh\n".utf8 }
    for _ in 0..<below(lines) { text += (statement() + lineEnd()).utf8 }
    if chance(80) { text += (assignment("GRUB_CMDLINE_LINUX") + lineEnd()).utf8 }
    for _ in 0..<below(5) { text += (statement() + lineEnd()).utf8 }
    if chance(1) { text += longLine().utf8 }
    if chance(6) { text = text.flatMap { $0 == 0x0a ? [0x0d, 0x0a] : [$0] } }
    if chance(12), text.last == 0x0a { text.removeLast() }
    if chance(1) { text.append(0x5c) }
    if chance(4) { continueLines(&text) }
    if chance(10) { damage(&text) }
    // The shell's process number differs from run to run.
    while let sigils = text.indices.dropLast().first(where: { text[$0] == 0x24 && text[$0 + 1] == 0x24 }) {
      text.remove(at: sigils)
    }
    return text
  }

  private mutating func longLine() -> String {
    let words = Array(repeating: plain(), count: 200 + below(2000)).joined(separator: " ")
    return pick(["EXTRA=\"\(words)\"\n", "GRUB_CMDLINE_LINUX=\"\(words)\"\n", "# \(words)\n", ": \(words)\n"])
  }

  /// Puts a continuation where no one looks for it: in names, operators, expansions.
  private mutating func continueLines(_ text: inout [UInt8]) {
    for _ in 0...below(3) {
      guard !text.isEmpty else { return }
      text.insert(contentsOf: [0x5c, 0x0a], at: below(text.count))
    }
  }

  /// What a slip of the hand, a bad sed or a bad disk does.
  private mutating func damage(_ text: inout [UInt8]) {
    for _ in 0...below(3) {
      guard !text.isEmpty else { return }
      let offset = below(text.count)
      switch below(7) {
      case 0: text.remove(at: offset)
      case 1:
        let bytes = Array("\"'`$\\(){};&|#=<>[]!*?~ \n\t".utf8) + [0, 0x80, 0xff, 0xe2, 0x0d, 0x0b, 0x7f]
        text.insert(pick(bytes), at: offset)
      case 2: text[offset] = UInt8(truncatingIfNeeded: next())
      case 3: text.removeLast(min(text.count, below(6)))
      case 4: text[offset] ^= 1 << UInt8(below(8))
      case 5:
        let end = min(text.count, offset + below(12))
        text.insert(contentsOf: text[offset..<end], at: below(text.count))
      default: text.removeSubrange(offset..<min(text.count, offset + below(12)))
      }
    }
  }

  private mutating func lineEnd() -> String {
    switch below(22) {
    case 0: "  \n"
    case 1: "\t\n"
    case 2: " # a comment with \"quotes\" and GRUB_CMDLINE_LINUX=\"x\"\n"
    case 3: ";\n"
    case 4: "\n\n"
    case 5: "; "
    case 6: pick([" \\\n", " &\n", " #\\\n", "\n\\\n", "\n   # it's\n", "\u{0c}\n"])
    default: "\n"
    }
  }
}
