/// Walks a script's tree in the order of execution and keeps what is known of its variables.
///
/// Every step errs to one side: what may have happened counts as having happened, and what is not
/// followed makes values unknown.
struct ShellEvaluator {
  /// How sure it is that what is walked over runs, and in which shell.
  enum Mode {
    /// It runs, at the top level of the file.
    case topLevel
    /// It may run.
    case maybe
    /// It runs in a process of its own: it reads our variables, and changes none.
    case apart
  }

  /// A variable that was asked for.
  struct Target {
    let name: String
    var lastWord: ShellReading.LastWord?
    var obstacle: (reason: String, place: ShellPlace)?
    var readOnlyAt: ShellPlace?
    var mentioningScripts: Set<Int> = []
    var isExported = false
    var assignedWords: [(script: Int, word: ShellWord)] = []
  }

  /// What calling any function of the file may do; all of them together.
  struct FunctionEffects {
    var names: Set<String> = []
    var writes: Set<String> = []
    var touchesTarget = false
    var isOpaque = false
    var mayEndShell = false
    var mayPassFailures = false
  }

  var source: [UInt8] = []
  var dialect = ShellDialect.dash
  var redirections: [ShellRedirection] = []
  /// Which script is being read, from 0.
  var script = -1
  /// Inside backquotes: the offset of the first of them in the file.
  var outerOffset: Int?
  var bindings: [String: ShellBinding] = [:]
  /// Very few: finding one among them takes less than a table would.
  var targets: [Target]
  /// Assigning to one of them fails.
  var readOnlyNames: Set<String> = []
  var functions = FunctionEffects()
  var isInFunction = false
  var hazards: [ShellReading.Hazard] = []
  /// How many of them are commands that may fail.
  private var failures = 0
  var broken: (reason: String, place: ShellPlace)?
  var hasEnded = false
  /// Whether a `return` or `exit` before this place may have ended the script: what follows may not run.
  var mayHaveEnded = false
  /// Whether `set +e` may have been said.
  var mayPassFailures = false
  /// Whether the name of a variable that was asked for stands in text that may become code.
  var isNamedInText = false
  /// Whether a command that is not followed may have changed what later assignments mean: by a name
  /// reference, an attribute, an alias, a trap.
  var mayMeanElse = false

  init(asking names: [String], bindings initial: [String: ShellBinding]) {
    bindings = initial
    targets = names.map { Target(name: $0) }
  }

  /// Reads one more script in the same shell.
  mutating func run(_ next: ShellScript) {
    guard broken == nil else { return }
    (source, dialect, redirections) = (next.source, next.dialect, next.redirections)
    script += 1
    hasEnded = false
    mayHaveEnded = false
    walk(next.commands, .topLevel)
  }

  /// A place in the script that is being read.
  func place(_ offset: Int) -> ShellPlace { ShellPlace(script: script, offset: outerOffset ?? offset) }

  // MARK: Structure

  mutating func walk(_ list: ShellList, _ mode: Mode) {
    for index in list.items.indices {
      if hasEnded { return }
      switch list.items[index] {
      case .setting(let assignment): assign(assignment, mode)
      case .andOr(let item):
        let isLast = index == list.items.count - 1
        walk(item, item.runsInBackground ? .apart : mode, isLastOfFile: isLast && mode == .topLevel)
      }
    }
  }

  private mutating func walk(_ item: ShellAndOr, _ mode: Mode, isLastOfFile: Bool) {
    // What stands in a list of `&&` and `||` fails without ending the script; only the last counts.
    let inner: Mode = mode == .topLevel && !item.rest.isEmpty ? .maybe : mode
    walk(item.first, inner)
    for pipeline in item.rest { walk(pipeline, inner) }
    if mode == .topLevel, !item.rest.isEmpty, isLastOfFile {
      hazard(.mayFail, item.first.start, "the last command")
    }
  }

  private mutating func walk(_ pipeline: ShellPipeline, _ mode: Mode) {
    guard !pipeline.rest.isEmpty else {
      // `!` makes a failure of a success; as the last command it ends the script with it.
      if pipeline.isNegated, mode != .apart { hazard(.mayFail, pipeline.start, "\"!\"") }
      return walk(pipeline.first, pipeline.isNegated && mode == .topLevel ? .maybe : mode)
    }
    walk(pipeline.first, .apart)
    for command in pipeline.rest { walk(command, .apart) }
    if mode != .apart { hazard(.mayFail, pipeline.start, "a pipeline") }
  }

  mutating func walk(_ command: ShellCommand, _ mode: Mode) {
    let inside: Mode = mode == .apart ? .apart : .maybe
    switch command {
    case .simple(let simple): walk(simple, mode)
    case .group(let list): walk(list, inside)
    case .subshell(let list):
      walk(list, .apart)
      if mode != .apart { hazard(.mayFail, 0, "a subshell") }
    case .conditional(let branches):
      for branch in branches {
        walk(branch.condition, inside)
        walk(branch.body, inside)
      }
    case .whileLoop(let condition, let body):
      if mode != .apart { hazard(.mayFail, condition.start ?? 0, "a loop, which may not end") }
      walkRound(at: condition.start, mode) { evaluator in
        evaluator.walk(condition, inside)
        evaluator.walk(body, inside)
      }
    case .forLoop(let variable, let words, let body):
      for word in words { _ = value(of: word) }
      let name = source[variable.range].text
      walkRound(at: variable.range.lowerBound, mode) { evaluator in
        evaluator.checkThatItCanBeSet(name, at: variable.range.lowerBound)
        evaluator.assign(name, .unknown, mode: inside)
        evaluator.walk(body, inside)
      }
    case .choice(let subject, let arms):
      _ = value(of: subject)
      for arm in arms {
        for pattern in arm.patterns { _ = value(of: pattern) }
        walk(arm.body, inside)
      }
    case .function(let name, let body): define(name, body)
    case .expression(let range, let words):
      for word in words { _ = value(of: word) }
      forgetNames(in: range)
      if mode != .apart { hazard(.mayFail, range.lowerBound, "an expression") }
    case .redirected(let command, let indices):
      walk(redirections: indices, mode)
      walk(command, mode)
    }
  }

  /// A loop: what becomes read-only in one round cannot be set in the next.
  private mutating func walkRound(
    at offset: Int?, _ mode: Mode, _ round: (inout ShellEvaluator) -> Void
  ) {
    let before = readOnlyNames.count
    round(&self)
    if readOnlyNames.count != before, mode != .apart {
      hazard(.mayFail, offset ?? 0, "a loop that makes a variable read-only")
    }
  }

  mutating func walk(redirections indices: [Int], _ mode: Mode) {
    for index in indices where redirections.indices.contains(index) {
      _ = value(of: redirections[index].target)
      _ = value(of: redirections[index].body)
      if mode != .apart { hazard(.mayFail, redirections[index].range.lowerBound, "a redirection") }
    }
  }

  private mutating func define(_ name: String, _ body: ShellCommand) {
    let wasInFunction = isInFunction
    isInFunction = true
    walk(body, .maybe)
    isInFunction = wasInFunction
    functions.names.insert(name)
  }

  // MARK: Effects

  mutating func hazard(_ kind: ShellReading.Hazard.Kind, _ offset: Int, _ subject: String) {
    if kind == .mayFail {
      guard !isInFunction, failures < ShellReading.toldFailures else { return }
      failures += 1
    }
    if isInFunction {
      if kind == .opaque { functions.isOpaque = true }
      if kind == .mayEndShell { functions.mayEndShell = true }
      if kind == .mayPassFailures { functions.mayPassFailures = true }
    } else {
      hazards.append(.init(kind: kind, place: place(offset), subject: subject))
    }
  }

  /// Setting a variable that may be read-only ends the script.
  mutating func checkThatItCanBeSet(_ name: String, at offset: Int) {
    if !readOnlyNames.isEmpty && readOnlyNames.contains(name)
      || (dialect == .bash && Self.isReadOnlyInBash(name))
    {
      hazard(.mayFail, offset, name)
    }
  }

  mutating func assign(_ name: String, _ binding: ShellBinding, mode: Mode) {
    if isInFunction {
      functions.writes.insert(name)
      if target(name) != nil { functions.touchesTarget = true }
      return
    }
    if mode == .apart { return }
    if let target = target(name) {
      targets[target].lastWord = nil
      targets[target].mentioningScripts.insert(script)
    }
    let isCertain = mode == .topLevel && !mayHaveEnded && !Self.isMagic(name)
    bindings[name] = isCertain ? binding : .unknown
  }

  /// Something reads, names or may change a variable that was asked for: the literal that was the last
  /// word on it cannot be changed without changing what follows.
  mutating func touch(_ name: String, _ offset: Int, _ reason: String) {
    if let target = target(name) { touch(target, offset, reason) }
  }

  /// - Parameter target: an index into `targets`.
  mutating func touch(_ target: Int, _ offset: Int, _ reason: @autoclosure () -> String) {
    if isInFunction {
      functions.touchesTarget = true
      return
    }
    targets[target].mentioningScripts.insert(script)
    targets[target].lastWord = nil
    targets[target].obstacle = (reason(), place(offset))
  }

  mutating func touchAll(_ offset: Int, _ reason: String) {
    for target in targets.indices { touch(target, offset, reason) }
  }

  /// Says why a variable's last assignment cannot be changed where it stands.
  mutating func obstruct(_ name: String, _ reason: String, _ offset: Int) {
    if let target = target(name) { targets[target].obstacle = (reason, place(offset)) }
  }

  /// A command that may do anything to our variables.
  mutating func runOpaque(_ offset: Int, _ subject: String, _ mode: Mode) {
    touchAll(offset, "\(subject) may read or change it")
    if mode == .apart { return }
    hazard(.opaque, offset, subject)
    guard !isInFunction else { return }
    mayMeanElse = true
    bindings = Dictionary(uniqueKeysWithValues: targets.map { ($0.name, .unknown) })
  }

  mutating func callFunction(_ offset: Int, _ name: String, _ mode: Mode) {
    if functions.touchesTarget { touchAll(offset, "the function \(name) may read or change it") }
    if functions.isOpaque { return runOpaque(offset, "the function \(name)", mode) }
    for written in functions.writes { assign(written, .unknown, mode: mode == .topLevel ? .maybe : mode) }
    if mode == .apart { return }
    if functions.mayEndShell { hazard(.mayEndShell, offset, name) }
    if functions.mayPassFailures { hazard(.mayPassFailures, offset, name) }
    hazard(.mayFail, offset, name)
  }

  /// Makes every variable named in a stretch of arithmetic unknown, and touches the targets.
  mutating func forgetNames(in range: Range<Int>) {
    var offset = range.lowerBound
    while offset < range.upperBound {
      guard Byte.isNameStart(source[offset]) else {
        offset += 1
        continue
      }
      let start = offset
      while offset < range.upperBound, Byte.isName(source[offset]) { offset += 1 }
      let name = source[start..<offset].text
      touch(name, start, "arithmetic reads or changes it")
      if bindings[name] != nil || isInFunction { assign(name, .unknown, mode: .maybe) }
    }
  }

  /// The index of a variable that was asked for; nil for all others.
  func target(_ name: String) -> Int? {
    // All are GRUB's: a look at the begin tells most names.
    guard name.utf8.count >= 10, name.utf8.first == 0x47 else { return nil }
    return targets.firstIndex { $0.name == name }
  }

  /// Variables that the shell sets by itself: assigning to one tells nothing of what it holds.
  static func isMagic(_ name: String) -> Bool {
    // None is in small letters, and GRUB's own need no look-up.
    guard let first = name.utf8.first, first < 0x60, !name.utf8.starts(with: "GRUB_".utf8) else {
      return false
    }
    return magicNames.contains(name) || name.hasPrefix("BASH") || name.hasPrefix("COMP_")
  }

  private static let magicNames: Set<String> = [
    "_", "RANDOM", "SRANDOM", "SECONDS", "LINENO", "PPID", "UID", "EUID", "GROUPS", "DIRSTACK", "PWD",
    "OLDPWD", "OPTIND", "OPTARG", "OPTERR", "REPLY", "HISTCMD", "PIPESTATUS", "FUNCNAME", "SHELLOPTS",
    "EPOCHSECONDS", "EPOCHREALTIME", "HOSTNAME", "SHLVL", "POSIXLY_CORRECT", "IFS",
  ]
}
