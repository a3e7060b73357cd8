import Foundation
import HostModel
import Testing

/// Files made from the shell's grammar, held against the shells themselves.
///
/// `PASSTHRU_GRUB_FILES` sets how many; `make test-properties` asks for 100,000.
@Suite(.enabled(if: ShellOracle.isAvailable))
struct GrubDefaultsPropertyTests {
  static let count = ProcessInfo.processInfo.environment["PASSTHRU_GRUB_FILES"].flatMap(Int.init) ?? 1000
  static let seed = ProcessInfo.processInfo.environment["PASSTHRU_GRUB_SEED"].flatMap(UInt64.init) ?? 1
  static let wanted = ["intel_iommu=on", "iommu=pt"]

  /// How files fared.
  struct Tally: CustomStringConvertible {
    var counts: [String: Int] = [:]
    mutating func count(_ what: String) { counts[what, default: 0] += 1 }
    mutating func add(_ other: Tally) { counts.merge(other.counts, uniquingKeysWith: +) }
    var description: String {
      counts.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: "\n")
    }
  }

  @Test(arguments: ShellDialect.allCases)
  func whatIsAddedIsAllThatDiffers(dialect: ShellDialect) async throws {
    let tally = try await judgeAll(dialect) { size, seed in
      var generator = ShellFileGenerator(seed: seed, dialect: dialect)
      return (0..<size).map { _ in generator.host() }
    }
    // Refusing everything would be safe and useless.
    let sourced = tally.counts["sources", default: 0]
    let done = tally.counts["added", default: 0] + tally.counts["conflict", default: 0]
    #expect(done * 100 >= sourced * 75, "only \(done) of \(sourced) files that source were edited")
  }

  @Test(arguments: ShellDialect.allCases)
  func changedRealFilesFareAlike(dialect: ShellDialect) async throws {
    let originals = try GrubFileMutator.realFiles()
    try #require(originals.count > 50)
    _ = try await judgeAll(dialect) { size, seed in
      var mutator = GrubFileMutator(originals: originals, seed: seed, dialect: dialect)
      return (0..<size).map { _ in mutator.host() }
    }
  }

  /// Judges so many files as are asked for, two batches at a time.
  private func judgeAll(
    _ dialect: ShellDialect,
    making hosts: @escaping @Sendable (_ size: Int, _ seed: UInt64) -> [GrubDefaultsFiles]
  ) async throws -> Tally {
    let batchSize = 2000
    let batches = (Self.count + batchSize - 1) / batchSize
    var tally = Tally()
    try await withThrowingTaskGroup(of: Tally.self) { group in
      var started = 0
      func start(_ group: inout ThrowingTaskGroup<Tally, any Error>) {
        let seed = Self.seed &* 1_000_003 &+ UInt64(started)
        let size = min(batchSize, Self.count - started * batchSize)
        group.addTask { try Self.judge(hosts(size, seed), dialect: dialect) }
        started += 1
      }
      while started < min(2, batches) { start(&group) }
      while let part = try await group.next() {
        tally.add(part)
        if started < batches { start(&group) }
      }
    }
    print("\(dialect): \(Self.count) files\n\(tally)")
    return tally
  }

  struct Attempt {
    var files: GrubDefaultsFiles
    var edit: GrubDefaultsEdit
    var after: GrubDefaultsFiles
  }

  static func judge(_ hosts: [GrubDefaultsFiles], dialect: ShellDialect) throws -> Tally {
    var tally = Tally()
    let oracle = ShellOracle(
      dialect: dialect, names: ShellFileGenerator.names + ["iommu", "intel_iommu", "v", "a"])
    let before = try oracle.outcomes(of: hosts)
    var attempts: [Attempt] = []
    var outcomes: [ShellOracle.Outcome] = []
    for (files, outcome) in zip(hosts, before) {
      checkReading(of: files, outcome)
      if outcome.status == 0 { tally.count("sources") }
      do throws(GrubRefusal) {
        let attempt = try attempt(files, outcome)
        if outcome.status == 0 {
          attempts.append(attempt)
          outcomes.append(outcome)
        } else {
          // The caller sources the files first and refuses; what reading proves must not come to that.
          tally.count("stopped by sourcing before")
          #expect(!attempt.edit.unproven.isEmpty, "proven, and does not source: \(shown(files))")
        }
      } catch {
        judge(error, files, outcome, &tally)
      }
    }
    let after = try oracle.outcomes(of: attempts.map(\.after))
    for index in attempts.indices { judge(attempts[index], outcomes[index], after[index], &tally) }
    return tally
  }

  /// Every byte is printed as it was read, and what reading knows is what the shell says.
  static func checkReading(of files: GrubDefaultsFiles, _ outcome: ShellOracle.Outcome) {
    for file in files.texts {
      let isPrintedAsRead = ShellScript(file, dialect: files.dialect).printed == file
      #expect(isPrintedAsRead, "\(shown(files))")
    }
    guard outcome.status == 0, let reading = try? GrubDefaultsReading(files) else { return }
    for (name, binding) in [
      ("GRUB_CMDLINE_LINUX", reading.linux), ("GRUB_CMDLINE_LINUX_DEFAULT", reading.linuxDefault),
    ] {
      guard let known = binding.value.bytes else { continue }
      let isTrue = outcome.values[name] ?? [] == known
      #expect(isTrue, "\(name) is read as \(known.text.debugDescription): \(shown(files)) \(outcome)")
    }
  }

  /// Adds, adds again, removes: as the command does, with the values that the shell showed.
  static func attempt(
    _ files: GrubDefaultsFiles, _ outcome: ShellOracle.Outcome
  ) throws(GrubRefusal) -> Attempt {
    let edit = try GrubDefaultsEdit.adding(wanted, to: files, sourced: outcome.commandLines)
    let after = files.applying(edit)
    let removed = after.applying(try GrubDefaultsEdit.removing(edit.arguments, from: after))
    let isRestored = removed == files
    #expect(isRestored, "not removed without a trace: \(shown(files)) -> \(shown(removed))")
    return Attempt(files: files, edit: edit, after: after)
  }

  static func judge(
    _ attempt: Attempt, _ before: ShellOracle.Outcome, _ after: ShellOracle.Outcome, _ tally: inout Tally
  ) {
    if attempt.edit.unproven.isEmpty { tally.count("proven") }
    tally.count("at " + attempt.edit.place.rawValue)
    var expected = before.values
    let text = attempt.edit.arguments.joined(separator: " ")
    if !text.isEmpty {
      let old = before.values["GRUB_CMDLINE_LINUX"] ?? []
      expected["GRUB_CMDLINE_LINUX"] = old.isEmpty ? Array(text.utf8) : old + [0x20] + text.utf8
    }
    if after.status == 0, after.values == expected {
      tally.count("added")
      checkThatAgainIsNothing(attempt, after)
    } else {
      // The command sources the files after, too, and makes nothing of such a change.
      tally.count("stopped by sourcing after")
      let isOpaque = attempt.edit.isOpaque
      #expect(isOpaque, "wrong: \(shown(attempt.files)) -> \(shown(attempt.after)) \(after)")
    }
  }

  /// Adding twice changes nothing the second time, whether a shell is asked or reading alone proves it.
  static func checkThatAgainIsNothing(_ attempt: Attempt, _ outcome: ShellOracle.Outcome) {
    let again = try? GrubDefaultsEdit.adding(wanted, to: attempt.after, sourced: outcome.commandLines)
    #expect(again?.place == .nothing, "not idempotent: \(shown(attempt.files))")
    guard attempt.edit.unproven.isEmpty,
      (try? GrubDefaultsReading(attempt.files))?.linux.value.bytes != nil
    else { return }
    let unasked = try? GrubDefaultsEdit.adding(wanted, to: attempt.after)
    #expect(unasked?.place == .nothing, "not idempotent by reading: \(shown(attempt.files))")
  }

  static func judge(
    _ refusal: GrubRefusal, _ files: GrubDefaultsFiles, _ before: ShellOracle.Outcome, _ tally: inout Tally
  ) {
    guard before.status == 0 else { return tally.count("refused: does not source either") }
    guard refusal.kind != .conflict else { return tally.count("conflict") }
    tally.count("refused though it sources: \(refusal.kind.rawValue)")
    if ProcessInfo.processInfo.environment["PASSTHRU_GRUB_REASONS"] != nil {
      tally.count("refused though it sources: \(refusal.kind.rawValue): \(refusal.reason)")
    }
    let isFalse = refusal.kind == .broken
    #expect(!isFalse, "called broken, and sources: \(refusal)\n\(shown(files))")
    if ProcessInfo.processInfo.environment["PASSTHRU_GRUB_SHOW"] == refusal.kind.rawValue {
      print("\(refusal)\n\(shown(files))")
    }
  }

  static func shown(_ files: GrubDefaultsFiles) -> String {
    files.texts.map(\.text.debugDescription).joined(separator: " then ")
  }
}
