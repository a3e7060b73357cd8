import ChangePlanning
import HostFiles
import HostModel
import LibvirtGuests
import GuestDefinitions

/// Carries plans out: all of a plan, or nothing of it.
package struct ChangeExecutor {
  let root: HostRoot
  let journal: Journal
  /// Gets progress, a line at a time.
  let progress: (String) -> Void
  /// Milliseconds for one driver to let go of a device, or to take it.
  let driverLimit: Int

  package init(_ root: HostRoot, driverLimit: Int = 30_000, progress: @escaping (String) -> Void) {
    self.root = root
    self.driverLimit = driverLimit
    journal = Journal(root)
    self.progress = progress
  }

  /// Applies a plan and returns its receipt.
  @discardableResult
  package func apply(_ plan: ChangePlan) throws(ChangeFailure) -> Receipt {
    let preflight = Preflight(root: root)
    try preflight.check(plan)
    var (receipt, contents) = try makeReceipt(plan)
    let lock = try locked(plan)
    // From before the journal has the change: what it has is finished, or put back.
    let interruption = Interruption()
    defer { withExtendedLifetime((lock, interruption)) {} }
    do throws(HostFileError) {
      try preflight.requireFresh(plan)
      try journal.begin(&receipt, replacing: contents)
    } catch { throw ChangeFailure(error) }
    var transaction = Transaction(root)
    var moved: [Rebinding] = []
    do throws(ChangeFailure) {
      try rebindNow(plan.steps.rebindings)
      // A handover that fails gives back by itself; of a device that hangs nothing more may be asked.
      moved = plan.steps.rebindings
      for step in plan.steps {
        try apply(step, &receipt, &transaction, lock, interruption)
        try interruption.check()
      }
    } catch {
      receipt.state = .failed
      let failure = putBack(transaction, [receipt], taking: (receipt.hosted.reversed(), lock), after: error)
      throw rebindingBack(moved, after: unloading(receipt.modules, after: failure))
    }
    transaction.keep()
    finish([receipt], as: .done)
    return receipt
  }

  /// The journal for this process alone, with nothing in it that was cut short.
  private func locked(_ plan: ChangePlan) throws(ChangeFailure) -> FileLock {
    do throws(HostFileError) { try journal.prepare() } catch { throw ChangeFailure(error) }
    let lock = try journal.lock(for: plan.intent.command, patience: plan.endsWithBoot ? 30 : 0)
    if let unfinished = try unfinished().first {
      throw ChangeFailure(
        "Change \(unfinished.number) (\(unfinished.command)) was cut short. Finish it first: "
          + "passthru-doctor undo \(unfinished.number)")
    }
    return lock
  }

  private func makeReceipt(_ plan: ChangePlan) throws(ChangeFailure) -> (Receipt, contents: [[UInt8]?]) {
    var receipt = Receipt(command: plan.intent.command, time: Journal.now())
    var contents: [[UInt8]?] = []
    if plan.endsWithBoot {
      receipt.boot = journal.currentBoot
      receipt.rebindings = plan.steps.rebindings
    }
    func add(
      _ path: String, _ before: [UInt8]?, after: String?, isGenerated: Bool, isTools: Bool = false
    ) throws(HostFileError) {
      if isTools, receipt.files.contains(where: { $0.path == path }) { return }
      contents.append(before)
      for folder in root.missingDirectories(of: path) where !receipt.directories.contains(folder) {
        receipt.directories.append(folder)
      }
      var file = Receipt.File(
        path: path, beforeDigest: Receipt.digest(before), afterDigest: after,
        metadata: try root.metadata(at: path), isGenerated: isGenerated)
      file.isTools = isTools
      receipt.files.append(file)
    }
    do throws(HostFileError) {
      for step in plan.steps {
        switch step {
        case .replaceFile(let path, let before, let after):
          try add(path, before, after: Receipt.digest(after), isGenerated: false)
        case .regenerate(let regeneration):
          receipt.generator = regeneration.program
          receipt.generatorOptions = regeneration.options
          receipt.generatorShield = regeneration.shielded
          let path = regeneration.configPath
          try add(path, try root.bytes(at: path), after: nil, isGenerated: true)
        case .run(let run):
          receipt.tools.append(Receipt.Tool(inverse: run.inverse, spreadsFiles: run.spreadsFiles))
          for path in run.writes {
            try add(path, try root.bytes(at: path), after: nil, isGenerated: true, isTools: true)
          }
        case .rebuild(let rebuild):
          receipt.images += rebuild.images
          receipt.builder = rebuild.builder
        case .install(let software):
          receipt.hosted.append(.packages(software.asked.manager, software.brings))
        case .enable(let unit): receipt.hosted.append(.unit(unit))
        case .changeGuest(let change): receipt.hosted.append(.guest(change.devices))
        case .rebind, .loadModule, .unloadModule, .takeBack: continue
        }
      }
    } catch { throw ChangeFailure(error) }
    return (receipt, contents)
  }

  private func apply(
    _ step: Step, _ receipt: inout Receipt, _ transaction: inout Transaction, _ lock: FileLock,
    _ interruption: Interruption
  ) throws(ChangeFailure) {
    switch step {
    case .replaceFile(let path, _, let after):
      let metadata = receipt.files.first { $0.path == path }?.metadata
      try transaction.replace(path, with: after.map { .bytes($0) } ?? .nothing, metadata: metadata)
    case .regenerate(let regeneration):
      let index = receipt.files.firstIndex { $0.isGenerated && $0.path == regeneration.configPath }
      let bytes = try ConfigRegenerator(
        root: root, regeneration: regeneration, interruption: interruption, progress: progress
      ).make()
      if let index {
        receipt.files[index].afterDigest = Receipt.digest(bytes)
        try write(receipt)
      }
      try transaction.replace(
        regeneration.configPath, with: .bytes(bytes), metadata: index.flatMap { receipt.files[$0].metadata })
    case .run(let run):
      receipt.hasRunTools = true
      try write(receipt)
      try ToolRunner(root: root, run: run, progress: progress).run(in: &transaction)
      for index in receipt.files.indices where receipt.files[index].isTools {
        let bytes: [UInt8]?
        do throws(HostFileError) { bytes = try root.bytes(at: receipt.files[index].path) } catch {
          throw ChangeFailure(error)
        }
        receipt.files[index].afterDigest = Receipt.digest(bytes)
      }
      try write(receipt)
    case .rebuild(let rebuild):
      let rebuilder = ImageRebuilder(root: root, rebuild: rebuild, progress: progress)
      defer { ImageRebuilder.removeStaged(rebuild.images, of: root) }
      try rebuilder.make(lock, interruption)
      // Cut short before this, the old ones are in their places: an undo need not make any.
      receipt.hasNewImages = true
      try write(receipt)
      try rebuilder.place(in: &transaction)
    case .install(let software):
      try PackageInstaller(root, software.asked.manager, progress: progress).install(software, lock)
    case .enable(let unit): try UnitControl(root: root, lock: lock).enable(unit)
    case .changeGuest(let change): try carryOut(change)
    case .takeBack(let change): try takeBack(change, lock)
    case .loadModule(let name):
      receipt.modules += try load(name)
      try write(receipt)
    case .unloadModule(let name): try unload(name)
    case .rebind: return  // Done before, all of them together.
    }
  }

  private func carryOut(_ change: GuestChange) throws(ChangeFailure) {
    do throws(Virsh.Failure) {
      try change.carryOut(through: Virsh(connection: change.connection))
    } catch { throw ChangeFailure("\(error).") }
  }

  /// Has another program of the host take back what it did for a change.
  func takeBack(_ change: HostedChange, _ lock: FileLock) throws(ChangeFailure) {
    switch change {
    case .packages(let manager, let names):
      try PackageInstaller(root, manager, progress: progress).remove(names, lock)
    case .unit(let unit): try UnitControl(root: root, lock: lock).disable(unit)
    case .guest(let devices):
      let change: GuestChange?
      do throws(Virsh.Failure) {
        change = try GuestChange(takingBack: devices, through: Virsh(connection: devices.connection))
      } catch { throw ChangeFailure("\(error).") }
      if let change, !change.changesNothing { try carryOut(change) }
    }
  }

  /// Everything is in its place: only the note of it is left. Without it the next command finds out.
  func finish(_ receipts: [Receipt], as state: Receipt.State) {
    for var receipt in receipts {
      receipt.state = state
      do throws(HostFileError) {
        try journal.update(receipt)
      } catch {
        progress(
          "That change \(receipt.number) is \(state.rawValue) could not be noted in the journal: \(error)")
      }
    }
  }

  func write(_ receipt: Receipt) throws(ChangeFailure) {
    do throws(HostFileError) { try journal.update(receipt) } catch { throw ChangeFailure(error) }
  }

  /// After a failure: everything as it was, and the receipts say so.
  func putBack(
    _ transaction: Transaction, _ receipts: [Receipt],
    taking hosted: (changes: [HostedChange], lock: FileLock)? = nil,
    after failure: ChangeFailure
  ) -> ChangeFailure {
    do throws(ChangeFailure) {
      if let (changes, lock) = hosted { for change in changes { try takeBack(change, lock) } }
      try transaction.giveBack()
    } catch {
      let undo = receipts.map { "passthru-doctor undo \($0.number)" }.joined(separator: ", ")
      return ChangeFailure(
        "\(failure.reason)\nPutting it back failed, too: \(error.reason)\nRun \(undo) when the cause is mended.",
        isHostUnchanged: false)
    }
    // The host is as it was, also when this note cannot be written.
    for receipt in receipts { try? journal.update(receipt) }
    return failure
  }
}
