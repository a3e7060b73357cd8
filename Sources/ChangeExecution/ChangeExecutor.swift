import ChangePlanning
import Glibc
import HostFiles
import HostModel

/// Carries plans out: all of a plan, or nothing of it.
package struct ChangeExecutor {
  let root: HostRoot
  let journal: Journal
  /// Gets progress, a line at a time.
  let progress: (String) -> Void

  package init(_ root: HostRoot, progress: @escaping (String) -> Void) {
    self.root = root
    journal = Journal(root)
    self.progress = progress
  }

  /// Applies a plan and returns its receipt.
  @discardableResult
  package func apply(_ plan: ChangePlan) throws(ChangeFailure) -> Receipt {
    var receipt: Receipt
    do throws(HostFileError) {
      try preflight(plan)
      receipt = try makeReceipt(plan)
      try journal.begin(receipt)
    } catch { throw ChangeFailure(error) }
    do throws(ChangeFailure) {
      for step in plan.steps { try apply(step, &receipt) }
      receipt.state = .done
      try write(receipt)
      return receipt
    } catch {
      throw putBack(&receipt, after: error)
    }
  }

  // MARK: Before the first write

  /// Everything that can be known to fail, before anything is written.
  private func preflight(_ plan: ChangePlan) throws(HostFileError) {
    for step in plan.steps {
      switch step {
      case .replaceFile(let path, let before, let after):
        let folder = path.split(separator: "/").dropLast().joined(separator: "/")
        if root.exists(folder) { try requireRoom(in: folder, for: (after?.count ?? 0) * 2) }
        guard try root.bytes(at: path) == before else {
          throw HostFileError("checking, it was changed since the plan was made,", path, code: ESTALE)
        }
      case .regenerate(let regeneration):
        let config = try root.resolvedPath(regeneration.configPath)
        let size = try root.bytes(at: config)?.count ?? 0
        try requireRoom(in: config.split(separator: "/").dropLast().joined(separator: "/"), for: size * 3)
        guard root.exists(regeneration.program) else {
          throw HostFileError("looking for", regeneration.program, code: ENOENT)
        }
      case .rebuild(let rebuild):
        try rebuilder(rebuild).preflight(requireRoom: requireRoom)
      }
    }
    try root.makeDirectory(Journal.directory)
    try requireRoom(in: Journal.directory, for: 1 << 18)
  }

  private func rebuilder(_ rebuild: ImageRebuild) -> ImageRebuilder {
    ImageRebuilder(root: root, rebuild: rebuild, progress: progress)
  }

  private func requireRoom(in folder: String, for bytes: Int) throws(HostFileError) {
    let space = try root.space(at: folder)
    if space.isReadOnly { throw HostFileError("writing below", folder, code: EROFS) }
    guard space.free >= UInt64(bytes) + 65536 else {
      throw HostFileError("writing below", folder, code: ENOSPC)
    }
  }

  private func makeReceipt(_ plan: ChangePlan) throws(HostFileError) -> Receipt {
    var files: [Receipt.File] = []
    var generator: String?
    var images: [ImageRebuild.Image] = []
    for step in plan.steps {
      switch step {
      case .replaceFile(let path, let before, let after):
        files.append(
          Receipt.File(
            path: path, before: before, afterDigest: Receipt.digest(after),
            metadata: try root.metadata(at: path),
            isGenerated: false))
      case .regenerate(let regeneration):
        generator = regeneration.program
        let path = regeneration.configPath
        files.append(
          Receipt.File(
            path: path, before: try root.bytes(at: path), afterDigest: nil,
            metadata: try root.metadata(at: path),
            isGenerated: true))
      case .rebuild(let rebuild): images += rebuild.images
      }
    }
    var receipt = Receipt(
      number: try journal.nextNumber(), command: plan.intent.command, time: Journal.now(), files: files,
      generator: generator)
    receipt.images = images
    return receipt
  }

  // MARK: Steps

  private func apply(_ step: Step, _ receipt: inout Receipt) throws(ChangeFailure) {
    switch step {
    case .replaceFile(let path, _, let after):
      do throws(HostFileError) {
        let metadata = receipt.files.first { $0.path == path }?.metadata
        let folder = path.split(separator: "/").dropLast().joined(separator: "/")
        if after != nil { try root.makeDirectory(folder) }
        try root.exchange(path, with: after, metadata: metadata)
      } catch { throw ChangeFailure(error) }
    case .regenerate(let regeneration):
      let made = try ConfigRegenerator(root: root, regeneration: regeneration, progress: progress).make()
      if let index = receipt.files.firstIndex(where: \.isGenerated) {
        receipt.files[index].afterDigest = Receipt.digest(made.bytes)
        try write(receipt)
        try made.install(metadata: receipt.files[index].metadata)
      }
    case .rebuild(let rebuild):
      let rebuilder = rebuilder(rebuild)
      try rebuilder.make()
      receipt.hasNewImages = true
      try write(receipt)
      try rebuilder.install()
    }
  }

  /// Makes images of kernels that are still there anew from the files of now.
  private func rebuildImages(of receipt: Receipt) throws(ChangeFailure) {
    guard !receipt.images.isEmpty else { return }
    let builders = InitramfsBuilder.allCases.filter { $0.programs.contains(where: root.exists) }
    guard let builder = builders.first else {
      throw ChangeFailure("The tool that makes the initramfs is gone.")
    }
    let bytes = (try? root.bytes(at: BindingConfiguration.path)) ?? nil
    let rebuild = ImageRebuild(
      builder: builder, images: receipt.images.filter { root.exists($0.path) },
      configuration: bytes.flatMap { try? BindingConfiguration(parsing: $0) } ?? BindingConfiguration())
    let rebuilder = rebuilder(rebuild)
    rebuilder.removeStaged()
    try rebuilder.make()
    try rebuilder.install()
  }

  private func write(_ receipt: Receipt) throws(ChangeFailure) {
    do throws(HostFileError) { try journal.update(receipt) } catch { throw ChangeFailure(error) }
  }

  /// After a failure: everything as it was.
  private func putBack(_ receipt: inout Receipt, after failure: ChangeFailure) -> ChangeFailure {
    do throws(ChangeFailure) {
      try restore(receipt)
      if receipt.hasNewImages { try rebuildImages(of: receipt) }
      receipt.state = .failed
      // The host is as it was, also when this note cannot be written.
      try? journal.update(receipt)
      return failure
    } catch {
      return ChangeFailure(
        "\(failure.reason)\nPutting it back failed, too: \(error.reason)\nRun passthru-doctor undo \(receipt.number) "
          + "when the cause is mended.", isHostUnchanged: false)
    }
  }

  /// What a run that was killed has left beside the files.
  private func removeLeftovers(of receipt: Receipt) {
    for file in receipt.files {
      try? root.removeUnfinished(file.path)
      guard file.isGenerated, let path = try? root.resolvedPath(file.path) else { continue }
      for end in [ConfigRegenerator.stageSuffix, ConfigRegenerator.stageSuffix + ".new"] {
        try? root.exchange(path + end, with: nil, metadata: nil)
      }
    }
  }

  /// Puts the files of a receipt back that are what the change made of them.
  private func restore(_ receipt: Receipt) throws(ChangeFailure) {
    do throws(HostFileError) {
      for file in receipt.files.reversed() {
        let now = Receipt.digest(try root.bytes(at: file.path))
        guard now != file.beforeDigest, now == file.afterDigest else { continue }
        try root.exchange(file.path, with: file.before, metadata: file.metadata, keepingTimes: true)
      }
    } catch { throw ChangeFailure(error) }
  }

  // MARK: Undo

  /// Puts back what a change replaced; refuses where something else stands there by now.
  package func undo(_ receipt: Receipt) throws(ChangeFailure) {
    var receipt = receipt
    var mustRegenerate = false
    do throws(HostFileError) {
      for file in receipt.files {
        let now = Receipt.digest(try root.bytes(at: file.path))
        if now == file.beforeDigest || now == file.afterDigest { continue }
        guard file.isGenerated else {
          throw HostFileError("undoing, somebody changed it since,", file.path, code: ESTALE)
        }
        mustRegenerate = true
      }
      for file in receipt.files {
        let folder = file.path.split(separator: "/").dropLast().joined(separator: "/")
        if root.exists(folder) { try requireRoom(in: folder, for: (file.before?.count ?? 0)) }
      }
    } catch { throw ChangeFailure(error) }
    try restore(receipt)
    removeLeftovers(of: receipt)
    try rebuildImages(of: receipt)
    if mustRegenerate, let program = receipt.generator,
      let path = receipt.files.first(where: \.isGenerated)?.path
    {
      // Kernels may have come or gone since: the old bytes would be wrong.
      let regeneration = GrubRegeneration(
        program: program, options: [], configPath: path, entriesBefore: [], present: [], absent: [])
      let metadata = receipt.files.first(where: \.isGenerated)?.metadata
      try ConfigRegenerator(root: root, regeneration: regeneration, progress: progress).make()
        .install(metadata: metadata)
    }
    receipt.state = .undone
    try write(receipt)
  }
}
