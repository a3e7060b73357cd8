import HostModel

/// A unified diff that `patch -p1` takes (diffutils manual, "Detailed Unified").
package enum UnifiedDiff {
  /// The difference between two versions of a file; empty when there is none. Nil: not there.
  package static func text(path: String, before: [UInt8]?, after: [UInt8]?) -> [UInt8] {
    guard before != after else { return [] }
    let (old, new) = (lines(before ?? []), lines(after ?? []))
    var text = Array("--- \(before == nil ? "/dev/null" : "a/" + path)\n".utf8)
    text += "+++ \(after == nil ? "/dev/null" : "b/" + path)\n".utf8
    // An edit touches one place or a few near each other: all between the first and the last
    // difference is one hunk.
    let same = zip(old, new).prefix { $0 == $1 }.count
    let room = min(old.count, new.count) - same
    let sameEnd = zip(old.reversed(), new.reversed()).prefix(room).prefix { $0 == $1 }.count
    let start = max(0, same - 3)
    let trail = min(3, sameEnd)
    let (oldEnd, newEnd) = (old.count - sameEnd, new.count - sameEnd)
    text += header("-", start, oldEnd + trail - start, " ", "@@ ")
    text += header("+", start, newEnd + trail - start, " @@\n", "")
    for line in old[start..<same] { text += mark(" ", line) }
    for line in old[same..<oldEnd] { text += mark("-", line) }
    for line in new[same..<newEnd] { text += mark("+", line) }
    for line in old[oldEnd..<(oldEnd + trail)] { text += mark(" ", line) }
    return text
  }

  /// Lines with their ends.
  private static func lines(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    var lines: [ArraySlice<UInt8>] = []
    var start = 0
    while let end = bytes[start...].firstIndex(of: 0x0a) {
      lines.append(bytes[start...end])
      start = end + 1
    }
    if start < bytes.count { lines.append(bytes[start...]) }
    return lines
  }

  private static func header(_ sign: String, _ start: Int, _ count: Int, _ end: String, _ begin: String)
    -> [UInt8]
  {
    // An empty range is named by the line before it.
    let first = count == 0 ? start : start + 1
    return Array("\(begin)\(sign)\(first)\(count == 1 ? "" : ",\(count)")\(end)".utf8)
  }

  private static func mark(_ sign: String, _ line: ArraySlice<UInt8>) -> [UInt8] {
    let text = Array(sign.utf8) + line
    return line.last == 0x0a ? text : text + "\n\\ No newline at end of file\n".utf8
  }
}
