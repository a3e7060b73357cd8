/// An access that the IOMMU refused or could not finish, as often as the log names it.
package struct IOMMUFault: Sendable, Equatable {
  /// What kind of access it was.
  package enum Kind: Sendable, Hashable {
    /// Memory: `[DMA Read] Request device`, `IO_PAGE_FAULT`, an SMMU's event. Translation is active.
    case memory
    /// An interrupt that interrupt remapping blocked. Proves nothing of DMA remapping.
    case interrupt
    /// A command to the IOMMU that was never finished (`Completion-Wait loop timed out`).
    case command
  }

  package let kind: Kind
  /// Who asked; nil where the message names nobody.
  package let device: PCIAddress?
  package var count: Int
  /// The first message of them.
  package let message: KernelMessage
  /// Seconds since boot of the last one; nil without stamps.
  package var lastSeconds: Double?

  /// Every one of them came in the first two seconds: usually what the firmware had set in motion (a
  /// frame buffer, a network boot) ran on while translation was switched on, and ended.
  package var isFromStartOnly: Bool {
    guard kind == .memory, let lastSeconds else { return false }
    return lastSeconds < 2
  }

  init(kind: Kind, device: PCIAddress?, message: KernelMessage) {
    self.kind = kind
    self.device = device
    self.message = message
    count = 1
    lastSeconds = message.seconds
  }
}

/// The address of a device in the wordings of thirteen years: `Request device [01:00.0]`,
/// `[0x00:0x02.0]` (5.14 alone), `[[f0:1f.7]`; `device=02:00.0`; `nvme 0000:01:00.0: AMD-Vi: Event
/// logged`; `IOMMU 0000:00:00.2: Completion-Wait`.
struct FaultingDevice {
  private let text: ArraySlice<UInt8>
  private var position: Int

  /// The first address in the text.
  static func first(in text: ArraySlice<UInt8>) -> PCIAddress? {
    // A faulty device floods the log; its messages are read without making text of them.
    text.indices.lazy.filter { text[$0] == UInt8(ascii: ".") }.compactMap { point in
      var reader = FaultingDevice(text: text, position: point)
      return reader.address()
    }.first
  }

  /// Reads backwards from the point before the function's digit.
  private mutating func address() -> PCIAddress? {
    guard position + 1 < text.endIndex, let function = Self.digit(text[position + 1]),
      position + 2 == text.endIndex || !isHexDigit(text[position + 2]),
      let device = number(digits: 2...2), skipped(UInt8(ascii: ":")), let bus = number(digits: 2...2)
    else { return nil }
    var domain: UInt32 = 0
    if skipped(UInt8(ascii: ":")) {
      guard let number = number(digits: 4...8) else { return nil }
      domain = number
    }
    return PCIAddress(
      domain: domain, bus: UInt8(truncatingIfNeeded: bus), device: UInt8(truncatingIfNeeded: device),
      function: UInt8(truncatingIfNeeded: function))
  }

  private mutating func skipped(_ sign: UInt8) -> Bool {
    guard position > text.startIndex, text[position - 1] == sign else { return false }
    position -= 1
    return true
  }

  /// A hexadecimal number that ends before `position`, with or without `0x`.
  private mutating func number(digits: ClosedRange<Int>) -> UInt32? {
    var value: UInt32 = 0
    var count = 0
    while count < digits.upperBound, position > text.startIndex, let digit = Self.digit(text[position - 1]) {
      value |= digit << UInt32(4 * count)
      position -= 1
      count += 1
    }
    if skipped(UInt8(ascii: "x")) { _ = skipped(UInt8(ascii: "0")) }
    return digits.contains(count) ? value : nil
  }

  private static func digit(_ byte: UInt8) -> UInt32? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a") + 10)
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A") + 10)
    default: nil
    }
  }
}
