import ChangePlanning
import HostFiles
import HostModel

/// What undoing changes takes: a plan like any other, and what it makes of each file besides its bytes.
package struct UndoPlan: Sendable {
  package let plan: ChangePlan
  /// The changes, the newest first.
  package let receipts: [Receipt]
  /// Of the files that come back, by path.
  let metadata: [String: FileMetadata]
}

extension ChangeExecutor {
  /// The way back from changes to what was before the oldest of them. What others made of a file
  /// since is never overwritten.
  package func undoPlan(for receipts: [Receipt]) throws(Refusal) -> UndoPlan {
    let receipts = receipts.sorted { $0.number > $1.number }
    let entries: [Journal.Entry]
    do throws(HostFileError) {
      entries = try journal.entries()
    } catch { throw Refusal(error) }
    try requireLast(receipts, among: entries.compactMap(\.receipt))
    var way = WayBack(journal)
    for receipt in receipts { try way.walk(receipt) }
    return try way.plan(receipts)
  }

  /// A later change that stands on these must go first.
  private func requireLast(_ receipts: [Receipt], among all: [Receipt]) throws(Refusal) {
    let numbers = Set(receipts.map(\.number))
    for receipt in receipts {
      let paths = receipt.files.filter { !$0.isGenerated }.map(\.path)
      let devices = receipt.rebindings.map(\.device)
      for later in all
      where later.number > receipt.number && journal.stands(later) && !numbers.contains(later.number) {
        if later.state.isUnfinished {
          throw Refusal(
            reason: "unfinished", detail: "Change \(later.number) (\(later.command)) was cut short.",
            steps: ["passthru-doctor undo \(later.number)"])
        }
        let file = later.files.first { paths.contains($0.path) }.map { "/\($0.path)" }
        let device = later.rebindings.first { devices.contains($0.device) }?.device.description
        guard let shared = file ?? device else { continue }
        throw Refusal(
          reason: "later-change",
          detail:
            "Change \(later.number) (\(later.command)) built on change \(receipt.number) at \(shared). "
            + "Undo both, the later one first:",
          steps: ["passthru-doctor undo \(later.number) \(receipt.number)"])
      }
    }
  }
}

/// The files as they will be, while changes are walked back from the newest on.
private struct WayBack {
  private enum Fate {
    case putBack([UInt8]?, FileMetadata?)
    /// It was made anew since: kernels may have come or gone, and the old bytes would be wrong.
    case regenerate
  }

  private let journal: Journal
  private var root: HostRoot { journal.root }
  /// In the order in which they were met.
  private var paths: [String] = []
  private var fates: [String: Fate] = [:]
  private var digests: [String: String] = [:]
  private var generated: Set<String> = []
  /// Changes whose tool wrote its files anew since.
  private var overtaken: Set<Int> = []
  private var drivers = DriverWayBack()

  init(_ journal: Journal) { self.journal = journal }

  mutating func walk(_ receipt: Receipt) throws(Refusal) {
    try drivers.walk(receipt, root)
    for (index, file) in receipt.files.enumerated().reversed() {
      if file.isGenerated { generated.insert(file.path) }
      if case .regenerate = fates[file.path] { continue }
      let now: String
      if let known = digests[file.path] { now = known } else { now = Receipt.digest(try bytes(file.path)) }
      if now == file.beforeDigest { continue }
      // An entry goes with its kernel.
      if now == Receipt.noFile, file.path.holds("/loader/entries/") { continue }
      if file.isTools {
        guard receipt.hasRunTools, file.afterDigest == nil || now == file.afterDigest else {
          overtaken.insert(receipt.number)
          continue
        }
        if !paths.contains(file.path) { paths.append(file.path) }
        fates[file.path] = .putBack(try before(receipt, index), file.metadata)
        digests[file.path] = file.beforeDigest
        continue
      }
      if !paths.contains(file.path) { paths.append(file.path) }
      guard now == file.afterDigest else {
        if let block = try undoneBlock(receipt, index) {
          fates[file.path] = .putBack(block, file.metadata)
          digests[file.path] = Receipt.digest(block)
          continue
        }
        guard file.isGenerated else { throw changedSince(receipt, index) }
        fates[file.path] = .regenerate
        continue
      }
      fates[file.path] = .putBack(try before(receipt, index), file.metadata)
      digests[file.path] = file.beforeDigest
    }
  }

  /// GRUB has written its block since the trial was prepared: only what was put there goes. Nil where it is no
  /// such block.
  private func undoneBlock(_ receipt: Receipt, _ index: Int) throws(Refusal) -> [UInt8]? {
    let path = receipt.files[index].path
    guard GrubEnvironment.isBlock(path), let old = try before(receipt, index) else { return nil }
    var now = try bytes(path)
    if case .putBack(let bytes, _) = fates[path] { now = bytes }
    return now.flatMap { GrubEnvironment.undoingTrial(in: $0, before: old) }
  }

  func plan(_ receipts: [Receipt]) throws(Refusal) -> UndoPlan {
    var steps: [Step] = []
    var notes = receipts.map { "Change \($0.number) (\($0.command)) of \($0.time) is taken back." }
    var metadata: [String: FileMetadata] = [:]
    for isGenerated in [false, true] {
      for path in paths where generated.contains(path) == isGenerated {
        guard case .putBack(let after, let old) = fates[path] else { continue }
        let before = try bytes(path)
        let now = (try? root.metadata(at: path)) ?? nil
        // The bytes may have come back by themselves, as with kargs remove; then only the time did not.
        let isOlder = now != old && now.flatMap { now in old.map(now.isLike) } == true
        guard before != after || isOlder else { continue }
        steps.append(.replaceFile(path: path, before: before, after: after))
        metadata[path] = old
        if let now, let old, !now.isLike(old) {
          metadata[path] = now.at(old)
          notes.append("Owner, mode or labels of /\(path) were changed since; they stay as they are now.")
        }
      }
    }
    for path in paths {
      guard case .regenerate = fates[path] else { continue }
      guard let receipt = receipts.first(where: { $0.generator != nil }), let program = receipt.generator
      else {
        throw Refusal(reason: "unreadable", detail: "The journal does not say which program makes /\(path).")
      }
      notes.append("/\(path) was made anew since, so it is made anew again.")
      var regeneration = GrubRegeneration(
        program: program, options: receipt.generatorOptions, configPath: path, entriesBefore: [], present: [],
        absent: [])
      regeneration.shielded = receipt.generatorShield
      steps.append(.regenerate(regeneration))
    }
    steps += tools(receipts)
    if let rebuild = try rebuild(receipts) { steps.append(.rebuild(rebuild)) }
    let needsReboot = !steps.isEmpty
    steps += receipts.flatMap { $0.hosted.reversed().map(Step.takeBack) }
    steps += receipts.flatMap { $0.modules.reversed().map(Step.unloadModule) }
    steps = drivers.steps + steps
    let plan = ChangePlan(
      intent: .undo(receipts.map(\.number)), steps: steps, notes: notes, needsReboot: needsReboot)
    return UndoPlan(plan: plan, receipts: receipts, metadata: metadata)
  }

  /// Tools that follow files run again; others are taken back by the files that they wrote, or where
  /// there are none, or these were written since, by their own inverse.
  private func tools(_ receipts: [Receipt]) -> [Step] {
    receipts.filter(\.hasRunTools).flatMap { receipt in
      let areFilesBack = receipt.files.contains(where: \.isTools) && !overtaken.contains(receipt.number)
      return receipt.tools.reversed().filter { $0.spreadsFiles || !areFilesBack }.map { tool in
        Step.run(ToolRun(command: tool.inverse, inverse: tool.inverse, proof: .exitStatus))
      }
    }
  }

  /// Images of kernels that are still there, made anew from the files as they will be.
  private func rebuild(_ receipts: [Receipt]) throws(Refusal) -> ImageRebuild? {
    var images: [ImageRebuild.Image] = []
    for image in receipts.filter(\.hasNewImages).flatMap(\.images)
    where root.exists(image.path) && !images.contains(image) { images.append(image) }
    guard !images.isEmpty else { return nil }
    let known = receipts.compactMap(\.builder).first
    let builders = (known.map { [$0] } ?? []) + InitramfsBuilder.allCases
    guard let builder = builders.first(where: { $0.programs.contains(where: root.exists) }) else {
      throw Refusal(
        reason: "no-builder",
        detail: "The tool that makes the initramfs is gone: install it again, then undo.")
    }
    var configuration = try bytes(BindingConfiguration.path)
    if case .putBack(let bytes, _) = fates[BindingConfiguration.path] { configuration = bytes }
    return ImageRebuild(
      builder: builder, images: images,
      configuration: configuration.flatMap { try? BindingConfiguration(parsing: $0) }
        ?? BindingConfiguration())
  }

  // MARK: Reading and refusing

  private func bytes(_ path: String) throws(Refusal) -> [UInt8]? {
    do throws(HostFileError) { return try root.bytes(at: path) } catch { throw Refusal(error) }
  }

  private func before(_ receipt: Receipt, _ index: Int) throws(Refusal) -> [UInt8]? {
    do throws(ChangeFailure) {
      return try journal.before(receipt, index)
    } catch { throw Refusal(reason: "unreadable", detail: error.reason) }
  }

  private func changedSince(_ receipt: Receipt, _ index: Int) -> Refusal {
    let path = receipt.files[index].path
    let now = (try? bytes(path)) ?? nil
    var detail =
      "Somebody changed /\(path) after change \(receipt.number) (\(receipt.command)), so it stays as it is."
    if let before = try? before(receipt, index) {
      let diff = UnifiedDiff.text(path: path, before: now, after: before)
      detail += " Putting back what was there would change this:\n\(diff.text)"
    }
    let kept = receipt.files[index].beforeDigest == Receipt.noFile
    return Refusal(
      reason: "changed-since", detail: detail,
      steps: kept ? [] : ["What was there before is in \(journal.contentsPath(receipt, index))."])
  }
}

extension FileMetadata {
  /// Alike but for the time.
  fileprivate func isLike(_ other: FileMetadata) -> Bool { at(other) == other }

  fileprivate func at(_ other: FileMetadata) -> FileMetadata {
    var copy = self
    copy.modified = other.modified
    return copy
  }
}

extension Refusal {
  init(_ error: HostFileError) { self.init(reason: "unreadable", detail: "\(error).") }
}
