import Foundation
import HostModel

/// Makes files out of real ones: spliced, wrapped, cut, continued in odd places, with what else shells know
/// put between their lines. Where `ShellFileGenerator` writes from the grammar, this one damages what people have.
struct GrubFileMutator {
  let dialect: ShellDialect
  let originals: [[UInt8]]
  private var random: SystemIndependentRandom

  init(originals: [[UInt8]], seed: UInt64, dialect: ShellDialect) {
    self.originals = originals
    self.dialect = dialect
    random = SystemIndependentRandom(state: seed)
  }

  /// Every file of Tests/GrubFiles, drop-ins too.
  static func realFiles() throws -> [[UInt8]] {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("GrubFiles/files")
    var files: [[UInt8]] = []
    for case let name as String in FileManager.default.enumerator(atPath: folder.path) ?? .init() {
      let path = folder.appendingPathComponent(name)
      guard let data = try? Data(contentsOf: path), data.count < 20_000 else { continue }
      files.append([UInt8](data))
    }
    return files.sorted { $0.lexicographicallyPrecedes($1) }
  }

  mutating func host() -> GrubDefaultsFiles {
    var files = GrubDefaultsFiles(main: file(), dialect: dialect)
    if Bool.random(using: &random) && Bool.random(using: &random) {
      files.dropIns = ["10-a.cfg", "99-b.cfg"].map { .init(path: "etc/default/grub.d/" + $0, bytes: file()) }
    }
    return files
  }

  private mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<max(1, bound), using: &random) }

  private mutating func file() -> [UInt8] {
    var lines = original()
    for _ in 0...below(4) { mutate(&lines) }
    var text = Array(lines.joined(separator: [0x0a]))
    for _ in 0..<below(2) where !text.isEmpty { mutate(&text) }
    // The shell's process number, and what it counts by itself, differ from run to run.
    while let sigils = text.indices.dropLast().first(where: { text[$0] == 0x24 && text[$0 + 1] == 0x24 }) {
      text.remove(at: sigils)
    }
    return text
  }

  private mutating func original() -> [ArraySlice<UInt8>] {
    guard let text = originals.randomElement(using: &random) else { return [] }
    return text.split(separator: 0x0a, omittingEmptySubsequences: false)
  }

  private mutating func mutate(_ lines: inout [ArraySlice<UInt8>]) {
    let index = below(lines.count + 1)
    let isLine = lines.indices.contains(index)
    switch below(12) {
    case 0..<5: lines.insert(snippet(), at: index)
    case 5 where isLine: lines[index] = wrapped(lines[index])
    case 6 where isLine: lines.remove(at: index)
    case 7 where isLine: lines.insert(lines[index], at: below(lines.count))
    case 8:
      let other = original()
      lines.insert(contentsOf: other.prefix(below(other.count + 1)), at: index)
    case 9 where isLine:
      // The same words, quoted otherwise.
      lines[index] = ArraySlice(lines[index].map { $0 == 0x22 ? 0x27 : $0 == 0x27 ? 0x22 : $0 })
    case 10 where isLine: lines[index] += Array(" # said by hand: \"no\"".utf8)
    case 11 where isLine: lines[index] += [0x0d]
    default: break
    }
  }

  private mutating func wrapped(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let (before, after) =
      [
        ("if true; then ", "\nfi"), ("{ ", "\n}"), ("f() { ", "\n}\nf"), ("( ", "\n)"), ("", " &"),
        ("eval '", "'"), ("! ", ""), ("for x in 1 2; do ", "\ndone"), ("case $x in *) ", ";; esac"),
        ("export ", ""), ("readonly ", ""), ("x=`", "`"), ("x=$(", "\n)"), ("false || ", ""),
        ("[ -n \"\" ] || ", ""),
        ("\t ", ""), (": \"", "\""), ("cat <<X\n", "\nX"), ("cat <<'X'\n", "\nX"),
        ("while ", "\nfalse; do :; done"),
        ("command ", ""), ("f() (", "\n)"), ("if ! ", "\nthen :; else y=1; fi"), ("unset f; ", ""),
        ("; ", ""),
      ].randomElement(using: &random) ?? ("", "")
    return ArraySlice(Array(before.utf8) + line + Array(after.utf8))
  }

  private mutating func mutate(_ text: inout [UInt8]) {
    let offset = below(text.count)
    switch below(9) {
    case 0: text.insert(contentsOf: [0x5c, 0x0a], at: offset)
    case 1: text = text.flatMap { $0 == 0x0a ? [0x0d, 0x0a] : [$0] }
    case 2: while text.last == 0x0a { text.removeLast() }
    case 3:
      text.insert(
        contentsOf: ["\u{e4}", "\u{201c}", "\u{a0}", "\u{1f600}", "\u{feff}"][below(5)].utf8, at: offset)
    case 4: text.insert(UInt8(1 + below(255)), at: offset)
    case 5: text.remove(at: offset)
    case 6: text.append(contentsOf: [[0x0a, 0x0a], [0x20], [0x23], [0x5c, 0x0a], [0x3b]][below(5)])
    case 7: text.swapAt(offset, below(text.count))
    default: text.insert(contentsOf: text[offset..<min(text.count, offset + 9)], at: offset)
    }
  }

  private mutating func snippet() -> ArraySlice<UInt8> {
    let own = dialect == .bash ? Self.shared + Self.bash : Self.shared
    return ArraySlice((own.randomElement(using: &random) ?? "").utf8)
  }

  private static let shared = [
    "set -- a 'b c'; x=\"$*\"", "set -u; x=${x-1}", "set +e", "set -a", "unset GRUB_CMDLINE_LINUX",
    "unset -v x",
    "readonly y=1", "readonly GRUB_CMDLINE_LINUX", "export GRUB_CMDLINE_LINUX", "eval \"x=1; y=2\"",
    "eval 'GRUB_CMDLINE_LINUX=\"$GRUB_CMDLINE_LINUX a\"'", ": ${GRUB_CMDLINE_LINUX:=from-default}",
    ": \"${x:=1}\" \"${y:+2}\"", "x=$((1 + 2))", "x=$(( (3) ))", "y=$((x+=1))", "alias g=true\ng",
    "alias GRUB_TIMEOUT=x", "f() { local GRUB_CMDLINE_LINUX; GRUB_CMDLINE_LINUX=in; }; f",
    "f() { GRUB_CMDLINE_LINUX=\"$1\"; }\nf 'from a function'", "f() { return 1; }\nf || x=2",
    "g() if true; then :; fi",
    "(GRUB_CMDLINE_LINUX=lost)", "GRUB_CMDLINE_LINUX=lost | :", ": | GRUB_CMDLINE_LINUX=lost",
    "sleep 0 & x=1",
    "{ GRUB_CMDLINE_LINUX=\"in braces\"; }", "GRUB_CMDLINE_LINUX=\"a b\" true",
    "GRUB_CMDLINE_LINUX=\"a b\" :",
    "GRUB_CMDLINE_LINUX=\"a b\" export y", "GRUB_CMDLINE_LINUX=\"a b\" f", "x=\"$GRUB_CMDLINE_LINUX\"",
    "GRUB_CMDLINE_LINUX=\"$x\"", "GRUB_CMDLINE_LINUX=${x}", "GRUB_CMDLINE_LINUX='single' x='y'",
    "GRUB_CMDLINE_LINUX=a\\ b", "GRUB_CMDLINE_LINUX=\"a\"' b'\\ c", "GRUB_CMDLINE_LINUX=\"a \\\n b\"",
    "GRUB_CMDLINE_LINUX=", "GRUB_CMDLINE_LINUX=\"\"", "GRUB_CMDLINE_LINUX=''",
    "GRUB_CMDLINE_LINUX=\"quiet\";",
    "GRUB_CMDLINE_LINUX=\"a\n# b\n\"", "GRUB_CMDLINE_LINUX=\"a\nb=c\"", "GRUB_CMDLINE_LINUX=`echo a`",
    "GRUB_CMDLINE_LINUX=\"$(echo a \"b\" 'c')\"", "GRUB_CMDLINE_LINUX=\"${x:-\"a b\"}\"",
    "GRUB_CMDLINE_LINUX=~",
    "GRUB_CMDLINE_LINUX=a:~/b", "GRUB_CMDLINE_LINUX=\"dyndbg=\\\"file x +p\\\"\"",
    "GRUB_CMDLINE_LINUX='a=\"b c\" d'",
    "GRUB_CMDLINE_LINUX=\"a -- b\"", "GRUB_CMDLINE_LINUX=\"iommu=pt\"",
    "GRUB_CMDLINE_LINUX=\"intel_iommu=off\"",
    "GRUB_CMDLINE_LINUX=\"a  intel_iommu=on\tiommu=pt \"", "GRUB_CMDLINE_LINUX=\"\u{fc}=\u{e9}\"",
    "GRUB_CMDLINE_LINUX=\"a;b\"",
    "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet iommu=soft\"", "GRUB_CMDLINE_LINUX_DEFAULT=$GRUB_CMDLINE_LINUX",
    "read x <<E\na b\nE", "read GRUB_CMDLINE_LINUX <<E\nfrom here\nE",
    "cat <<-E\n\tGRUB_CMDLINE_LINUX=text\n\tE",
    "x=$(cat <<E\n$y `echo b`\nE\n)", "cat <<E | cat\n\\$x\nE", "case $x in a|b) y=1;; (c) y=2;; *) esac",
    "case a in a) GRUB_CMDLINE_LINUX=case;; esac", "while read x; do GRUB_CMDLINE_LINUX=$x; done <<E\nq\nE",
    "until true; do x=1; done", "for x in a b; do y=$x; done; unset x",
    "for GRUB_CMDLINE_LINUX in a b; do :; done",
    "if [ -f /etc/os-release ]; then x=1; else x=2; fi", "[ -z \"$x\" ] && y=1 || y=2", "test = = =",
    "echo = x",
    "[ -e /nonexistent ] && GRUB_CMDLINE_LINUX=never", "true && GRUB_CMDLINE_LINUX=\"from a list\"",
    "! false", "! true", "return 0", "return", "exit 0", ". /dev/null", "trap 'x=1' EXIT", "trap - INT",
    "command -v true >/dev/null && x=1", "type f >/dev/null 2>&1 || :", "printf '' ", "exec 3>&1 3>&-",
    "> /dev/null",
    "x=1 >/dev/null 2>&1", "IFS=:", "IFS=' '; set -- $GRUB_CMDLINE_LINUX", "x=a y=b", "x='#' # y", "x=#y",
    "x=a#b",
    "#\\", "# unclosed ' \" ` $( {", "\\", "x=\\", "y=\"\\\\\"", "x='\\'", "y=\"\\\"\"", "x=\"'\"", "y='\"'",
    "x=$'a\\'b'",
    "x=\"a`echo \\\"b\\\"`\"", "y=${x#a}${x%b}", "x=${#y}", "y=${x:-'a}'}", "x=\"${y:-'a}\"", "y=${x:-\\}}",
    "x=$#$?$-",
    "shift 0", "umask 022", "ulimit -c 0", "cd .", "times >/dev/null", "wait", "jobs", "hash -r",
    "getopts a x || :",
    "x=1;y=2", "x=1&&y=2", "x=1||y=2", "x=1&", "\u{c}x=1", "  x=1", "\tx=1", "x= y", "x =y", "x= =y", "'x'=y",
    "x''=y",
    "\"GRUB_CMDLINE_LINUX\"=q", "GRUB_CMDLINE_LINUX\\\n=q", "GRUB_CMDLINE\\\n_LINUX=q",
    "${x+GRUB_CMDLINE_LINUX=q}",
  ]

  private static let bash = [
    "GRUB_CMDLINE_LINUX+=\" more\"", "GRUB_CMDLINE_LINUX+=(a)", "GRUB_CMDLINE_LINUX=(a b)", "a=(1 2 '3 4')",
    "a[1]=x", "a[1]+=x",
    "a+=(5)", "x=${a[0]}", "x=${a[@]}", "x=${#a[@]}", "GRUB_CMDLINE_LINUX=\"${a[*]}\"",
    "[[ -n $x && $y == a* ]] || x=1",
    "[[ a =~ ^a$ ]] && y=1", "(( x = 1 )) || :", "(( x++ )) || :", "for ((x=0; x<2; x++)); do y=$x; done",
    "let x=1",
    "declare x=1", "declare -a a", "typeset y=2", "local x 2>/dev/null || :", "x=${y^^}", "x=${y/a/b}",
    "x=${y:0:1}", "x=${!y}",
    "x=$\"translated\"", "GRUB_CMDLINE_LINUX=$'tab\\there'", "read -r x <<< \"a b\"",
    "GRUB_CMDLINE_LINUX+=x y+=1",
    "function f { x=1; }; f", "function g() { y=1; }\ng", "shopt -s extglob",
    "printf -v GRUB_CMDLINE_LINUX %s v", "x=$[1+2]",
    "mapfile a <<< b", "cat <(echo a) >/dev/null", "echo a &>/dev/null", "true |& cat",
    "case a in a) x=1;;& b) y=1;& *) ;; esac",
    "select x in a; do break; done <<< 1", "time :", "coproc cat",
    "declare -n x=GRUB_CMDLINE_LINUX\nx=sneaky", "unset a[0]",
    "GRUB_CMDLINE_LINUX[0]=q", "export GRUB_CMDLINE_LINUX+=\" exported\"", "readonly -a a", "x={a,b}",
    "BASH_ENV=x", "SECONDS=5",
  ]
}

/// SplitMix64: the same everywhere.
private struct SystemIndependentRandom: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
