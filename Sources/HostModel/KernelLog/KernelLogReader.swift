/// Turns the bytes of a log into messages: takes the lines apart, and joins what mail, a serial
/// console or the kernel itself broke into several.
struct KernelLogReader {
  private let bytes: [UInt8]
  private var text: MessageText
  /// Whether a line of this log carried a stamp: then one without continues the line before it.
  private var isStamped = false
  /// Columns of the line before, 0 after an empty line.
  private var previousWidth = 0
  /// The message that a continuation would belong to was the kernel's.
  private var previousWasKept = false
  private var lastBoot = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    text = MessageText(capacity: min(bytes.count, 4 << 20))
  }

  mutating func read() -> MessageText {
    var start = 0
    while start < bytes.count {
      var end = start
      while end < bytes.count, bytes[end] != 0x0a { end += 1 }
      if end == start {
        previousWidth = 0
      } else {
        readLine(bytes[start..<end])
      }
      start = end + 1
    }
    return text.dropFirst(lastBoot)
  }

  private mutating func readLine(_ raw: ArraySlice<UInt8>) {
    if let record = KmsgRecord(raw) { return readRecord(record) }
    let line = LogLine(raw)
    defer { previousWidth = line.text.isEmpty ? 0 : raw.count }
    guard !line.text.isEmpty else { return }
    if line.hasStamp {
      isStamped = true
    } else if continuesPrevious(line) {
      if previousWasKept { text.extendLast(line.text, separator: 0x20) }
      return
    }
    keep(line.text, seconds: line.seconds, isKernel: line.isKernel)
  }

  /// A line without a stamp in a log of stamped ones goes on with the line before: because that
  /// one is as long as a line of mail, or because it is indented, as the kernel's own second lines are.
  private func continuesPrevious(_ line: LogLine) -> Bool {
    guard isStamped, previousWidth > 0, !line.beginsMessage else { return false }
    return line.isIndented || previousWidth + line.firstWordWidth > 56
  }

  private mutating func readRecord(_ record: KmsgRecord) {
    isStamped = true
    previousWidth = 0
    if record.isContinuation {
      if previousWasKept { text.extendLast(record.text, separator: nil) }
    } else {
      keep(record.text, seconds: record.seconds, isKernel: record.isKernel)
    }
  }

  private mutating func keep(_ message: ArraySlice<UInt8>, seconds: Double?, isKernel: Bool) {
    previousWasKept = isKernel
    guard isKernel else { return }
    if message.begins(with: "Linux version ") { lastBoot = text.count }
    text.append(message, seconds: seconds)
  }
}
