/// A unified diff that `patch -p1` takes (diffutils manual, "Detailed Unified").
package enum UnifiedDiff {
  /// Lines around a change that tell `patch` where it is.
  private static let context = 3
  /// Lines between the first and the last difference beyond which all of them are one change: the search for lines
  /// that stay takes their number squared.
  private static let searchLimit = 20_000
  private static let lineEnd = UInt8(ascii: "\n")

  /// The difference between two versions of a file; empty when there is none. Nil: not there.
  package static func text(path: String, before: [UInt8]?, after: [UInt8]?) -> [UInt8] {
    guard before != after else { return [] }
    let (old, new) = (lines(before ?? []), lines(after ?? []))
    var text = Array("--- \(before == nil ? "/dev/null" : "a/" + path)\n".utf8)
    text += "+++ \(after == nil ? "/dev/null" : "b/" + path)\n".utf8
    for hunk in hunks(changes(old, new)) { text += hunk.text(old, new, context) }
    return text
  }

  /// Lines with their ends.
  private static func lines(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    var lines: [ArraySlice<UInt8>] = []
    var start = 0
    while let end = bytes[start...].firstIndex(of: lineEnd) {
      lines.append(bytes[start...end])
      start = end + 1
    }
    if start < bytes.count { lines.append(bytes[start...]) }
    return lines
  }

  // MARK: Changes

  /// Neighbouring lines that go, and those that come in their place.
  struct Change {
    var old: Range<Int>
    var new: Range<Int>
  }

  /// In order, with at least one line that stays between any two.
  private static func changes(_ old: [ArraySlice<UInt8>], _ new: [ArraySlice<UInt8>]) -> [Change] {
    // What both have at the beginning and at the end needs no search.
    let head = zip(old, new).prefix { $0 == $1 }.count
    let room = min(old.count, new.count) - head
    let tail = zip(old.reversed(), new.reversed()).prefix(room).prefix { $0 == $1 }.count
    let (oldMiddle, newMiddle) = (head..<(old.count - tail), head..<(new.count - tail))
    if oldMiddle.count + newMiddle.count > searchLimit { return [Change(old: oldMiddle, new: newMiddle)] }
    let difference = new[newMiddle].difference(from: old[oldMiddle])
    var goes = Array(repeating: false, count: old.count)
    var comes = Array(repeating: false, count: new.count)
    for change in difference {
      switch change {
      case .remove(let offset, _, _): goes[head + offset] = true
      case .insert(let offset, _, _): comes[head + offset] = true
      }
    }
    var changes: [Change] = []
    var (i, j) = (0, 0)
    while i < old.count || j < new.count {
      let (start, newStart) = (i, j)
      while i < old.count, goes[i] { i += 1 }
      while j < new.count, comes[j] { j += 1 }
      if i > start || j > newStart { changes.append(Change(old: start..<i, new: newStart..<j)) }
      if i < old.count { i += 1 }
      if j < new.count { j += 1 }
    }
    return sliding(changes, old, new)
  }

  /// Lines that only come, or only go, as far down as the same lines allow: so that a block that is added behind one
  /// like it is shown behind it, as diff does.
  private static func sliding(
    _ changes: [Change], _ old: [ArraySlice<UInt8>], _ new: [ArraySlice<UInt8>]
  ) -> [Change] {
    var result: [Change] = []
    for change in changes.reversed() {
      var change = change
      let next = result.last
      func isFree() -> Bool {
        guard change.old.upperBound < old.count, change.new.upperBound < new.count else { return false }
        return next.map { change.old.upperBound < $0.old.lowerBound } ?? true
      }
      while change.old.isEmpty, isFree(), new[change.new.lowerBound] == new[change.new.upperBound] {
        change.moveDown()
      }
      while change.new.isEmpty, isFree(), old[change.old.lowerBound] == old[change.old.upperBound] {
        change.moveDown()
      }
      if let next, change.old.upperBound == next.old.lowerBound {
        change.old = change.old.lowerBound..<next.old.upperBound
        change.new = change.new.lowerBound..<next.new.upperBound
        result.removeLast()
      }
      result.append(change)
    }
    return result.reversed()
  }

  // MARK: Hunks

  /// Changes that are so near each other that the lines around them meet.
  private struct Hunk {
    var changes: [Change]

    func text(_ old: [ArraySlice<UInt8>], _ new: [ArraySlice<UInt8>], _ context: Int) -> [UInt8] {
      guard let first = changes.first, let last = changes.last else { return [] }
      let lead = min(context, first.old.lowerBound)
      let trail = min(context, old.count - last.old.upperBound)
      let oldRange = (first.old.lowerBound - lead)..<(last.old.upperBound + trail)
      let newRange = (first.new.lowerBound - lead)..<(last.new.upperBound + trail)
      var text = Array("@@ -\(place(oldRange)) +\(place(newRange)) @@\n".utf8)
      var line = oldRange.lowerBound
      for change in changes {
        for same in old[line..<change.old.lowerBound] { text += marked(" ", same) }
        for gone in old[change.old] { text += marked("-", gone) }
        for came in new[change.new] { text += marked("+", came) }
        line = change.old.upperBound
      }
      for same in old[line..<oldRange.upperBound] { text += marked(" ", same) }
      return text
    }

    /// An empty range is named by the line before it.
    private func place(_ lines: Range<Int>) -> String {
      let first = lines.isEmpty ? lines.lowerBound : lines.lowerBound + 1
      return lines.count == 1 ? "\(first)" : "\(first),\(lines.count)"
    }

    private func marked(_ sign: String, _ line: ArraySlice<UInt8>) -> [UInt8] {
      let text = Array(sign.utf8) + line
      return line.last == UnifiedDiff.lineEnd ? text : text + "\n\\ No newline at end of file\n".utf8
    }
  }

  private static func hunks(_ changes: [Change]) -> [Hunk] {
    var hunks: [Hunk] = []
    for change in changes {
      if let end = hunks.last?.changes.last?.old.upperBound, change.old.lowerBound - end <= 2 * context {
        hunks[hunks.count - 1].changes.append(change)
      } else {
        hunks.append(Hunk(changes: [change]))
      }
    }
    return hunks
  }
}

extension UnifiedDiff.Change {
  fileprivate mutating func moveDown() {
    old = (old.lowerBound + 1)..<(old.upperBound + 1)
    new = (new.lowerBound + 1)..<(new.upperBound + 1)
  }
}
