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
    let ring = readRing(of: root)
    if let log = ring.value, !log.startIsLost { return ring }
    // Only now: starting a program takes longer than all the rest of the report.
    let others = [readJournal(of: root), root.isRunningHost ? readSaved(of: root) : savedLog(root)]
    return others.first { $0.value?.startIsLost == false } ?? ring.orElse(others)
  }

  private static let ringPath = "dev/kmsg"
  private static let savedPath = "var/log/dmesg"
  private static let journalName = "journalctl -k -b"

  /// EPERM: kernel.dmesg_restrict. A recorded host holds the records as a file.
  private static func readRing(of root: HostRoot) -> Observed<KernelLog> {
    do throws(HostFileError) {
      guard let records = try root.kernelRecords() else { return .absent(source: ringPath) }
      guard !records.text.isEmpty else {
        return .unreadable(source: ringPath, reason: "it holds no messages")
      }
      let log = KernelLog(parsing: records.text, origin: .ringBuffer, startIsLost: records.lostSome)
      return .found(log, source: ringPath)
    } catch {
      return .unreadable(source: ringPath, reason: denial(error.code))
    }
  }

  private static func denial(_ code: Int32) -> String {
    let reason = systemMessage(code)
    return code == EPERM ? "\(reason) (kernel.dmesg_restrict)" : reason
  }

  /// Run on the running host alone; a recorded host answers with what was kept.
  private static func readJournal(of root: HostRoot) -> Observed<KernelLog> {
    var failure: Observed<KernelLog> = .absent(source: journalName)
    let answer = root.probed("journal") {
      guard root.isRunningHost else { return nil }
      do throws(ProgramRun.Failure) {
        return try journalMessages(["-k", "-b", "-o", "short-monotonic"], timeLimit: 2000)?.text
      } catch {
        failure = .unreadable(source: journalName, reason: words(for: error))
        return nil
      }
    }
    guard let answer, !answer.isEmpty else { return failure }
    return .found(KernelLog(parsing: Array(answer.utf8), origin: .journal), source: journalName)
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
