/// Finds many phrases in one pass over a text, whatever their case.
///
/// A phrase is one or more literal parts with `*` between them ("rmrr entry*is broken"); the
/// later parts must follow within the same line. The first four bytes of a phrase are its anchor:
/// a table indexed by a hash of them tells at every position of the text, for the price of one
/// look, that almost no phrase begins there.
struct PhraseFinder: Sendable {
  private static let slots = 1 << 12

  private struct Phrase: Sendable {
    var anchor: UInt32
    var parts: [[UInt8]]
    /// The next phrase in the same slot, or -1.
    var next: Int
  }

  private var phrases: [Phrase] = []
  /// Index of the first phrase in the slot, or -1.
  private var heads = [Int16](repeating: -1, count: slots)

  /// Every phrase must be ASCII and its first part at least four bytes long; others are left out.
  init(_ wanted: [String]) {
    for text in wanted {
      let parts = text.utf8.split(separator: UInt8(ascii: "*")).map { $0.map(Self.folded) }
      guard let first = parts.first, first.count >= 4, phrases.count < Int(Int16.max) else {
        // Keeps the numbers of the others.
        phrases.append(Phrase(anchor: 0, parts: [], next: -1))
        continue
      }
      let anchor = first.prefix(4).reduce(UInt32(0)) { $0 >> 8 | UInt32($1) << 24 }
      let slot = Self.slot(anchor)
      phrases.append(Phrase(anchor: anchor, parts: parts, next: Int(heads[slot])))
      heads[slot] = Int16(phrases.count - 1)
    }
  }

  /// Calls `found` with the number of the phrase and where it ends, for every place where one begins.
  func search(_ text: [UInt8], _ found: (_ phrase: Int, _ start: Int, _ end: Int) -> Void) {
    var window: UInt32 = 0
    for position in text.indices {
      window = window >> 8 | UInt32(Self.folded(text[position])) << 24
      var candidate = Int(heads[Self.slot(window)])
      while candidate >= 0 {
        let next = phrases[candidate].next
        if phrases[candidate].anchor == window, position >= 3,
          let end = matchEnd(phrases[candidate], in: text, at: position - 3)
        {
          found(candidate, position - 3, end)
        }
        candidate = next
      }
    }
  }

  /// Upper case becomes lower case; a few signs fall together too, which no phrase minds.
  private static func folded(_ byte: UInt8) -> UInt8 { byte | 0x20 }

  private static func slot(_ anchor: UInt32) -> Int { Int((anchor &* 0x9E37_79B1) >> 20) }

  private func matchEnd(_ phrase: Phrase, in text: [UInt8], at start: Int) -> Int? {
    var position = start
    for (number, part) in phrase.parts.enumerated() {
      if number == 0 {
        guard Self.stands(part, in: text, at: position) else { return nil }
      } else {
        guard let next = Self.position(of: part, in: text, from: position) else { return nil }
        position = next
      }
      position += part.count
    }
    return position
  }

  private static func position(of part: [UInt8], in text: [UInt8], from start: Int) -> Int? {
    var position = start
    // No message that means something has its words farther apart; junk must not cost its square.
    let limit = min(text.count, start + 512)
    while position < limit, text[position] != 0x0a {
      if stands(part, in: text, at: position) { return position }
      position += 1
    }
    return nil
  }

  private static func stands(_ part: [UInt8], in text: [UInt8], at start: Int) -> Bool {
    guard text.count - start >= part.count else { return false }
    var position = start
    for byte in part {
      guard folded(text[position]) == byte else { return false }
      position += 1
    }
    return true
  }
}
