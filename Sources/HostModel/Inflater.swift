/// Unpacks DEFLATE data (RFC 1951).
struct Inflater {
  private let input: ArraySlice<UInt8>
  private let limit: Int
  private var position: Int
  /// Bits read from the input and not used yet, the next one lowest.
  private var bits: UInt64 = 0
  private var bitCount = 0
  private var output: [UInt8] = []

  init(_ input: ArraySlice<UInt8>, limit: Int) {
    self.input = input
    self.limit = limit
    position = input.startIndex
  }

  mutating func run() throws(GzipError) -> [UInt8] {
    output.reserveCapacity(min(limit, input.count &* 4))
    var isLast = false
    var blocks = 0
    while !isLast {
      // A real file of this size has some dozens; each can cost a table of 32768 entries.
      blocks += 1
      guard blocks <= 1024 else { throw .damaged }
      isLast = try take(1) == 1
      switch try take(2) {
      case 0: try copyStored()
      case 1: try unpack(Self.fixedLiterals, Self.fixedDistances)
      case 2:
        let (literals, distances) = try readCodes()
        try unpack(literals, distances)
      default: throw .damaged
      }
    }
    return output
  }

  // MARK: Bits

  /// Fills the buffer as far as there is input; missing bits read as zero and are refused when used.
  private mutating func fill() {
    while bitCount <= 56, position < input.endIndex {
      bits |= UInt64(input[position]) << UInt64(bitCount)
      position += 1
      bitCount += 8
    }
  }

  private mutating func take(_ count: Int) throws(GzipError) -> Int {
    if bitCount < count { fill() }
    guard bitCount >= count else { throw .damaged }
    let value = Int(truncatingIfNeeded: bits & (1 << UInt64(count) &- 1))
    bits >>= UInt64(count)
    bitCount -= count
    return value
  }

  private mutating func symbol(of code: HuffmanCode) throws(GzipError) -> Int {
    if bitCount < HuffmanCode.longest { fill() }
    let entry = code.entries[Int(truncatingIfNeeded: bits & UInt64(code.entries.count - 1))]
    let length = Int(entry & 0xf)
    guard length > 0, length <= bitCount else { throw .damaged }
    bits >>= UInt64(length)
    bitCount -= length
    return Int(entry >> 4)
  }

  // MARK: Blocks

  private mutating func copyStored() throws(GzipError) {
    _ = try take(bitCount % 8)
    let length = try take(16)
    guard try take(16) == length ^ 0xffff else { throw .damaged }
    guard output.count + length <= limit else { throw .tooLarge }
    for _ in 0..<length { output.append(UInt8(truncatingIfNeeded: try take(8))) }
  }

  private mutating func unpack(_ literals: HuffmanCode, _ distances: HuffmanCode) throws(GzipError) {
    while true {
      let symbol = try symbol(of: literals)
      if symbol == 256 { return }
      guard output.count < limit else { throw .tooLarge }
      if symbol < 256 {
        output.append(UInt8(truncatingIfNeeded: symbol))
        continue
      }
      guard symbol - 257 < Self.lengths.count else { throw .damaged }
      let (length, lengthBits) = Self.lengths[symbol - 257]
      let count = length + (try take(lengthBits))
      let code = try self.symbol(of: distances)
      guard code < Self.distances.count else { throw .damaged }
      let (distance, distanceBits) = Self.distances[code]
      let start = output.count - distance - (try take(distanceBits))
      guard start >= 0 else { throw .damaged }
      guard output.count + count <= limit else { throw .tooLarge }
      // The copy may reach into what it writes itself.
      for index in start..<(start + count) { output.append(output[index]) }
    }
  }

  /// The code lengths of a dynamic block, themselves packed (section 3.2.7).
  private mutating func readCodes() throws(GzipError) -> (HuffmanCode, HuffmanCode) {
    let literalCount = 257 + (try take(5))
    let distanceCount = 1 + (try take(5))
    let lengthCount = 4 + (try take(4))
    var lengthLengths = [Int](repeating: 0, count: 19)
    for index in Self.lengthOrder.prefix(lengthCount) { lengthLengths[index] = try take(3) }
    let lengthCode = try HuffmanCode(lengthLengths)
    var lengths: [Int] = []
    while lengths.count < literalCount + distanceCount {
      switch try symbol(of: lengthCode) {
      case 16:
        guard let last = lengths.last else { throw .damaged }
        lengths += [Int](repeating: last, count: 3 + (try take(2)))
      case 17: lengths += [Int](repeating: 0, count: 3 + (try take(3)))
      case 18: lengths += [Int](repeating: 0, count: 11 + (try take(7)))
      case let length: lengths.append(length)
      }
    }
    guard lengths.count == literalCount + distanceCount else { throw .damaged }
    return (
      try HuffmanCode(Array(lengths[..<literalCount])), try HuffmanCode(Array(lengths[literalCount...]))
    )
  }

  private static let lengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

  /// Base and extra bits of the symbols 257 and up.
  private static let lengths: [(Int, Int)] =
    (3...10).map { ($0, 0) } + stride(from: 11, through: 17, by: 2).map { ($0, 1) }
    + stride(from: 19, through: 31, by: 4).map { ($0, 2) }
    + stride(from: 35, through: 59, by: 8).map { ($0, 3) }
    + stride(from: 67, through: 115, by: 16).map { ($0, 4) }
    + stride(from: 131, through: 227, by: 32).map { ($0, 5) } + [(258, 0)]

  /// Base and extra bits of the distance symbols.
  private static let distances: [(Int, Int)] =
    (1...4).map { ($0, 0) }
    + (1...13).flatMap { bits in [((2 << bits) + 1, bits), ((3 << bits) + 1, bits)] }

  private static let fixedLiterals = HuffmanCode(
    complete: [Int](repeating: 8, count: 144) + [Int](repeating: 9, count: 112)
      + [Int](repeating: 7, count: 24) + [Int](repeating: 8, count: 8))
  private static let fixedDistances = HuffmanCode(complete: [Int](repeating: 5, count: 32))
}

/// A canonical Huffman code as one table that is indexed by the next 15 bits or fewer.
private struct HuffmanCode {
  static let longest = 15

  /// Symbol in the upper 12 bits, code length in the lower 4; length 0 where no code leads. The
  /// number of entries is a power of two.
  private(set) var entries: [UInt16]

  /// - Parameter lengths: the code length of each symbol, 0 for none; at most 15.
  init(_ lengths: [Int]) throws(GzipError) {
    self.init(complete: lengths)
    // More codes than fit: the lengths are nonsense.
    let used = lengths.reduce(0) { $0 + ($1 == 0 ? 0 : 1 << (Self.longest - $1)) }
    guard used <= 1 << Self.longest else { throw .damaged }
  }

  /// Codes that are known to fit.
  init(complete lengths: [Int]) {
    let width = max(1, lengths.max() ?? 1)
    entries = [UInt16](repeating: 0, count: 1 << width)
    var code = 0
    for length in 1...width {
      for (symbol, symbolLength) in lengths.enumerated() where symbolLength == length {
        guard code < 1 << length else { return }
        // The first bit of a code is the lowest of the input: the table is indexed in reverse.
        var index = Self.reversed(code, length)
        while index < entries.count {
          entries[index] = UInt16(truncatingIfNeeded: symbol << 4 | length)
          index += 1 << length
        }
        code += 1
      }
      code <<= 1
    }
  }

  private static func reversed(_ code: Int, _ length: Int) -> Int {
    var result = 0
    for bit in 0..<length where code & 1 << bit != 0 { result |= 1 << (length - 1 - bit) }
    return result
  }
}
