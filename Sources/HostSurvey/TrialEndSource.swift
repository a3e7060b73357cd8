import HostFiles
import HostModel

/// Looks for what outlives a boot: records of a panic, and the journal of the boot before this one.
struct TrialEndSource {
  let root: HostRoot
  let trial: BootTrial
  /// custom.cfg: what is older than it, is of no trial.
  let preparedAt: String

  func read() -> TrialEnd? { root.probed("trial-end") { (panic ?? journal)?.text }.flatMap { TrialEnd($0) } }

  // MARK: Records of a panic

  /// The kernel's own place, and the one to which systemd-pstore moves them.
  private static let folders = ["sys/fs/pstore", "var/lib/systemd/pstore"]

  private var panic: TrialEnd? {
    guard let prepared = modified(preparedAt) else { return nil }
    for path in Self.folders.flatMap({ records(in: $0) }) {
      guard let time = modified(path), time >= prepared, let bytes = (try? root.bytes(at: path)) ?? nil,
        let end = TrialEnd(record: bytes, path: path)
      else { continue }
      return end
    }
    return nil
  }

  /// `dmesg-…` of the kernel, `dmesg.txt` of systemd, which makes a folder or two for each panic.
  private func records(in folder: String, depth: Int = 0) -> [String] {
    let names = ((try? root.names(in: folder)) ?? nil) ?? []
    return names.flatMap { name -> [String] in
      let path = folder + "/" + name
      if name.hasPrefix("dmesg") { return [path] }
      return depth < 2 && (try? root.kind(at: path)) == .directory ? records(in: path, depth: depth + 1) : []
    }
  }

  private func modified(_ path: String) -> Int? {
    ((try? root.metadata(at: path)) ?? nil)?.modified.seconds
  }

  // MARK: The journal

  /// Boots since the trial was prepared; more than these say nothing any more.
  private static let mostBoots = 5

  /// The trial's own journal; where every boot since is there and it is not among them, it has left none.
  private var journal: TrialEnd? {
    guard let prepared = modified(preparedAt) else { return nil }
    for back in 1...Self.mostBoots {
      guard let kernel = asked(["-k", "-b", "-\(back)", "-o", "short-unix"]),
        let line = TrialEnd.commandLine(in: kernel)
      else { return nil }
      if BootTrial.isRunning(trial.entryArguments, on: line) {
        return asked(["-n", "100", "-b", "-\(back)", "-o", "cat"]).map { TrialEnd(lastMessages: $0) }
      }
      let start = kernel.lines.first.flatMap { Int($0.prefix { $0 != UInt8(ascii: ".") }.text) }
      if let start, start < prepared { return .leftNothing }
    }
    return nil
  }

  /// What journalctl says of an earlier boot; nil where there is no journal of it.
  private func asked(_ options: [String]) -> [UInt8]? {
    guard root.isRunningHost else { return nil }
    let messages = (try? journalMessages(options, timeLimit: 3000)) ?? nil
    return messages.flatMap { $0.isEmpty ? nil : $0 }
  }
}
