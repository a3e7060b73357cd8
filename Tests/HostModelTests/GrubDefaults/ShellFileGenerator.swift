/// Makes files from the shell's grammar: mostly such as people write, some wild, some broken.
/// The same seed makes the same files.
struct ShellFileGenerator {
  private var state: UInt64
  private var depth = 0

  init(seed: UInt64) { state = seed }

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

  private mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
  private mutating func chance(_ percent: Int) -> Bool { below(100) < percent }
  private mutating func pick<Element>(_ choices: [Element]) -> Element { choices[below(choices.count)] }

  // MARK: Files

  mutating func file() -> [UInt8] {
    var text: [UInt8] = []
    if chance(3) { text += "#!/bin/sh\n".utf8 }
    let count = below(9)
    for _ in 0..<count { text += (statement() + lineEnd()).utf8 }
    if chance(80) { text += (assignment("GRUB_CMDLINE_LINUX") + lineEnd()).utf8 }
    for _ in 0..<below(5) { text += (statement() + lineEnd()).utf8 }
    if chance(6) { text = text.flatMap { $0 == 0x0a ? [0x0d, 0x0a] : [$0] } }
    if chance(12), text.last == 0x0a { text.removeLast() }
    if chance(1) { text.append(0x5c) }
    if chance(10) { damage(&text) }
    return text
  }

  /// What a slip of the hand, a bad sed or a bad disk does.
  private mutating func damage(_ text: inout [UInt8]) {
    guard !text.isEmpty else { return }
    for _ in 0...below(2) {
      let offset = below(text.count)
      switch below(4) {
      case 0: text.remove(at: offset)
      case 1: text.insert(pick(Array("\"'`$\\(){};&|#= \n".utf8) + [0, 0x80, 0xff, 0xe2, 0x0d]), at: offset)
      case 2: text[offset] = UInt8(truncatingIfNeeded: next())
      default: text.removeLast(min(text.count, below(6)))
      }
      if text.isEmpty { return }
    }
  }

  private mutating func lineEnd() -> String {
    switch below(20) {
    case 0: "  \n"
    case 1: "\t\n"
    case 2: " # a comment with \"quotes\" and GRUB_CMDLINE_LINUX=\"x\"\n"
    case 3: ";\n"
    case 4: "\n\n"
    case 5: "; "
    default: "\n"
    }
  }

  // MARK: Statements

  private mutating func statement() -> String {
    depth += 1
    defer { depth -= 1 }
    let indent = chance(8) ? pick([" ", "\t", "  "]) : ""
    let name = chance(35) ? "GRUB_CMDLINE_LINUX" : pick(Self.names)
    return indent + statement(about: name)
  }

  private mutating func statement(about name: String) -> String {
    guard depth < 4 else { return assignment(name) }
    switch below(100) {
    case 0..<46: return assignment(name)
    case 46..<54: return "# " + assignment(name).filter { $0 != "\n" }
    case 54..<58: return "export \(name)=" + quoted()
    case 58..<60: return "export " + name
    case 60..<61:
      return pick(["readonly ", "readonly \(name)=" + quoted() + "; readonly "]) + pick(Self.names)
    case 61..<63: return "unset " + name
    case 63..<67: return conditional()
    case 67..<69:
      return "case \(quoted()) in\n  \(pick(["*", "a|b", "\"x y\"", "(x"])))\(statement());;\n*) :;; esac"
    case 69..<71: return "for \(pick(["x", "y", name])) in a \(quoted()) b; do \(statement()); done"
    case 71..<73: return "\(test()) \(pick(["&&", "||"])) \(statement())"
    case 73..<75: return "\(test()) && \(statement()) || :"
    case 75..<77: return "{ \(statement()); }"
    case 77..<79: return "( \(statement()) )"
    case 79..<81: return "f() { \(statement()); }" + pick(["", "\nf", "\n\nf || :"])
    case 81..<83: return hereDocument()
    case 83..<85: return assignment(name) + " " + assignment(pick(Self.names))
    case 85..<86: return assignment(name) + " " + pick([":", "true", "f", "export y"])
    case 86..<87:
      return "eval \"\(pick(["x=1", "GRUB_CMDLINE_LINUX=e", "GRUB_CMDLINE_LINUX=\\\"$x e\\\""]))\""
    case 87..<88: return "read \(name) <<E\na b\nE"
    case 88..<89:
      return pick(["return", "return 0", "exit 0", "[ \"$x\" ] && return", "set -u", "set +e", "set -a"])
    case 89..<90: return "\(name)+=" + quoted()
    case 90..<91:
      return pick(["\(name) = \(quoted())", "\(name)= \(quoted())", "stray \(quoted())", quoted()])
    case 91..<92: return "echo \(word()) >out; : \"${\(name):=\(plain())}\""
    case 92..<93: return "while false; do \(statement()); done"
    case 93..<94: return "if \(test()); then :; elif \(test()); then \(statement()); else \(statement()); fi"
    case 94..<95: return "! false; true &"
    case 95..<96: return "printf '%s' \(word()) | { \(assignment(name)); }"
    case 96..<97: return "alias \(pick(["x", "y", "z"]))=\(quoted())"
    case 97..<98: return ". ./missing || :"
    case 98..<99:
      return "v=\(name); \(pick(["read $v <<E\nq\nE", "unset $v", ": $((v))", "export \"$v=z\""]))"
    default: return ""
    }
  }

  private mutating func conditional() -> String {
    let body = pick(["\n  \(statement())\n", " \(statement()); ", " \(statement())\n"])
    return "if \(test()); then\(body)\(chance(30) ? "else\n\(statement())\n" : "")fi"
  }

  private mutating func test() -> String {
    pick([
      "[ -n \"$GRUB_CMDLINE_LINUX\" ]", "[ -f /nonexistent ]", "[ \"${x:-}\" = \"\" ]", "true", "false",
      "test -z \"${GRUB_TIMEOUT-}\"", "[ 1 -eq 1 ]",
    ])
  }

  private mutating func hereDocument() -> String {
    let end = pick(["E", "'E'", "\"E\"", "\\E"])
    let dash = pick(["", "-"])
    let body = pick(["GRUB_CMDLINE_LINUX=\"no\"\n", "$x $(echo y) \"\n", "", "`echo z`\n", "\tE x\n"])
    return ": <<\(dash)\(end)\n\(body)\(dash == "-" ? pick(["", "\t"]) : "")E"
  }

  // MARK: Words

  private mutating func assignment(_ name: String) -> String {
    name + "=" + (chance(70) ? quoted() : word())
  }

  /// A value as most people write it.
  private mutating func quoted() -> String {
    switch below(10) {
    case 0..<6: "\"\(doubleInner())\""
    case 6..<8: "'\(singleInner())'"
    case 8: plain()
    default: ""
    }
  }

  /// Any word: pieces of every form.
  private mutating func word() -> String {
    var text = ""
    for _ in 0...below(3) { text += piece() }
    return text
  }

  private mutating func piece() -> String {
    depth += 1
    defer { depth -= 1 }
    guard depth < 6 else { return plain() }
    switch below(16) {
    case 0..<4: return plain()
    case 4..<7: return "\"\(doubleInner())\""
    case 7..<9: return "'\(singleInner())'"
    case 9: return pick(["\\ ", "\\\"", "\\'", "\\$", "\\\\", "\\\n", "\\a", "~", "*", "#x"])
    case 10..<12: return parameter()
    case 12: return "$(echo \(word()))"
    case 13: return "`echo \(plain())`"
    case 14: return pick(["$((1 + 2))", "$(( (3) * 4 ))", "$((x))", "$((x = 1))"])
    default: return pick(["\\$", "$'a'", "a$\"b\"", "{a,b}", "\u{e9}", "\u{201d}", "a=b", "[x]"])
    }
  }

  private mutating func parameter() -> String {
    let name = chance(50) ? "GRUB_CMDLINE_LINUX" : pick(Self.names)
    switch below(12) {
    case 0..<4: return "$" + name
    case 4..<6: return "${\(name)}"
    case 6: return "${\(name):+$\(name) }"
    case 7: return "${\(name):-\(pick([plain(), "'a b'", "\"c d\"", "$x"]))}"
    case 8: return "${\(name)\(pick(["-", "+", ":+", ":="]))\(plain())}"
    case 9: return "${#\(name)}"
    case 10: return "${\(name)\(pick(["#", "##", "%", "%%"]))\(pick(["q", "*t", "\" \"*", "'q'"]))}"
    default: return pick(["$1", "$#", "$?", "${x}", "${y-}"])
    }
  }

  private mutating func doubleInner() -> String {
    var text = ""
    for _ in 0..<below(4) {
      if !text.isEmpty && chance(85) { text += " " }
      switch below(20) {
      case 0..<12: text += argument()
      case 12: text += pick(["\\\"q r\\\"", "\\$tuned", "\\\\", "\\`", "\\\n", "\\x", "'s'"])
      case 13..<15: text += parameter()
      case 15: text += depth < 5 ? "$(echo \(argument()))" : ""
      case 16: text += "`echo b`"
      case 17: text += pick([" ", "  ", "\t", "#", "(", ";"])
      case 18: text += pick(["\n", "\u{e9}", "$ ", "&", "$((2))"])
      default: text += argument()
      }
    }
    return text
  }

  private mutating func singleInner() -> String {
    var text = ""
    for _ in 0..<below(4) {
      if !text.isEmpty { text += " " }
      text += chance(85) ? argument() : pick(["\"a b\"", "$x", "\\", "`", "#", ";", "\\\n"])
    }
    return text
  }

  private mutating func plain() -> String {
    pick(["quiet", "5", "a", "splash", "console=tty0", "x-y_z", "7x10,20"])
  }

  private mutating func argument() -> String {
    pick([
      "quiet", "splash", "rhgb", "console=ttyS0,115200n8", "crashkernel=auto", "iommu=pt", "intel_iommu=on",
      "rd.lvm.lv=a/b", "root=/dev/sda1", "ro", "mitigations=off", "intel_iommu=off", "pci=noaer",
    ])
  }
}
