/// What is known of a variable's value without running anything: stretches of bytes, and gaps.
package struct ShellValue: Sendable, Equatable {
  package enum Piece: Sendable, Equatable {
    case known([UInt8])
    /// Anything. `endsAtBlank`: it is empty or ends in a blank.
    case unknown(endsAtBlank: Bool)
  }
  package private(set) var pieces: [Piece] = []

  package static let empty = ShellValue()
  package static let unknown = ShellValue(pieces: [.unknown(endsAtBlank: false)])

  /// Beyond this length a value is not followed any more: no kernel takes a longer one, and a file
  /// that doubles a variable on each line must not fill the memory.
  static let lengthLimit = 1 << 16

  private init(pieces: [Piece]) { self.pieces = pieces }

  package init() {}

  package init(_ bytes: some Collection<UInt8>) {
    append(bytes)
  }

  mutating func append(_ bytes: some Collection<UInt8>) {
    guard !bytes.isEmpty else { return }
    if case .known(var last) = pieces.last {
      pieces.removeLast()
      last += bytes
      pieces.append(last.count > Self.lengthLimit ? .unknown(endsAtBlank: false) : .known(last))
    } else {
      pieces.append(bytes.count > Self.lengthLimit ? .unknown(endsAtBlank: false) : .known(Array(bytes)))
    }
  }

  mutating func append(_ other: ShellValue) {
    for piece in other.pieces {
      switch piece {
      case .known(let bytes): append(bytes)
      case .unknown(let endsAtBlank): appendUnknown(endsAtBlank: endsAtBlank)
      }
    }
  }

  /// Only at a value's begin does a gap that is empty or ends in a blank end a word for certain.
  mutating func appendUnknown(endsAtBlank: Bool = false) {
    if pieces.count > 64 {
      pieces = [.unknown(endsAtBlank: false)]
    } else {
      pieces.append(.unknown(endsAtBlank: endsAtBlank && pieces.isEmpty))
    }
  }

  /// The bytes, where all of them are known.
  package var bytes: [UInt8]? {
    switch pieces.count {
    case 0: return []
    case 1:
      guard case .known(let bytes) = pieces[0] else { return nil }
      return bytes
    default: return nil
    }
  }

  /// Whether it is empty; nil where that is not known.
  var isEmpty: Bool? {
    if pieces.isEmpty { return true }
    return pieces.contains { if case .known = $0 { true } else { false } } ? false : nil
  }

  /// Whether the last byte is known to be a blank.
  var endsInBlank: Bool {
    guard case .known(let bytes) = pieces.last, let last = bytes.last else { return false }
    return last == Byte.space
  }

  /// Stretches of known bytes, each with whether a word may begin and end at its edges.
  var stretches: [(bytes: [UInt8], beginsWord: Bool, endsWord: Bool)] {
    pieces.indices.compactMap { index in
      guard case .known(let bytes) = pieces[index] else { return nil }
      let begins: Bool
      if index == 0 {
        begins = true
      } else if index == 1, case .unknown(endsAtBlank: true) = pieces[0] {
        begins = true
      } else {
        begins = false
      }
      return (bytes, begins, index == pieces.count - 1)
    }
  }
}

/// What a variable is: not set, or set to what is known of its value.
package enum ShellBinding: Sendable, Equatable {
  case unset
  case value(ShellValue)

  static let unknown = ShellBinding.value(.unknown)

  /// What `$name` gives.
  package var value: ShellValue {
    switch self {
    case .unset: .empty
    case .value(let value): value
    }
  }
}
