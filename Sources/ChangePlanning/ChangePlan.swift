/// What a command is about to do: data, decided before anything is touched.
package struct ChangePlan: Equatable, Sendable {
  /// What for, in the words of the command line: `bind 0000:01:00.0`.
  package var intent: String
  package var steps: [Step]
  /// What to know before saying yes, full sentences.
  package var notes: [String]
  package var needsReboot: Bool

  package init(intent: String, steps: [Step], notes: [String] = [], needsReboot: Bool) {
    self.intent = intent
    self.steps = steps
    self.notes = notes
    self.needsReboot = needsReboot
  }
}

/// One thing that is done.
package enum Step: Equatable, Sendable {
  /// Paths are below the root, without a leading slash; nil stands for no file.
  case replaceFile(path: String, before: [UInt8]?, after: [UInt8]?)
  /// The initramfs of one kernel is made anew: beside the old one, looked into, then put in its place.
  case rebuildInitramfs(kernel: String, path: String)
}

/// What `diff -u` would print for one file, for people and for `patch -p1`: one hunk around all
/// that differs. Nil when nothing does.
package func unifiedDiff(path: String, before: [UInt8]?, after: [UInt8]?) -> String? {
  guard before != after else { return nil }
  let old = (before ?? []).split(separator: 0x0a, omittingEmptySubsequences: false)
  let new = (after ?? []).split(separator: 0x0a, omittingEmptySubsequences: false)
  let oldLines = lines(old), newLines = lines(new)
  var start = 0
  while start < min(oldLines.count, newLines.count), oldLines[start] == newLines[start] { start += 1 }
  var end = 0
  while end < min(oldLines.count, newLines.count) - start,
    oldLines[oldLines.count - 1 - end] == newLines[newLines.count - 1 - end]
  { end += 1 }
  let context = 3
  let first = max(0, start - context)
  let last = max(0, end - context)
  var text =
    "--- \(before == nil ? "/dev/null" : "a/" + path)\n+++ \(after == nil ? "/dev/null" : "b/" + path)\n"
  text += "@@ -\(range(first, oldLines.count - last)) +\(range(first, newLines.count - last)) @@\n"
  for line in oldLines[first..<start] { text += " " + line }
  for line in oldLines[start..<(oldLines.count - end)] { text += "-" + line }
  for line in newLines[start..<(newLines.count - end)] { text += "+" + line }
  for line in oldLines[(oldLines.count - end)..<(oldLines.count - last)] { text += " " + line }
  return text
}

/// Lines with their ends; the last one may have none, and says so as diff does.
private func lines(_ pieces: [ArraySlice<UInt8>]) -> [String] {
  var lines = pieces.dropLast().map { String(decoding: $0, as: UTF8.self) + "\n" }
  if let last = pieces.last, !last.isEmpty {
    lines.append(String(decoding: last, as: UTF8.self) + "\n\\ No newline at end of file\n")
  }
  return lines
}

/// Lines from `first` (counted from 0) up to `end`, as a hunk's head counts them.
private func range(_ first: Int, _ end: Int) -> String {
  end == first ? "\(first),0" : end - first == 1 ? "\(first + 1)" : "\(first + 1),\(end - first)"
}
