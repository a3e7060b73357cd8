import HostFiles
import HostModel
import HostPrograms

/// The kernel's messages of this boot: from its own buffer, or from the journal where that may not
/// be read or has lost its start, or from a saved file.
///
/// A log that may not be read is `unreadable`; one whose start is lost is `found`, and says so
/// itself: a missing message then proves nothing.
func surveyKernelLog(_ root: HostRoot) -> Observed<KernelLog> {
  let buffer = bufferedLog(root)
  if let log = buffer.value, !log.startIsLost { return buffer }
  if let journal = journaledLog(root), !journal.startIsLost || buffer.value == nil {
    return .found(journal, source: "var/log/journal")
  }
  if buffer.value != nil { return buffer }
  // A saved file is of some boot; on the running host nothing tells that it is this one.
  if !root.isRunningHost {
    let saved = root.observe("var/log/dmesg") { bytes throws(HostFileError) in
      KernelLog(parsing: bytes, origin: .savedFile)
    }
    if case .absent = saved {} else { return saved }
  }
  if case .unreadable(let source, let reason) = buffer {
    return .unreadable(source: source, reason: reason)
  }
  return .unreadable(source: buffer.source, reason: "there is no kernel log of this boot")
}

private func bufferedLog(_ root: HostRoot) -> Observed<KernelLog> {
  let path = "dev/kmsg"
  do throws(HostFileError) {
    guard let records = try root.kernelRecords() else { return .absent(source: path) }
    return .found(
      KernelLog(parsing: records.text, origin: .ringBuffer, startIsLost: records.startIsLost), source: path)
  } catch {
    return .unreadable(source: path, reason: error.reason)
  }
}

/// The journal's kernel messages of this boot, by journalctl(1); nil where there are none.
private func journaledLog(_ root: HostRoot) -> KernelLog? {
  guard let text = journalText(root), !text.isEmpty else { return nil }
  return KernelLog(parsing: text, origin: .journal)
}

private func journalText(_ root: HostRoot) -> [UInt8]? {
  let program = "/usr/bin/journalctl"
  // The answer is kept for snapshots; nothing is run for any other root.
  let answer = root.probed("journal") {
    guard root.isRunningHost, root.exists("run/systemd/journal") else { return nil }
    let arguments = [
      "--dmesg", "--boot", "--output=short-monotonic", "--no-pager", "--quiet", "--no-hostname",
    ]
    guard let result = try? runProgram(program, arguments, within: 10), result.status == 0 else { return nil }
    return result.output.text
  }
  return answer.map { Array($0.utf8) }
}
