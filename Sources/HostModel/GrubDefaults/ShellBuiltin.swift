/// What the shell knows of a command by its name.
struct ShellBuiltin: OptionSet, Sendable {
  let rawValue: UInt8

  /// One of POSIX's special builtins: assignments before it last, and no function takes its place.
  static let special = ShellBuiltin(rawValue: 1 << 0)
  /// It runs in the shell, without an environment.
  static let inShell = ShellBuiltin(rawValue: 1 << 1)
  static let alwaysSucceeds = ShellBuiltin(rawValue: 1 << 2)
  /// dash has none of that name.
  static let bashOnly = ShellBuiltin(rawValue: 1 << 3)
  /// It may do more with variables, or with what runs after it, than read its words.
  static let reaching = ShellBuiltin(rawValue: 1 << 4)
  /// Its name is no mistake where a value may have been meant.
  static let known = ShellBuiltin(rawValue: 1 << 5)

  /// Empty for names that are none of the shell's.
  static func named(_ name: String) -> ShellBuiltin { byName[name] ?? [] }

  private static let byName: [String: ShellBuiltin] = {
    let groups: [(ShellBuiltin, [String])] = [
      (
        [.special, .known],
        [
          ":", ".", "source", "break", "continue", "eval", "exec", "exit", "export", "readonly", "return",
          "set", "shift", "times", "trap", "unset",
        ]
      ),
      (
        [.inShell, .known],
        [
          "[", "test", "false", "printf", "cd", "pwd", "umask", "shift", "times", "hash", "type", "kill",
          "ulimit", "getopts", "local",
        ]
      ),
      ([.inShell, .alwaysSucceeds, .known], [":", "true", "echo", "break", "continue"]),
      (
        .known,
        [
          "alias", "bg", "bind", "builtin", "caller", "chdir", "command", "compgen", "complete", "compopt",
          "dirs", "disown", "enable", "env", "fc", "fg", "getopts", "help", "history", "jobs", "local",
          "logout", "popd", "pushd", "read", "suspend", "unalias", "wait",
        ]
      ),
      (
        .bashOnly,
        ["[[", "source", "declare", "typeset", "shopt", "function", "let", "mapfile", "readarray"]
      ),
      (
        .reaching,
        [
          "export", "readonly", "unset", "read", "set", "return", "exit", "exec", "eval", ".", "source",
          "alias", "unalias", "trap", "builtin", "enable", "declare", "typeset", "local", "let", "mapfile",
          "readarray", "shopt", "getopts", "wait", "fc", "history", "complete", "compgen", "command",
          "printf",
        ]
      ),
    ]
    var table: [String: ShellBuiltin] = [:]
    for (traits, names) in groups {
      for name in names { table[name, default: []].formUnion(traits) }
    }
    return table
  }()
}
