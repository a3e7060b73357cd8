/// Reads a cpio archive of the "newc" kind as it comes, piece by piece
/// (Documentation/driver-api/early-userspace/buffer-format.rst), keeping the files that are wanted.
package struct CpioReader {
  package enum State: Equatable, Sendable {
    /// More is to come.
    case reading
    /// The entry that ends an archive was read; `consumed` bytes so far.
    case ended
    /// What came is no such archive.
    case broken
  }

  package private(set) var state = State.reading
  /// Bytes taken up to now.
  package private(set) var consumed = 0
  private var pending: [UInt8] = []
  /// Bytes of an unwanted file, with padding, that are still to be passed over.
  private var skip = 0
  private let isWanted: (String) -> Bool
  private let found: (String, [UInt8]?) -> Void

  /// No name is longer (PATH_MAX), and no wanted file larger.
  private static let longestName = 4096
  private static let largestFile = 1 << 20

  /// - Parameters:
  ///   - isWanted: whether the contents of a file are.
  ///   - found: called with each name; contents are nil for what is not wanted or too large.
  package init(isWanted: @escaping (String) -> Bool, found: @escaping (String, [UInt8]?) -> Void) {
    self.isWanted = isWanted
    self.found = found
  }

  package mutating func take(_ bytes: some Collection<UInt8>) {
    pending += bytes
    while state == .reading {
      if skip > 0 {
        let passed = min(skip, pending.count)
        drop(passed)
        skip -= passed
        if skip > 0 { return }
      }
      guard step() else { break }
    }
  }

  private mutating func drop(_ count: Int) {
    pending.removeFirst(count)
    consumed += count
  }

  /// One entry; false when more bytes are needed, or nothing is left to do.
  private mutating func step() -> Bool {
    guard pending.count >= 110 else { return false }
    let header = pending[..<110]
    guard header.starts(with: "07070".utf8), header[5] == 0x31 || header[5] == 0x32,
      let size = Self.number(header, field: 6), let nameSize = Self.number(header, field: 11),
      nameSize > 0, nameSize <= Self.longestName
    else {
      state = .broken
      return false
    }
    let nameEnd = 110 + nameSize
    let dataStart = Self.padded(nameEnd)
    guard pending.count >= dataStart else { return false }
    let name = pending[110..<(nameEnd - 1)].text
    if name == "TRAILER!!!" {
      drop(dataStart)
      state = .ended
      return false
    }
    let plain = name.hasPrefix("./") ? String(name.dropFirst(2)) : name
    if isWanted(plain), size <= Self.largestFile {
      let end = dataStart + size
      guard pending.count >= Self.padded(end) else { return false }
      found(plain, Array(pending[dataStart..<end]))
      drop(Self.padded(end))
    } else {
      found(plain, nil)
      skip = Self.padded(size)
      drop(dataStart)
    }
    return true
  }

  private static func padded(_ length: Int) -> Int { (length + 3) & ~3 }

  /// Fields after the magic have eight hexadecimal digits each.
  private static func number(_ header: ArraySlice<UInt8>, field: Int) -> Int? {
    let start = 6 + 8 * field
    return hexNumber(header[start..<(start + 8)], digits: 8...8).map { Int($0) }
  }
}
