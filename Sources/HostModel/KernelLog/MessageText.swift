/// Messages one after the other in one buffer, each ended by a line feed.
struct MessageText: Sendable, Equatable {
  /// More messages than any kernel keeps; what follows is dropped, so that memory stays bounded.
  static let limit = 1 << 19
  /// More bytes than a message of the kernel has, arguments included; the rest of a longer one is dropped.
  static let messageLimit = 4096

  private struct Record: Sendable, Equatable {
    var start: Int
    var end: Int
    var seconds: Double?
  }

  private(set) var buffer: [UInt8] = []
  private var records: [Record] = []

  var count: Int { records.count }

  init(capacity: Int) {
    buffer.reserveCapacity(capacity)
    records.reserveCapacity(capacity / 80)
  }

  mutating func append(_ text: ArraySlice<UInt8>, seconds: Double?) {
    guard count < Self.limit else { return }
    let start = buffer.count
    buffer += text.prefix(Self.messageLimit)
    records.append(Record(start: start, end: buffer.count, seconds: seconds))
    buffer.append(0x0a)
  }

  /// Lengthens the last message; without one this begins the first.
  mutating func extendLast(_ text: ArraySlice<UInt8>, separator: UInt8?) {
    guard count < Self.limit else { return }
    guard let last = records.indices.last else { return append(text, seconds: nil) }
    let room = Self.messageLimit - (records[last].end - records[last].start)
    guard room > 1 else { return }
    buffer.removeLast()
    if let separator { buffer.append(separator) }
    buffer += text.prefix(room - 1)
    records[last].end = buffer.count
    buffer.append(0x0a)
  }

  func bytes(at index: Int) -> ArraySlice<UInt8> { buffer[records[index].start..<records[index].end] }

  func range(at index: Int) -> Range<Int> { records[index].start..<records[index].end }

  func seconds(at index: Int) -> Double? { records[index].seconds }

  func message(at index: Int) -> KernelMessage {
    KernelMessage(seconds: records[index].seconds, text: bytes(at: index).text)
  }

  /// The messages from `index` on.
  func dropFirst(_ index: Int) -> MessageText {
    guard index > 0, index < count else { return self }
    var rest = MessageText(capacity: buffer.count - records[index].start)
    for kept in index..<count { rest.append(bytes(at: kept), seconds: seconds(at: kept)) }
    return rest
  }
}

extension ArraySlice<UInt8> {
  /// Whether it begins with the ASCII bytes of `prefix`.
  func begins(with prefix: StaticString) -> Bool {
    guard count >= prefix.utf8CodeUnitCount else { return false }
    return prefix.withUTF8Buffer { self.prefix($0.count).elementsEqual($0) }
  }
}
