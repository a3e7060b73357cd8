extension ShellFileGenerator {
  mutating func statement() -> String {
    depth += 1
    defer { depth -= 1 }
    let indent = chance(8) ? pick([" ", "\t", "  "]) : ""
    let name = chance(35) ? "GRUB_CMDLINE_LINUX" : pick(Self.names)
    return indent + statement(about: name)
  }

  private mutating func statement(about name: String) -> String {
    guard depth < 4 else { return assignment(name) }
    switch below(100) {
    case 0..<44: return assignment(name)
    case 44..<51: return "# " + assignment(name).filter { $0 != "\n" }
    case 51..<60: return declaration(of: name)
    case 60..<76: return compound(about: name)
    case 76..<80: return hereDocument()
    case 80..<84: return assignments(with: name)
    case 84..<90: return builtin(about: name)
    case 90..<92: return mistake(about: name)
    case 92..<94: return bashOnly(about: name)
    case 94..<96: return redirected()
    case 96..<98: return function(about: name)
    default: return ""
    }
  }

  private mutating func declaration(of name: String) -> String {
    switch below(9) {
    case 0..<4: "export \(name)=" + quoted()
    case 4: "export " + name
    case 5: "export \(name)=\(word()) EXTRA y=" + quoted()
    case 6: pick(["readonly ", "readonly \(name)=" + quoted() + "; readonly "]) + pick(Self.names)
    default: "unset " + pick(["", "-v ", "-f "]) + name
    }
  }

  private mutating func assignments(with name: String) -> String {
    switch below(5) {
    case 0..<2: assignment(name) + " " + assignment(pick(Self.names))
    case 2: "x=\(quoted()) \(name)=\"$x\(doubleInner())\""
    case 3:
      assignment(name) + " "
        + pick([":", "true", isInFunction ? ":" : "f", "export y", "eval :", "command :"])
    default: assignment(name) + "; " + assignment(pick(Self.names)) + ";" + assignment(name)
    }
  }

  private mutating func compound(about name: String) -> String {
    switch below(20) {
    case 0..<3: conditional()
    case 3: "if \(test()); then :; elif \(test()); then \(statement()); else \(statement()); fi"
    case 4..<6: choice()
    case 6: "for \(pick(["x", "y", name])) in a \(quoted()) b; do \(statement()); done"
    case 7:
      "set -- a 'b c'\nfor x\(pick(["; ", "\n", " "]))do \(pick([statement(), "continue", "break; x=1"])); done"
    case 8: pick(["while false", "until true", "while ! :"]) + "; do \(statement()); done"
    case 9: "while read -r x y; do \(statement()); done <<E\n1 2\n\(plain())\nE"
    case 10..<12: "\(test()) \(pick(["&&", "||", "&&\n", "|| # or\n"])) \(statement())"
    case 12..<14: "\(test()) && \(statement()) || :"
    case 14: "{ \(statement()); }"
    case 15: "{ # group\n\(statement())\n\(statement())\n}"
    case 16: "( \(statement()) )"
    case 17: pick(["! false", "! { \(statement()); }", "\(statement()) &", "!\t( exit 1 )"])
    case 18:
      "printf '%s' \(word()) \(inDialect(.bash, ["|&", "|"], or: ["|", "|\n"])) { \(assignment(name)); }"
    default: "\(assignment(name)) && \(assignment("x")) && \(test()) || \(assignment("y"))"
    }
  }

  private mutating func conditional() -> String {
    let body = pick([
      "\n  \(statement())\n", " \(statement()); ", " \(statement())\n", " # yes\n\(statement())\n",
    ])
    return "if \(test()); then\(body)\(chance(30) ? "else\n\(statement())\n" : "")fi"
      + pick(["", "", "", " >/dev/null", " 2>&1", "; :"])
  }

  private mutating func choice() -> String {
    let pattern = pick(["*", "a|b", "\"x y\"", "(x", "[a-z]*", "'('|q", "$x", "quiet*", "(\"$y\"|\\))"])
    let end = inDialect(.bash, [";;", ";&", ";;&"], or: [";;", "\n;;", ";; # done\n"])
    let last = pick(["*) :;; esac", "*) esac", "esac", "(*)\n;;\nesac", "*) \(statement())\nesac"])
    return "case \(pick([quoted(), word(), "\"$x\"", "$(echo a)"])) in\n  \(pattern))\(pick([" ", "\n"]))"
      + "\(statement())\(end)\n\(last)"
  }

  private mutating func test() -> String {
    pick([
      "[ -n \"$GRUB_CMDLINE_LINUX\" ]", "[ -f /nonexistent ]", "[ \"${x:-}\" = \"\" ]", "true", "false",
      "test -z \"${GRUB_TIMEOUT-}\"", "[ 1 -eq 1 ]", "[ \"$(echo \(plain()))\" != q ]", "! [ -d / ]",
      "[ a \\< b ]",
      "[ \"$GRUB_CMDLINE_LINUX\" = \"${GRUB_CMDLINE_LINUX#*quiet}\" ]", "command -v true >/dev/null",
      "(exit 1)",
    ])
  }

  private mutating func function(about name: String) -> String {
    // A function that calls itself has no end.
    guard !isInFunction else { return assignment(name) }
    isInFunction = true
    defer { isInFunction = false }
    let body = pick([
      "{ \(statement()); }", "( \(statement()) )", "{\n\(statement())\nreturn \(below(2))\n}",
      "if \(test()); then \(statement()); fi", "{ local x=\(quoted()); \(assignment(name)); }",
      "{ \(name)=\"$\(name) $1\"; }", "{ echo \"$@\"; }", "{ \(statement()); } >/dev/null",
    ])
    let use = pick(["", "\nf", "\n\nf || :", "\nf a \(word())", "\n\(name)=\"$(f b)\"", "\nx=1 f", "; f; f"])
    return inDialect(.bash, ["f() ", "f ()\n", "function f "], or: ["f() ", "f () ", "f( ) "]) + body + use
  }

  private mutating func hereDocument() -> String {
    let end = pick(["E", "'E'", "\"E\"", "\\E", "E-1", "'E F'"])
    let dash = pick(["", "-"])
    let bare = end.filter { !"'\"\\".contains($0) }
    let bodies = [
      "GRUB_CMDLINE_LINUX=\"no\"\n", "$x $(echo y) \"\n", "", "`echo z`\n", "\tE x\n", "it's\n", "a \\\nb\n",
      "${x:-\"q\"}\n", "$GRUB_CMDLINE_LINUX\n", "\\$x \\\\\n", "E \n", "\"\n'\n",
    ]
    let body = pick(bodies) + (chance(30) ? pick(bodies) : "")
    let document = "<<\(dash)\(end)"
    let text = "\(body)\(dash == "-" ? pick(["", "\t"]) : "")\(chance(97) ? bare : "")"
    switch below(9) {
    case 0: return "{ read x; read y; } \(document)\n\(text)"
    case 1: return "x=$(: \(document)\n\(text)\n)"
    case 2: return ": \(document) <<F; \(assignment("y"))\n\(text)\n$y\nF"
    case 3: return ": \(document) && \(assignment("y"))\n\(text)"
    case 4: return "if : \(document)\n\(text)\nthen \(assignment("x"))\nfi"
    case 5: return "read x \(document) || :\n\(text)"
    default: return ": \(document)\n\(text)"
    }
  }

  private mutating func builtin(about name: String) -> String {
    pick([
      "eval \"\(pick(["x=1", "GRUB_CMDLINE_LINUX=e", "GRUB_CMDLINE_LINUX=\\\"$x e\\\""]))\"",
      "eval '\(assignment("x"))'",
      "read \(name) <<E\na b\nE", "return", "return 0", "exit 0", "[ \"$x\" ] && return", "set -u", "set +e",
      "set -a",
      "set -f", "set -- \(word())", "shift", ": \"${\(name):=\(plain())}\"", ": ${\(name)=\(word())}",
      "alias x=\(quoted())",
      "unalias -a", ". ./missing || :",
      "v=\(name); \(pick(["read $v <<E\nq\nE", "unset $v", ": $((v))", "export \"$v=z\""]))",
      "trap \(quoted()) EXIT", "trap - 0", "exec 3>&1",
      "command \(pick([":", "export x=1", "eval x=2", "-v ls || :"]))",
      "IFS=\(pick(["", ":", "' '"]))", "umask 022", "cd /", "local x=1 || :", "getopts a x || :", "wait",
      "times >/dev/null",
      "printf '%s\\n' \(word())", "echo \(word()) \(word())", "test \(word()) || :", "hash -r", "type true",
    ])
  }

  private mutating func redirected() -> String {
    let target = pick(["/dev/null", "\"$x\"", "out", "&1", "&-", "/nonexistent/a", "'o u t'"])
    return pick([
      "echo \(word()) >\(target)", "echo a 2>\(target) || :", ": >>\(target)",
      "{ \(statement()); } >\(target)",
      ": </dev/null 2>&1", ">/dev/null", ">/dev/null \(assignment("x"))", "2>/dev/null : 3<&0",
      ": >|\(target)",
      "echo b &>\(target)", "x=1 >&2", "\(test()) 2>/dev/null && \(assignment("y")) || :",
    ])
  }

  private mutating func mistake(about name: String) -> String {
    pick([
      "\(name) = \(quoted())", "\(name)= \(quoted())", "\(name) =\(quoted())", "stray \(quoted())", quoted(),
      "\(name)+=" + quoted(), "\(name)=\(plain()) \(plain())", "\"\(name)=\(plain())\"",
      "$\(name)=\(plain())",
      "fi", ")", "}", ";;", "& &", "|", "then :", "\(name)=(", "x=${", "x=$(",
      "\(name)=\u{201c}\(plain())\u{201d}",
      "export \(name) = \(quoted())", "set \(name) = x", "if true; then fi", "{ }", "for in a; do :; done",
      "\r",
      "<<<<<<< HEAD", "=======", "[x", "0=1", "a-b=1", "\(name)\t=1", "//", "/* no */",
    ])
  }

  private mutating func bashOnly(about name: String) -> String {
    inDialect(
      .bash,
      [
        "\(name)+=" + quoted(), "[[ -n $x && ( a < b || $y == q* ) ]] && \(assignment(name)) || :",
        "[[ $x =~ ^(a|b)+$ ]] || \(assignment(name))", "(( x = 1 )) || :", "((x++)) || :",
        "a=(b \(word()) 'c d')",
        "a=()\na+=(\(plain()))\n\(name)=\"${a[*]}\"", "a[1]=\(quoted())", "\(name)=\"${a[@]}\"",
        "declare x=\(quoted())",
        "typeset -r y=1", "declare -n v=\(name)\nv=z", "printf -v \(name) '%s' a", "source ./missing || :",
        "function g { \(statement()); }; g", "for ((x=0; x<2; x++)); do :; done", "shopt -s extglob",
        "time :",
        "read -r \(name) <<< \(quoted())", "select x in a; do break; done </dev/null", "coproc :", "let x=1",
        "x=<(echo)", "cat < <(echo a) || :", "mapfile -t a </dev/null",
        "{ \(assignment(name)); } &>/dev/null",
      ], or: [assignment(name)])
  }
}
