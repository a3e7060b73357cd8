/// Runs a script's commands in thought, in the order of execution, and keeps what is known of its variables.
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
    var mentioningScripts: [Int] = []
    var isExported = false
    var assignedWords: [(script: Int, word: ShellWord)] = []

    /// - Parameter script: the one that is being read.
    mutating func mention(in script: Int) {
      if mentioningScripts.last != script { mentioningScripts.append(script) }
    }
  }

  /// What calling any function of the file may do; all of them together.
  struct FunctionEffects {
    var names: Set<String> = []
    var writes: Set<ShellName> = []
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
  var variables = ShellVariables()
  /// Their names have the first numbers.
  var targets: [Target]
  /// Assigning to one of them fails.
  var readOnlyNames: Set<ShellName> = []
  var functions = FunctionEffects()
  var isInFunction = false
  var hazards: [ShellReading.Hazard] = []
  /// How many of each kind the script that is being read has.
  private var told = ShellEvaluator.nothingTold
  private static let nothingTold = ShellReading.Hazard.Kind.allCases.map { _ in 0 }
  var broken: (reason: String, place: ShellPlace)?
  var hasEnded = false
  /// Where the last command begins, if it is a list of `&&` and `||`: it may fail, and the script with it.
  private var lastChain: Int?
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
    targets = []
    for name in names where variables.name(name).number == targets.count {
      targets.append(Target(name: name))
    }
    for (name, binding) in initial { variables.set(variables.name(name), binding) }
  }

  mutating func variable(in range: Range<Int>) -> ShellName { variables.name(in: source, range) }

  /// Reads one more script in the same shell, and runs each command in thought before it reads the next.
  mutating func run(_ source: [UInt8], dialect: ShellDialect) -> ShellScript {
    (self.source, self.dialect) = (source, dialect)
    variables.begin(source)
    script += 1
    hasEnded = broken != nil
    mayHaveEnded = false
    lastChain = nil
    told = Self.nothingTold
    let read = ShellScript(source, dialect: dialect, depth: 0) { command, itsRedirections in
      lastChain = nil
      if hasEnded { return }
      redirections = itsRedirections
      walk(command, .topLevel)
      redirections = []
    }
    if let lastChain { hazard(.mayFail, lastChain, "the last command") }
    return read
  }

  /// A place in the script that is being read.
  func place(_ offset: Int) -> ShellPlace { ShellPlace(script: script, offset: outerOffset ?? offset) }

  // MARK: Structure

  mutating func walk(_ list: ShellList, _ mode: Mode) {
    for item in list.items where !hasEnded { walk(item, mode) }
  }

  mutating func walk(_ item: ShellListItem, _ mode: Mode) {
    switch item {
    case .setting(let assignment): assign(assignment, mode)
    case .command(let command, _): walk(command, mode)
    case .andOr(let item): walk(item, item.runsInBackground ? .apart : mode)
    }
  }

  private mutating func walk(_ item: ShellAndOr, _ mode: Mode) {
    // What stands in a list of `&&` and `||` fails without ending the script; only the last counts.
    let inner: Mode = mode == .topLevel && !item.rest.isEmpty ? .maybe : mode
    walk(item.first, inner)
    for pipeline in item.rest { walk(pipeline, inner) }
    if mode == .topLevel, !item.rest.isEmpty { lastChain = item.first.start }
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
      let name = self.variable(in: variable.range)
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

  mutating func hazard(_ kind: ShellReading.Hazard.Kind, _ offset: Int, _ subject: @autoclosure () -> String)
  {
    if isInFunction {
      if kind == .opaque { functions.isOpaque = true }
      if kind == .mayEndShell { functions.mayEndShell = true }
      if kind == .mayPassFailures { functions.mayPassFailures = true }
    } else if told[kind.rawValue] < ShellReading.toldHazards {
      told[kind.rawValue] += 1
      hazards.append(.init(kind: kind, place: place(offset), subject: subject()))
    }
  }

  /// Setting a variable that may be read-only ends the script.
  mutating func checkThatItCanBeSet(_ name: ShellName, at offset: Int) {
    if !readOnlyNames.isEmpty && readOnlyNames.contains(name)
      || dialect == .bash && variables.names.traits(name).contains(.readOnlyInBash)
    {
      let text = variables.names.text(name)
      hazard(.mayFail, offset, text)
    }
  }

  mutating func assign(_ name: ShellName, _ binding: ShellBinding, mode: Mode) {
    guard let isCertain = noteAssignment(to: name, mode) else { return }
    if isCertain { variables.set(name, binding) } else { variables.forget(name) }
  }

  /// Assigns a stretch of the script.
  mutating func assign(_ name: ShellName, stretch: Range<Int>, mode: Mode) {
    guard let isCertain = noteAssignment(to: name, mode) else { return }
    if isCertain { variables.set(name, to: stretch) } else { variables.forget(name) }
  }

  /// Whether it is certain that an assignment gives the variable its value; nil where it gives it to none of ours.
  private mutating func noteAssignment(to name: ShellName, _ mode: Mode) -> Bool? {
    if isInFunction {
      functions.writes.insert(name)
      if target(name) != nil { functions.touchesTarget = true }
      return nil
    }
    if mode == .apart { return nil }
    if let target = target(name) {
      targets[target].lastWord = nil
      targets[target].mention(in: script)
    }
    return mode == .topLevel && !mayHaveEnded && !variables.names.traits(name).contains(.magic)
  }

  /// Something reads, names or may change a variable that was asked for: the literal that was the last
  /// word on it cannot be changed without changing what follows.
  mutating func touch(_ name: ShellName, _ offset: Int, _ reason: String) {
    if let target = target(name) { touch(target, offset, reason) }
  }

  /// - Parameter target: an index into `targets`.
  mutating func touch(_ target: Int, _ offset: Int, _ reason: @autoclosure () -> String) {
    if isInFunction {
      functions.touchesTarget = true
      return
    }
    targets[target].mention(in: script)
    // One reason is enough, and a file may have one on every line.
    if targets[target].lastWord == nil, targets[target].obstacle != nil { return }
    targets[target].lastWord = nil
    targets[target].obstacle = (reason(), place(offset))
  }

  mutating func touchAll(_ offset: Int, _ reason: @autoclosure () -> String) {
    for target in targets.indices { touch(target, offset, reason()) }
  }

  /// Says why a variable's last assignment cannot be changed where it stands.
  mutating func obstruct(_ name: ShellName, _ reason: String, _ offset: Int) {
    if let target = target(name) { targets[target].obstacle = (reason, place(offset)) }
  }

  /// A command that may do anything to our variables.
  mutating func runOpaque(_ offset: Int, _ subject: @autoclosure () -> String, _ mode: Mode) {
    touchAll(offset, "\(subject()) may read or change it")
    if mode == .apart { return }
    hazard(.opaque, offset, subject())
    guard !isInFunction else { return }
    mayMeanElse = true
    variables.forgetAll()
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
      let name = variable(in: start..<offset)
      touch(name, start, "arithmetic reads or changes it")
      if variables.binding(name) != nil || isInFunction { assign(name, .unknown, mode: .maybe) }
    }
  }

  /// The index of a variable that was asked for; nil for all others.
  func target(_ name: ShellName) -> Int? { name.number < targets.count ? name.number : nil }
}
