extension ShellFileGenerator {
  mutating func assignment(_ name: String) -> String {
    name + "=" + (chance(70) ? quoted() : word())
  }

  /// A value as most people write it.
  mutating func quoted() -> String {
    switch below(10) {
    case 0..<6: "\"\(doubleInner())\""
    case 6..<8: "'\(singleInner())'"
    case 8: plain()
    default: ""
    }
  }

  /// Any word: pieces of every form.
  mutating func word() -> String {
    var text = ""
    for _ in 0...below(3) { text += piece() }
    return text
  }

  private mutating func piece() -> String {
    depth += 1
    defer { depth -= 1 }
    guard depth < 6 else { return plain() }
    switch below(18) {
    case 0..<4: return plain()
    case 4..<7: return "\"\(doubleInner())\""
    case 7..<9: return "'\(singleInner())'"
    case 9:
      return pick([
        "\\ ", "\\\"", "\\'", "\\$", "\\\\", "\\\n", "\\a", "~", "*", "#x", "\\\t", "?", ":~", "!",
      ])
    case 10..<12: return parameter()
    case 12: return substitution()
    case 13: return backquoted()
    case 14: return arithmetic()
    case 15:
      return inDialect(
        .bash, ["$'a\\n'", "$'it\\'s'", "a$\"b\"", "$'\\x41'", "$[1+2]"], or: ["$'a'", "$\"b\"", "a"])
    default:
      return pick([
        "\\$", "{a,b}", "\u{e9}", "\u{201d}", "a=b", "[x]", "a#b", "$", "%", "^", "a\u{0b}b", "@(a)",
      ])
    }
  }

  private mutating func substitution() -> String {
    guard depth < 6 else { return "$(echo a)" }
    return pick([
      "$(echo \(word()))", "$(echo \"$(echo \(quoted()))\")", "$( ( echo a ) )", "$(\n# it's\necho a\n)",
      "$()",
      "$(if true; then echo \(plain()); fi)", "$(case a in a) echo b;; esac)",
      "$(case a in (a) echo c;; esac)",
      "$(x=1; echo $x)", "$(\(assignment("GRUB_CMDLINE_LINUX")); echo \"$GRUB_CMDLINE_LINUX\")", "$(false)",
      "$(exit 3)",
      "$(cat <<E\n\(plain()) \"\nE\n)", "$(echo a | { read y; echo $y; })", "$(echo ')')", "$(echo \\))",
      "$(: # )\n)",
      "$(nosuchcommand || echo d)", "$(echo a\\\nb)",
    ])
  }

  private mutating func backquoted() -> String {
    pick([
      "`echo \(plain())`", "`echo \\`echo a\\``", "`echo \"a b\"`", "`echo '\\$x'`", "`echo \\$x`", "``",
      "`echo \\\\\\\\`",
      "`echo \\\"`", "`echo a # c`", "`nosuchcommand || echo b`",
    ])
  }

  private mutating func arithmetic() -> String {
    pick([
      "$((1 + 2))", "$(( (3) * 4 ))", "$((x))", "$((x = 1))", "$(( 1 ? 2 : 3 ))", "$((0x10 | 7))",
      "$(($(echo 2)+1))",
      "$((${#x} + 1))", "$((\n1\n))", "$((1/0))", "$((x+=2))", "$(( ( 1 + 2 ) * ( 3 ) ))",
      "$((GRUB_TIMEOUT+0))",
      "$(((1)))", "$((\"1\"+1))",
    ])
  }

  private mutating func parameter() -> String {
    let name = chance(50) ? "GRUB_CMDLINE_LINUX" : pick(Self.names)
    switch below(16) {
    case 0..<4: return "$" + name
    case 4..<6: return "${\(name)}"
    case 6: return "${\(name):+$\(name) }"
    case 7:
      return
        "${\(name):-\(pick([plain(), "'a b'", "\"c d\"", "$x", "'}'", "\\}", "\"}\"", "`echo q`", "$(echo e)"]))}"
    case 8:
      return
        "${\(name)\(pick(["-", "+", ":+", ":=", "=", ":?", "?"]))\(pick([plain(), "", "a b", "'c'", "\"d\""]))}"
    case 9: return "${#\(name)}"
    case 10:
      return
        "${\(name)\(pick(["#", "##", "%", "%%"]))\(pick(["q", "*t", "\" \"*", "'q'", "*[a-z]", "\"$x\"", "\\#", "*=", "}"]))}"
    case 11: return "${\(name):-${x:-${y:-\(pick([plain(), "\"a\"", "'b'"]))}}}"
    case 12: return "${x#\"${x%%[! ]*}\"}"
    case 13:
      return inDialect(
        .bash,
        [
          "${x/a/b}", "${x//\\//-}", "${x:1:2}", "${x^^}", "${!x}", "${x@Q}", "${x: -1}", "${!G*}", "${a[0]}",
        ],
        or: ["${x%/}", "${10}", "${#}", "${-}"])
    default: return pick(["$1", "$#", "$?", "${x}", "${y-}", "$@", "$*", "\"$@\"", "${@}", "$-", "$0"])
    }
  }

  mutating func doubleInner() -> String {
    var text = ""
    for _ in 0..<below(4) {
      if !text.isEmpty && chance(85) { text += " " }
      switch below(22) {
      case 0..<12: text += argument()
      case 12:
        text += pick([
          "\\\"q r\\\"", "\\$tuned", "\\\\", "\\`", "\\\n", "\\x", "'s'", "\\\\\\$x", "\\\\\\\"", "it's",
          "\\\\n",
        ])
      case 13..<15: text += parameter()
      case 15: text += depth < 5 ? pick(["$(echo \(argument()))", substitution()]) : ""
      case 16: text += backquoted()
      case 17: text += pick([" ", "  ", "\t", "#", "(", ";", "{", "}", "|", "<", "--", "-- init"])
      case 18:
        text += pick(["\n", "\u{e9}", "$ ", "&", "$((2))", "*", "~", "!", "$", "\r", "=", "a=\\\"b c\\\""])
      case 19: text += arithmetic()
      default: text += argument()
      }
    }
    return text
  }

  private mutating func singleInner() -> String {
    var text = ""
    for _ in 0..<below(4) {
      if !text.isEmpty { text += " " }
      text +=
        chance(85)
        ? argument()
        : pick(["\"a b\"", "$x", "\\", "`", "#", ";", "\\\n", "\\$", "\"", "{", "\t", "a=\"b c\""])
    }
    return text
  }

  mutating func plain() -> String {
    pick(["quiet", "5", "a", "splash", "console=tty0", "x-y_z", "7x10,20"])
  }

  /// None names a file that is there: what a slip makes of it may be a redirection.
  mutating func argument() -> String {
    pick([
      "quiet", "splash", "rhgb", "console=ttyS0,115200n8", "crashkernel=auto", "iommu=pt", "intel_iommu=on",
      "rd.lvm.lv=a/b", "root=/nonexistent/vg", "ro", "mitigations=off", "intel_iommu=off", "pci=noaer",
      "iommu=soft", "vfio-pci.ids=10de:1b81", "memmap=4G$0x1", "acpi_osi=!", "isolcpus=1-3",
      "intel_iommu=on,sm_on",
    ])
  }
}
