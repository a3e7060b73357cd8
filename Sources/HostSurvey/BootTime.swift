import HostFiles
import HostModel

/// When this boot began, in UTC as ISO 8601 has it (proc/stat, btime); nil where it cannot be told.
package func surveyBootTime(_ root: HostRoot) -> String? {
  guard let bytes = (try? root.bytes(at: "proc/stat")) ?? nil,
    let line = bytes.lines.first(where: { $0.text.hasPrefix("btime ") }),
    let seconds = Int(line.text.dropFirst(6))
  else { return nil }
  return universalTime(seconds)
}
