import Foundation
import HostModel
import Testing

/// Files made from the shell's grammar, held against the shells themselves.
///
/// `PASSTHRU_GRUB_FILES` sets how many; `make test-properties` asks for 100,000.
@Suite(.enabled(if: ShellOracle.isAvailable))
struct GrubDefaultsPropertyTests {
  static let count = ProcessInfo.processInfo.environment["PASSTHRU_GRUB_FILES"].flatMap(Int.init) ?? 4000
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
    let batchSize = 2000
    let batches = (Self.count + batchSize - 1) / batchSize
    var tally = Tally()
    try await withThrowingTaskGroup(of: Tally.self) { group in
      var started = 0
      func start(_ group: inout ThrowingTaskGroup<Tally, any Error>) {
        let seed = Self.seed &* 1_000_003 &+ UInt64(started)
        let size = min(batchSize, Self.count - started * batchSize)
        group.addTask { try Self.judge(batchOf: size, seed: seed, dialect: dialect) }
        started += 1
      }
      while started < min(2, batches) { start(&group) }
      while let part = try await group.next() {
        tally.add(part)
        if started < batches { start(&group) }
      }
    }
    print("\(dialect): \(Self.count) files\n\(tally)")
    // Refusing everything would be safe and useless.
    let sourced = tally.counts["sources", default: 0]
    let done = tally.counts["added", default: 0] + tally.counts["conflict", default: 0]
    #expect(done * 100 >= sourced * 85, "only \(done) of \(sourced) files that source were edited")
  }

  struct Attempt {
    var bytes: [UInt8]
    var edit: GrubDefaultsEdit
    var after: [UInt8]
  }

  static func judge(batchOf size: Int, seed: UInt64, dialect: ShellDialect) throws -> Tally {
    var tally = Tally()
    var generator = ShellFileGenerator(seed: seed)
    let oracle = ShellOracle(
      dialect: dialect, names: ShellFileGenerator.names + ["iommu", "intel_iommu", "v"])
    var files: [[UInt8]] = []
    for _ in 0..<size { files.append(generator.file()) }
    var attempts: [Attempt?] = []
    var refusals: [GrubRefusal?] = []
    for bytes in files {
      let isPrintedAsRead = ShellScript(bytes, dialect: dialect).printed == bytes
      #expect(isPrintedAsRead, "\(shown(bytes))")
      do throws(GrubRefusal) {
        attempts.append(try attempt(bytes, dialect))
        refusals.append(nil)
      } catch {
        attempts.append(nil)
        refusals.append(error)
      }
    }
    let before = try oracle.outcomes(of: files.map { [$0] })
    let changed = files.indices.filter { attempts[$0] != nil && before[$0].status == 0 }
    let after = Dictionary(
      uniqueKeysWithValues: zip(
        changed, try oracle.outcomes(of: changed.map { [attempts[$0]?.after ?? files[$0]] })))
    for index in files.indices {
      if before[index].status == 0 { tally.count("sources") }
      if let attempt = attempts[index] {
        judge(attempt, before[index], after[index], &tally)
      } else if let refusal = refusals[index] {
        judge(refusal, files[index], before[index], &tally)
      }
    }
    return tally
  }

  /// Adds, adds again, removes.
  static func attempt(_ bytes: [UInt8], _ dialect: ShellDialect) throws(GrubRefusal) -> Attempt {
    let files = GrubDefaultsFiles(main: bytes, dialect: dialect)
    let edit = try GrubDefaultsEdit.adding(wanted, to: files)
    let after = files.applying(edit)
    let again = try GrubDefaultsEdit.adding(wanted, to: after)
    #expect(again.place == .nothing, "not idempotent: \(shown(bytes))")
    let removed = after.applying(try GrubDefaultsEdit.removing(edit.arguments, from: after))
    let isRestored = removed.main == bytes
    #expect(isRestored, "not removed without a trace: \(shown(bytes)) -> \(shown(removed.main))")
    return Attempt(bytes: bytes, edit: edit, after: after.main)
  }

  static func judge(
    _ attempt: Attempt, _ before: ShellOracle.Outcome, _ after: ShellOracle.Outcome?, _ tally: inout Tally
  ) {
    let isProven = attempt.edit.unproven.isEmpty
    guard before.status == 0, let after else {
      // The caller sources the file first and refuses; what reading proves must not come to that.
      tally.count("stopped by sourcing before")
      #expect(!isProven, "proven, and does not source: \(shown(attempt.bytes))")
      return
    }
    if isProven { tally.count("proven") }
    tally.count("at " + attempt.edit.place.rawValue)
    var expected = before.values
    let text = attempt.edit.arguments.joined(separator: " ")
    if !text.isEmpty {
      let old = before.values["GRUB_CMDLINE_LINUX"] ?? []
      expected["GRUB_CMDLINE_LINUX"] = old.isEmpty ? Array(text.utf8) : old + [0x20] + text.utf8
    }
    if after.status == 0, after.values == expected {
      tally.count("added")
    } else {
      tally.count("stopped by sourcing after")
      let isOpaque = attempt.edit.isOpaque
      #expect(isOpaque, "wrong: \(shown(attempt.bytes)) -> \(shown(attempt.after)) \(after)")
    }
  }

  static func judge(
    _ refusal: GrubRefusal, _ bytes: [UInt8], _ before: ShellOracle.Outcome, _ tally: inout Tally
  ) {
    if refusal.kind == .conflict {
      tally.count(before.status == 0 ? "conflict" : "refused: does not source either")
    } else if before.status == 0 {
      tally.count("refused though it sources: \(refusal.kind.rawValue)")
      if ProcessInfo.processInfo.environment["PASSTHRU_GRUB_SHOW"] == refusal.kind.rawValue {
        print("\(refusal)\n\(shown(bytes))")
      }
    } else {
      tally.count("refused: does not source either")
    }
  }

  static func shown(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self).debugDescription }
}
