import ChangePlanning
import Glibc
import HostFiles
import HostModel

/// A change that was not made: why, and whether the host is as it was.
package struct FailedChange: Error, Equatable, Sendable {
  package let reason: String
  /// What could not be put back; empty when the host is as it was.
  package let notPutBack: [String]
}

/// Carries out plans of files and initramfs images.
///
/// Files are replaced first, because the builder reads them. Then every image is made beside the old
/// ones and looked into; only when all are whole is each put in its place. What fails before that
/// leaves nothing behind; each old image stays until its successor is there.
package struct PlanExecution {
  private let root: HostRoot
  private let builder: InitramfsBuilder
  /// Nil when an image is as the plan wants it; else what is wrong, a clause.
  private let examine: (_ image: String) -> String?
  /// Progress, one line each.
  private let tell: (String) -> Void

  /// No initramfs takes longer, not even in a virtual machine without acceleration.
  private static let longestBuild = 1800
  /// Images grow by about 3 MB; a new kernel's may be larger still.
  private static let growth: UInt64 = 16 << 20

  package init(
    _ root: HostRoot, builder: InitramfsBuilder, examine: @escaping (String) -> String?,
    tell: @escaping (String) -> Void
  ) {
    self.root = root
    self.builder = builder
    self.examine = examine
    self.tell = tell
  }

  package func apply(_ plan: ChangePlan) throws(FailedChange) {
    let images = plan.images
    do throws(HostFileError) {
      try checkSpace(images)
      try checkFiles(plan)
    } catch {
      throw FailedChange(reason: "\(error)", notPutBack: [])
    }
    do throws(Failure) {
      try write(plan.files)
      try build(images)
    } catch {
      removeStaged(images)
      throw FailedChange(reason: error.reason, notPutBack: putBack(plan.files))
    }
    var installed: [Image] = []
    do throws(Failure) {
      for image in images {
        try install(image)
        installed.append(image)
      }
      removeStaged(images)
    } catch {
      removeStaged(images)
      var open = putBack(plan.files)
      // The new images that are in place already are made anew from the old files.
      do throws(Failure) {
        try rebuildUnchecked(installed)
      } catch {
        open += installed.map(\.path)
      }
      throw FailedChange(reason: error.reason, notPutBack: open)
    }
  }

  private struct Failure: Error { let reason: String }
  fileprivate struct File { let path: String, before: [UInt8]?, after: [UInt8]? }
  fileprivate struct Image { let kernel: String, path: String }

  private func staged(_ image: Image) -> String { "var/lib/passthru-doctor/initramfs-\(image.kernel).new" }

  // MARK: Before anything is touched

  private func checkSpace(_ images: [Image]) throws(HostFileError) {
    var largest: UInt64 = 0
    var sum: UInt64 = 0
    for image in images {
      let wanted = (try root.size(of: image.path) ?? (64 << 20)) + Self.growth
      largest = max(largest, wanted)
      sum += wanted
      let folder = image.path.split(separator: "/").dropLast().joined(separator: "/")
      guard try root.freeBytes(at: folder) >= wanted else {
        throw HostFileError("making room in", folder, code: ENOSPC)
      }
    }
    guard !images.isEmpty else { return }
    guard try root.freeBytes(at: "var/lib") >= sum else {
      throw HostFileError("making room in", "var/lib", code: ENOSPC)
    }
  }

  /// A file that is no longer what the plan was made for is never overwritten.
  private func checkFiles(_ plan: ChangePlan) throws(HostFileError) {
    for file in plan.files where try root.bytes(at: file.path) != file.before {
      throw HostFileError("finding unchanged", file.path, code: ESTALE)
    }
  }

  // MARK: The change

  private func write(_ files: [File]) throws(Failure) {
    for file in files { try replace(file.path, with: file.after) }
  }

  private func replace(_ path: String, with bytes: [UInt8]?) throws(Failure) {
    do throws(HostFileError) {
      try root.replaceFile(path, with: bytes)
    } catch {
      throw Failure(reason: "\(error)")
    }
  }

  private func build(_ images: [Image]) throws(Failure) {
    guard !images.isEmpty else { return }
    // Makes the folder, and shows that it can be written to.
    try replace("var/lib/passthru-doctor/.probe", with: [])
    try replace("var/lib/passthru-doctor/.probe", with: nil)
    for image in images {
      try make(image)
      if let fault = examine(staged(image)) {
        throw Failure(reason: "the new initramfs of \(image.kernel) is not as it should be: \(fault)")
      }
    }
  }

  private func make(_ image: Image) throws(Failure) {
    tell("\(builder.rawValue) makes the initramfs of \(image.kernel)")
    let command = inside(builder.command(makingImageOf: image.kernel, at: "/" + staged(image), root))
    let failure = runHostProgram(command, limit: Self.longestBuild) { seconds in
      tell("\(builder.rawValue) is at work on \(image.kernel) (\(seconds) s)")
    }
    if let failure { throw Failure(reason: failure) }
  }

  /// Below another root, the builder runs in a chroot of it.
  private func inside(_ command: [String]) -> [String] {
    guard !root.isRunningHost, let path = root.directoryPath else { return command }
    return ["chroot", path] + command
  }

  private func install(_ image: Image) throws(Failure) {
    do throws(HostFileError) {
      try root.installFile(staged(image), at: image.path)
      tell("/\(image.path) is in place")
    } catch {
      throw Failure(reason: "\(error)")
    }
  }

  // MARK: Back

  /// What could not be put back.
  private func putBack(_ files: [File]) -> [String] {
    files.reversed().compactMap { file in
      (try? root.replaceFile(file.path, with: file.before)) == nil ? file.path : nil
    }
  }

  private func rebuildUnchecked(_ images: [Image]) throws(Failure) {
    for image in images {
      try make(image)
      try install(image)
    }
    removeStaged(images)
  }

  private func removeStaged(_ images: [Image]) {
    for image in images { try? root.replaceFile(staged(image), with: nil) }
  }
}

extension ChangePlan {
  fileprivate var files: [PlanExecution.File] {
    steps.compactMap { step in
      if case .replaceFile(let path, let before, let after) = step {
        PlanExecution.File(path: path, before: before, after: after)
      } else {
        nil
      }
    }
  }

  fileprivate var images: [PlanExecution.Image] {
    steps.compactMap { step in
      if case .rebuildInitramfs(let kernel, let path) = step {
        PlanExecution.Image(kernel: kernel, path: path)
      } else {
        nil
      }
    }
  }
}

extension InitramfsBuilder {
  /// The command that makes the image of one kernel, wherever it is wanted.
  fileprivate func command(makingImageOf kernel: String, at path: String, _ root: HostRoot) -> [String] {
    let program = "/" + (programs.first { root.exists($0) } ?? programs[0])
    return switch self {
    case .dracut: [program, "--force", "--quiet", "--kver", kernel, path]
    case .initramfsTools: [program, "-o", path, kernel]
    case .mkinitcpio: [program, "-k", kernel, "-g", path]
    case .booster: [program, "build", "--force", "--kernel-version", kernel, path]
    }
  }
}
