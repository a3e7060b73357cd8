/// What is known of a variable's value without running anything: stretches of bytes, and gaps.
package struct ShellValue: Sendable, Equatable {
  package enum Piece: Sendable, Equatable {
    case known(ArraySlice<UInt8>)
    /// Anything. `endsAtBlank`: it is empty or ends in a blank.
    case unknown(endsAtBlank: Bool)
  }
  /// The bytes before the first gap: nearly always all of them, and a stretch of the file.
  private var head: ArraySlice<UInt8> = []
  /// What follows: a gap, and further pieces.
  private var tail: [Piece] = []

  package var pieces: [Piece] { head.isEmpty ? tail : [.known(head)] + tail }

  package static let empty = ShellValue()
  package static let unknown = ShellValue(tail: [.unknown(endsAtBlank: false)])

  /// Beyond this length a value is not followed any more: no kernel takes a longer one, and a file
  /// that doubles a variable on each line must not fill the memory.
  static let lengthLimit = 1 << 13

  /// Whether what was known of it went beyond the limit: what comes after that is not looked at.
  private(set) var isTooLong = false

  private init(tail: [Piece]) { self.tail = tail }

  package init() {}

  package init(_ bytes: some Collection<UInt8>) {
    append(bytes)
  }

  /// Nothing is copied.
  init(_ bytes: ArraySlice<UInt8>) {
    if bytes.count <= Self.lengthLimit { head = bytes } else { append(bytes) }
  }

  mutating func append(_ bytes: some Collection<UInt8>) { append(ArraySlice(bytes)) }

  /// Nothing is copied where it becomes a piece of its own.
  mutating func append(_ bytes: ArraySlice<UInt8>) {
    guard !bytes.isEmpty, !isTooLong else { return }
    if tail.isEmpty {
      if head.isEmpty { head = bytes } else { head += bytes }
      if head.count > Self.lengthLimit { lose() }
    } else if case .known(var last) = tail.last {
      tail.removeLast()
      last += bytes
      appendPiece(last)
    } else {
      appendPiece(bytes)
    }
  }

  /// Gives up a value that goes beyond the limit: all of it may be anything.
  private mutating func lose() { (head, tail, isTooLong) = ([], [.unknown(endsAtBlank: false)], true) }

  private mutating func appendPiece(_ bytes: ArraySlice<UInt8>) {
    isTooLong = isTooLong || bytes.count > Self.lengthLimit
    tail.append(bytes.count > Self.lengthLimit ? .unknown(endsAtBlank: false) : .known(bytes))
  }

  mutating func append(_ other: ShellValue) {
    if other.isTooLong { return lose() }
    append(other.head)
    for piece in other.tail {
      switch piece {
      case .known(let bytes): append(bytes)
      case .unknown(let endsAtBlank): appendUnknown(endsAtBlank: endsAtBlank)
      }
    }
  }

  /// Only at a value's begin does a gap that is empty or ends in a blank end a word for certain.
  mutating func appendUnknown(endsAtBlank: Bool = false) {
    if isTooLong { return }
    if tail.count > 64 {
      (head, tail) = ([], [.unknown(endsAtBlank: false)])
    } else {
      if tail.isEmpty { tail.reserveCapacity(2) }
      tail.append(.unknown(endsAtBlank: endsAtBlank && head.isEmpty && tail.isEmpty))
    }
  }

  /// The bytes, where all of them are known.
  package var bytes: [UInt8]? { tail.isEmpty ? Array(head) : nil }

  /// Whether nothing is known of it.
  var isUnknown: Bool {
    guard head.isEmpty, !isTooLong, tail.count == 1, case .unknown(endsAtBlank: false) = tail[0] else {
      return false
    }
    return true
  }

  /// Whether it is empty; nil where that is not known.
  var isEmpty: Bool? {
    if head.isEmpty && tail.isEmpty { return true }
    return pieces.contains { if case .known = $0 { true } else { false } } ? false : nil
  }

  /// Whether the last byte is known to be a blank.
  var endsInBlank: Bool {
    guard case .known(let bytes) = pieces.last, let last = bytes.last else { return false }
    return last == Byte.space
  }

  /// Stretches of known bytes, each with whether a word may begin and end at its edges.
  var stretches: [(bytes: ArraySlice<UInt8>, beginsWord: Bool, endsWord: Bool)] {
    let pieces = pieces
    return pieces.indices.compactMap { index in
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
