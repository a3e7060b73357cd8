import Glibc
import HostFiles
import HostModel

/// When this boot began, in UTC as ISO 8601 has it (proc/stat, btime); nil where it cannot be told.
package func surveyBootTime(_ root: HostRoot) -> String? {
  guard let bytes = (try? root.bytes(at: "proc/stat")) ?? nil,
    let line = bytes.lines.first(where: { $0.text.hasPrefix("btime ") }),
    var seconds = time_t(line.text.dropFirst(6))
  else { return nil }
  var parts = tm()
  guard gmtime_r(&seconds, &parts) != nil else { return nil }
  func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
  return "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
    + "T\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))Z"
}
