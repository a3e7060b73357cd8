extension StringProtocol {
  /// Whether the text stands anywhere in it, byte for byte. The standard library's own is part of the
  /// Regex runtime, which the boot program does without.
  func contains(_ text: String) -> Bool {
    let needle = Array(text.utf8)
    guard let first = needle.first else { return true }
    var rest = Array(utf8)[...]
    while let start = rest.firstIndex(of: first) {
      rest = rest[start...]
      if rest.starts(with: needle) { return true }
      rest = rest.dropFirst()
    }
    return false
  }
}
