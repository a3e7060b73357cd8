/// One record of dev/kmsg: `6,339,5140900,-;text` (Documentation/ABI/testing/dev-kmsg).
///
/// The number before the first comma is facility * 8 + level; what user space wrote into the
/// buffer has another facility than 0. Lines of properties that follow a record (` SUBSYSTEM=pci`)
/// are records of nothing.
struct KmsgRecord {
  let text: ArraySlice<UInt8>
  let seconds: Double?
  let isKernel: Bool
  /// A fragment of the record before (kernels before 4.10).
  let isContinuation: Bool

  /// Nil when the line is no record.
  init?(_ line: ArraySlice<UInt8>) {
    guard let first = line.first else { return nil }
    if first == 0x20 {
      guard Self.isProperty(line) else { return nil }
      self.init(text: [], seconds: nil, isKernel: false, isContinuation: true)
      return
    }
    guard (0x30...0x39).contains(first) else { return nil }
    var numbers: [UInt64] = []
    var position = line.startIndex
    while numbers.count < 3 {
      guard let number = Self.number(line, &position), position < line.endIndex, line[position] == 0x2c else {
        return nil
      }
      numbers.append(number)
      position += 1
    }
    guard let end = line[position...].firstIndex(of: 0x3b) else { return nil }
    let flag = line[position]
    self.init(
      text: Self.unescaped(line[(end + 1)...]), seconds: Double(numbers[2]) / 1_000_000,
      isKernel: numbers[0] >> 3 == 0, isContinuation: flag == UInt8(ascii: "+"))
  }

  private init(text: ArraySlice<UInt8>, seconds: Double?, isKernel: Bool, isContinuation: Bool) {
    self.text = text
    self.seconds = seconds
    self.isKernel = isKernel
    self.isContinuation = isContinuation
  }

  /// ` SUBSYSTEM=pci`, ` DEVICE=+pci:0000:00:02.0`.
  private static func isProperty(_ line: ArraySlice<UInt8>) -> Bool {
    line.begins(with: " SUBSYSTEM=") || line.begins(with: " DEVICE=")
  }

  private static func number(_ line: ArraySlice<UInt8>, _ position: inout Int) -> UInt64? {
    let start = position
    var value: UInt64 = 0
    while position < line.endIndex, (0x30...0x39).contains(line[position]), position - start < 19 {
      value = value &* 10 &+ UInt64(line[position] &- 0x30)
      position += 1
    }
    return position > start ? value : nil
  }

  /// The kernel writes bytes that are not printable as `\xNN`, line feeds inside a message too.
  private static func unescaped(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    guard text.contains(UInt8(ascii: "\\")) else { return text.trimmed }
    var result: [UInt8] = []
    var rest = text
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "\\"), rest.first == UInt8(ascii: "x"), rest.count >= 3,
        let value = UInt8(rest.dropFirst().prefix(2).text, radix: 16)
      {
        result.append(isSpace(value) ? 0x20 : value)
        rest = rest.dropFirst(3)
      } else {
        result.append(byte)
      }
    }
    return result.trimmed
  }
}
