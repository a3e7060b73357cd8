import Glibc

/// A time as ISO 8601 text in UTC (`2025-01-02T03:04:05Z`), which sorts as time goes; nil where the calendar
/// ends.
///
/// - Parameter seconds: since 1970.
package func universalTime(_ seconds: Int) -> String? {
  var seconds = time_t(seconds)
  var parts = tm()
  guard gmtime_r(&seconds, &parts) != nil else { return nil }
  func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
  return "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
    + "T\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))Z"
}
