import ChangePlanning
import Glibc
import HostFiles
import HostModel
import InitramfsImages

/// Makes initramfs images anew: all of them beside the old ones, looked into; only when every one is
/// as it should be, each is put in its place.
struct ImageRebuilder {
  let root: HostRoot
  let rebuild: ImageRebuild
  let progress: (String) -> Void

  /// No initramfs takes longer, not even in a virtual machine without acceleration.
  private static let longestBuild = 1800
  /// Images grow by about 3 MB; a new kernel's may be larger still.
  private static let growth = 16 << 20

  private static func staged(_ image: ImageRebuild.Image) -> String {
    "\(Journal.directory)/initramfs-\(image.kernel).new"
  }

  /// Room for all of them where they are made and where they go to: the old ones stay until the last new
  /// one is in its place.
  func preflight(requireRoom: (_ folder: String, _ bytes: Int) throws(HostFileError) -> Void)
    throws(HostFileError)
  {
    var sums: [String: Int] = [:]
    for image in rebuild.images {
      let size = Int(clamping: try root.size(of: image.path) ?? (64 << 20)) + Self.growth
      for folder in [image.path.split(separator: "/").dropLast().joined(separator: "/"), Journal.directory] {
        sums[folder, default: 0] += size
      }
    }
    for (folder, sum) in sums.sorted(by: { $0.key < $1.key }) { try requireRoom(folder, sum) }
    guard rebuild.builder.programs.contains(where: root.exists) else {
      throw HostFileError("looking for", rebuild.builder.programs[0], code: ENOENT)
    }
  }

  /// Makes and examines them; nothing that the host starts from is touched.
  func make(_ lock: FileLock, _ interruption: Interruption) throws(ChangeFailure) {
    for image in rebuild.images {
      progress("\(rebuild.builder.rawValue) makes the initramfs of \(image.kernel)")
      let failure = runHostProgram(
        command(image), limit: Self.longestBuild, keeping: lock.descriptor, until: interruption
      ) {
        seconds in
        progress("\(rebuild.builder.rawValue) is at work on \(image.kernel) (\(seconds) s)")
      }
      try interruption.check()
      let fault: String? =
        switch readInitramfs(Self.staged(image), root) {
        case .success(let contents): rebuild.fault(in: contents)
        case .failure(let error): error.reason
        }
      if let reason = failure ?? fault {
        throw ChangeFailure("The new initramfs of \(image.kernel) is not as it should be: \(reason).")
      }
    }
  }

  /// Puts those that were made in their places.
  func place(in transaction: inout Transaction) throws(ChangeFailure) {
    for image in rebuild.images {
      let metadata: FileMetadata?
      do throws(HostFileError) { metadata = try root.metadata(at: image.path) } catch {
        throw ChangeFailure(error)
      }
      try transaction.replace(image.path, with: .copy(of: Self.staged(image)), metadata: metadata)
    }
  }

  static func removeStaged(_ images: [ImageRebuild.Image], of root: HostRoot) {
    for image in images { root.discard(staged(image)) }
  }

  /// Below another root, the builder runs in a chroot of it.
  private func command(_ image: ImageRebuild.Image) -> [String] {
    let builder = rebuild.builder
    let program = "/" + (builder.programs.first { root.exists($0) } ?? builder.programs[0])
    let path = "/" + Self.staged(image)
    let command: [String] =
      switch builder {
      case .dracut: [program, "--force", "--quiet", "--kver", image.kernel, path]
      case .initramfsTools: [program, "-o", path, image.kernel]
      case .mkinitcpio: [program, "-k", image.kernel, "-g", path]
      case .booster: [program, "build", "--force", "--kernel-version", image.kernel, path]
      }
    guard !root.isRunningHost, let directory = root.directoryPath else { return command }
    return ["chroot", directory] + command
  }
}
