extension StringProtocol {
  /// Whether the bytes of `part` stand somewhere in it. The standard library's `contains` does the same and
  /// brings the regular expression engine with it, a megabyte.
  package func holds(_ part: String) -> Bool {
    Array(utf8)[...].contains(Array(part.utf8))
  }

  /// The same by the library's name, which is thereby not taken from there by mistake.
  func contains(_ text: String) -> Bool { holds(text) }
}

extension ArraySlice<UInt8> {
  /// Whether `wanted` occurs in it.
  func contains(_ wanted: [UInt8]) -> Bool {
    guard let first = wanted.first, wanted.count <= count else { return wanted.isEmpty }
    var position = startIndex
    let last = endIndex - wanted.count
    while position <= last {
      if self[position] == first, self[position..<(position + wanted.count)].elementsEqual(wanted) {
        return true
      }
      position += 1
    }
    return false
  }
}
