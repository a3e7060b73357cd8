import ChangePlanning
import HostFiles
import HostModel

extension ChangeExecutor {
  /// Takes changes back: all of them, or none.
  package func undo(_ undo: UndoPlan) throws(ChangeFailure) {
    let preflight = Preflight(root: root)
    try preflight.check(undo.plan)
    do throws(HostFileError) { try journal.prepare() } catch { throw ChangeFailure(error) }
    let lock = try journal.lock(
      for: undo.plan.intent.command, patience: undo.plan.endsWithBoot ? 30 : 0)
    do throws(HostFileError) { try preflight.requireFresh(undo.plan) } catch { throw ChangeFailure(error) }
    let interruption = Interruption()
    defer { withExtendedLifetime((lock, interruption)) {} }
    var transaction = Transaction(root)
    var moved: [Rebinding] = []
    do throws(ChangeFailure) {
      try write(undo.receipts, as: .undoing)
      try rebindNow(undo.plan.steps.rebindings)
      moved = undo.plan.steps.rebindings
      for step in undo.plan.steps {
        try take(step, undo, &transaction, lock, interruption)
        try interruption.check()
      }
    } catch {
      throw rebindingBack(moved, after: putBack(transaction, undo.receipts, after: error))
    }
    transaction.keep()
    for receipt in undo.receipts { clear(receipt) }
    finish(undo.receipts, as: .undone)
    // Only a change that is undone needs its copies no more.
    for receipt in undo.receipts { journal.dropContents(of: receipt) }
  }

  private func take(
    _ step: Step, _ undo: UndoPlan, _ transaction: inout Transaction, _ lock: FileLock,
    _ interruption: Interruption
  ) throws(ChangeFailure) {
    switch step {
    case .rebind: return  // Done before, all of them together.
    case .unloadModule(let name): try unload(name)
    case .replaceFile(let path, _, let after):
      try transaction.replace(
        path, with: after.map { .bytes($0) } ?? .nothing, metadata: undo.metadata[path], keepingTimes: true)
    case .regenerate(let regeneration):
      let metadata: FileMetadata?
      do throws(HostFileError) {
        metadata = try root.metadata(at: regeneration.configPath)
      } catch { throw ChangeFailure(error) }
      let bytes = try ConfigRegenerator(
        root: root, regeneration: regeneration, interruption: interruption, progress: progress
      ).make()
      try transaction.replace(regeneration.configPath, with: .bytes(bytes), metadata: metadata)
    case .run(let run): try ToolRunner(root: root, run: run, progress: progress).run(in: &transaction)
    case .rebuild(let rebuild):
      let rebuilder = ImageRebuilder(root: root, rebuild: rebuild, progress: progress)
      defer { ImageRebuilder.removeStaged(rebuild.images, of: root) }
      try rebuilder.make(lock, interruption)
      try rebuilder.place(in: &transaction)
    case .takeBack(let change): try takeBack(change, lock)
    case .install, .enable, .changeGuest, .loadModule: throw ChangeFailure("A way back asks for nothing new.")
    }
  }

  private func write(_ receipts: [Receipt], as state: Receipt.State) throws(ChangeFailure) {
    for var receipt in receipts where receipt.state != state {
      receipt.state = state
      try write(receipt)
    }
  }

  /// What nobody needs once a change is undone: directories made for it, leftovers of a kill.
  private func clear(_ receipt: Receipt) {
    removeLeftovers(of: receipt)
    for path in receipt.directories.reversed() where !root.removeEmptyDirectory(path) {
      progress("The empty folder /\(path) could not be removed. It changes nothing; rmdir removes it.")
    }
  }

  /// What a run that was killed has left beside the files.
  func removeLeftovers(of receipt: Receipt) {
    for file in receipt.files {
      try? root.removeUnfinished(file.path)
      guard file.isGenerated, let path = try? root.resolvedPath(file.path) else { continue }
      ConfigRegenerator.removeStaged(beside: path, of: root)
    }
    for image in receipt.images { try? root.removeUnfinished(image.path) }
    ImageRebuilder.removeStaged(receipt.images, of: root)
  }

  // MARK: What was cut short

  /// Changes that a power cut or a kill has left in the middle.
  package func unfinished() throws(ChangeFailure) -> [Receipt] {
    do throws(HostFileError) {
      return try journal.entries().compactMap(\.receipt).filter {
        $0.state.isUnfinished && journal.stands($0)
      }
    } catch { throw ChangeFailure(error) }
  }

  /// Whether a change that was cut short came to its end but for the note that it did.
  package func isComplete(_ receipt: Receipt) -> Bool {
    receipt.state == .begun && receipt.images.isEmpty && receipt.hosted.isEmpty && receipt.tools.isEmpty
      && receipt.boot == nil
      && receipt.files.allSatisfy { file in
        guard let bytes = try? root.bytes(at: file.path) else { return file.afterDigest == Receipt.noFile }
        return Receipt.digest(bytes) == file.afterDigest
      }
  }

  /// Notes that it did.
  package func complete(_ receipt: Receipt) throws(ChangeFailure) {
    let lock = try journal.lock(for: receipt.command)
    defer { withExtendedLifetime(lock) {} }
    removeLeftovers(of: receipt)
    try write([receipt], as: .done)
  }
}
