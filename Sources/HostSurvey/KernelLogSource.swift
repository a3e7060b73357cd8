import Glibc
import HostFiles
import HostModel
import ProgramRunning

/// The kernel's messages of this boot: from the kernel's buffer, else from the journal, else from a
/// saved file. The first one that begins at the kernel's first line is taken; if none does, the
/// first that may be read.
package enum KernelLogSource {
  /// Reads the log of the host below `root`.
  package static func read(_ root: HostRoot) -> Observed<KernelLog> {
    root.isRunningHost ? readRunning(root) : readRecorded(root)
  }

  private static let ringPath = "dev/kmsg"
  private static let savedPath = "var/log/dmesg"
  private static let journalName = "journalctl -k -b"

  // MARK: The running host

  private static func readRunning(_ root: HostRoot) -> Observed<KernelLog> {
    let ring = readRing()
    if let log = ring.value, !log.startIsLost { return ring }
    // Only now: starting a program takes longer than all the rest of the report.
    let others = [readJournal(), readSaved(of: root)]
    return others.first { $0.value?.startIsLost == false } ?? ring.orElse(others)
  }

  /// dev/kmsg gives one record a read. EPIPE: records were overwritten before they could be read, and
  /// the next read goes on behind them. EPERM: kernel.dmesg_restrict.
  private static func readRing() -> Observed<KernelLog> {
    let file = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
    guard file >= 0 else {
      let code = errno
      return code == ENOENT ? .absent(source: ringPath) : .unreadable(source: ringPath, reason: denial(code))
    }
    defer { close(file) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(1 << 18)
    var hasLostRecords = false
    // CONSOLE_EXT_LOG_MAX of the kernel is 8192: a longer record does not exist.
    var record = [UInt8](repeating: 0, count: 8192)
    while bytes.count < HostRoot.sizeLimit {
      let got = Glibc.read(file, &record, record.count)
      if got > 0 {
        bytes += record[..<got]
        if bytes.last != 0x0a { bytes.append(0x0a) }
        continue
      }
      let code = got < 0 ? errno : 0
      if code == EPIPE { hasLostRecords = true }
      if code == EPIPE || code == EINTR { continue }
      guard code == 0 || code == EAGAIN else { return .unreadable(source: ringPath, reason: denial(code)) }
      break
    }
    guard !bytes.isEmpty else { return .unreadable(source: ringPath, reason: "it holds no messages") }
    return .found(
      KernelLog(parsing: bytes, origin: .ringBuffer, startIsLost: hasLostRecords), source: ringPath)
  }

  private static func denial(_ code: Int32) -> String {
    let reason = systemMessage(code)
    return code == EPERM ? "\(reason) (kernel.dmesg_restrict)" : reason
  }

  private static func readJournal() -> Observed<KernelLog> {
    let paths = ["/usr/bin/journalctl", "/bin/journalctl", "/run/current-system/sw/bin/journalctl"]
    guard let path = paths.first(where: { access($0, X_OK) == 0 }) else {
      return .absent(source: journalName)
    }
    let journal = ProgramRun(
      path, ["-k", "-b", "-o", "short-monotonic", "--no-pager", "-q"], timeLimit: 2000, outputLimit: 16 << 20)
    do throws(ProgramRun.Failure) {
      let outcome = try journal.run()
      guard outcome.status == 0, !outcome.output.isEmpty else { return .absent(source: journalName) }
      return .found(KernelLog(parsing: outcome.output, origin: .journal), source: journalName)
    } catch {
      return .unreadable(source: journalName, reason: words(for: error))
    }
  }

  private static func words(for failure: ProgramRun.Failure) -> String {
    switch failure {
    case .notStarted(let code): "journalctl could not be started: \(systemMessage(code))"
    case .tookTooLong: "journalctl did not end within two seconds"
    case .saidTooMuch: "the journal of this boot is too large"
    }
  }

  /// A saved log counts here only if it was written in this boot.
  private static func readSaved(of root: HostRoot) -> Observed<KernelLog> {
    let saved = savedLog(root)
    guard saved.value != nil else { return saved }
    guard let started = bootTime(root) else {
      return .unreadable(source: savedPath, reason: "it cannot be told whether it is of this boot")
    }
    var status = stat()
    guard stat("/\(savedPath)", &status) == 0, status.st_mtim.tv_sec >= started else {
      return .unreadable(source: savedPath, reason: "it is of an earlier boot")
    }
    return saved
  }

  /// Seconds since 1970 at which the kernel started: `btime` of proc/stat.
  private static func bootTime(_ root: HostRoot) -> Int? {
    guard let bytes = try? root.bytes(at: "proc/stat") else { return nil }
    for line in bytes.lines {
      let words = line.words
      if words.count == 2, words[0].elementsEqual("btime".utf8) { return Int(words[1].text) }
    }
    return nil
  }

  // MARK: Another root

  /// A recorded host holds the records of dev/kmsg as a file; an image may hold a saved log.
  private static func readRecorded(_ root: HostRoot) -> Observed<KernelLog> {
    let ring = root.observe(ringPath) { KernelLog(parsing: $0, origin: .ringBuffer) }
    if ring.value != nil { return ring }
    let saved = savedLog(root)
    if case .absent = saved, ring.unreadableReason != nil, (try? root.kind(at: ringPath)) == .file {
      return ring
    }
    return saved
  }

  private static func savedLog(_ root: HostRoot) -> Observed<KernelLog> {
    root.observe(savedPath) { KernelLog(parsing: $0, origin: .savedFile) }
  }
}

extension Observed {
  /// This observation if it has a value; else the first of `others` that has one; else this one.
  fileprivate func orElse(_ others: [Observed]) -> Observed {
    value != nil ? self : others.first { $0.value != nil } ?? self
  }
}
