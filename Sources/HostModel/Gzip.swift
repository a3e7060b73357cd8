/// Why a gzip file does not unpack.
package enum GzipError: Error, Sendable, Equatable {
  /// It does not begin as RFC 1952 says, or uses a method that nobody uses.
  case notGzip
  /// It ends too early, or its codes make no sense.
  case damaged
  /// Unpacked it would be larger than the limit.
  case tooLarge
}

/// Unpacks one gzip member (RFC 1952), for proc/config.gz.
package func gunzip(_ file: [UInt8], upTo limit: Int = 8 << 20) throws(GzipError) -> [UInt8] {
  guard file.count >= 18, file[0] == 0x1f, file[1] == 0x8b, file[2] == 8 else { throw .notGzip }
  let flags = file[3]
  var start = 10
  if flags & 4 != 0 { start += 2 + Int(file[10]) + Int(file[11]) << 8 }
  // A name and a comment, each ended by a zero byte.
  for flag: UInt8 in [8, 16] where flags & flag != 0 {
    guard start < file.count, let end = file[start...].firstIndex(of: 0) else { throw .damaged }
    start = end + 1
  }
  if flags & 2 != 0 { start += 2 }
  guard start <= file.count - 8 else { throw .damaged }

  var inflater = Inflater(file[start..<(file.count - 8)], limit: limit)
  let content = try inflater.run()
  let trailer = file.suffix(8).enumerated().map { UInt32($1) << UInt32(8 * ($0 % 4)) }
  guard trailer[4...].reduce(0, |) == UInt32(truncatingIfNeeded: content.count),
    trailer[..<4].reduce(0, |) == crc32(content)
  else { throw .damaged }
  return content
}

/// The checksum of RFC 1952, section 8.
private func crc32(_ bytes: [UInt8]) -> UInt32 {
  var table = [UInt32](repeating: 0, count: 256)
  for index in 0..<256 {
    var value = UInt32(index)
    for _ in 0..<8 { value = value & 1 == 1 ? 0xedb8_8320 ^ (value >> 1) : value >> 1 }
    table[index] = value
  }
  var checksum = UInt32.max
  for byte in bytes { checksum = table[Int((checksum ^ UInt32(byte)) & 0xff)] ^ (checksum >> 8) }
  return ~checksum
}
