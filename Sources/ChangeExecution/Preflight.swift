import ChangePlanning
import Glibc
import HostFiles
import HostModel

/// Everything that can be known to fail, before anything is written.
struct Preflight {
  let root: HostRoot
  /// For what stands between what was counted and what file systems take.
  private static let reserve = 1 << 16
  /// Receipts, and what they keep of small files.
  private static let journalRoom = 1 << 18

  func check(_ plan: ChangePlan) throws(ChangeFailure) {
    do throws(HostFileError) {
      // What is kept of the old files, and what comes: all of it may be on one file system.
      var kept = 0
      for step in plan.steps {
        switch step {
        case .rebind, .loadModule, .unloadModule: continue
        case .replaceFile(let path, let before, let after):
          try requireReplaceable(path)
          try requireRoom(above: path, (after?.count ?? 0) * 2)
          kept += before?.count ?? 0
        case .regenerate(let regeneration):
          let config = try root.resolvedPath(regeneration.configPath)
          let size = try root.bytes(at: config)?.count ?? 0
          try requireReplaceable(config)
          try requireRoom(above: config, size * 3)
          kept += size
          guard root.exists(regeneration.program) else {
            throw HostFileError("looking for", regeneration.program, code: ENOENT)
          }
        case .run(let run):
          for program in [run.command.first, run.inverse.first].compactMap(\.self) where !root.exists(program)
          {
            throw HostFileError("looking for", program, code: ENOENT)
          }
          for path in run.writes where root.exists(path) {
            let size = try root.bytes(at: path)?.count ?? 0
            try requireRoom(above: path, size * 2)
            kept += size
          }
        case .rebuild(let rebuild):
          for image in rebuild.images { try requireReplaceable(image.path) }
          try ImageRebuilder(root: root, rebuild: rebuild) { _ in }.preflight(requireRoom: requireRoom(in:_:))
        case .install, .enable, .changeGuest, .takeBack: continue
        }
      }
      try requireRoom(in: Journal.directory, kept + Self.journalRoom)
      try requireFresh(plan)
    } catch { throw ChangeFailure(error) }
  }

  /// The plan is of the files as they are.
  func requireFresh(_ plan: ChangePlan) throws(HostFileError) {
    for case .replaceFile(let path, let before, _) in plan.steps {
      guard try root.bytes(at: path) == before else {
        throw HostFileError(
          "changing", path, because: "somebody changed it just now; look again, and run the command again",
          code: ESTALE)
      }
    }
  }

  private func requireReplaceable(_ path: String) throws(HostFileError) {
    if let obstacle = try root.obstacle(toReplacing: path) {
      throw HostFileError("changing", path, because: "it \(obstacle)")
    }
  }

  private func requireRoom(above path: String, _ bytes: Int) throws(HostFileError) {
    try requireRoom(in: path.split(separator: "/").dropLast().joined(separator: "/"), bytes)
  }

  /// Room in a directory, or in the innermost one above it that is there.
  private func requireRoom(in folder: String, _ bytes: Int) throws(HostFileError) {
    var parts = folder.split(separator: "/")[...]
    while !parts.isEmpty, !root.exists(parts.joined(separator: "/")) { parts = parts.dropLast() }
    let folder = parts.joined(separator: "/")
    let space = try root.space(at: folder)
    if space.isReadOnly {
      throw HostFileError(
        "writing below", folder,
        because: "it is mounted read-only; mount it for writing (mount -o remount,rw)",
        code: EROFS)
    }
    let needed = bytes + Self.reserve
    guard space.free >= UInt64(needed) else {
      throw HostFileError(
        "writing below", folder,
        because: "the disk is full: \(space.free >> 10) KiB are free and \(needed >> 10) KiB are needed",
        code: ENOSPC)
    }
  }
}
