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

  init(kind: Kind, message: KernelMessage) {
    self.kind = kind
    self.message = message
    device = FaultWords.device(in: Array(message.text.utf8))
    count = 1
    lastSeconds = message.seconds
  }
}

/// Reads the device out of the wordings of thirteen years.
private enum FaultWords {
  /// `Request device [01:00.0]`, `[0x00:0x02.0]`, `[[f0:1f.7]`; `device=02:00.0`;
  /// `nvme 0000:01:00.0: AMD-Vi: Event logged`, `IOMMU 0000:00:00.2: Completion-Wait`.
  static func device(in text: [UInt8]) -> PCIAddress? {
    for word in text.split(whereSeparator: {
      isSpace($0) || $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "=")
    }) {
      let end = word.firstIndex { $0 == UInt8(ascii: "]") || $0 == UInt8(ascii: ",") } ?? word.endIndex
      var part = word[..<end]
      if part.last == UInt8(ascii: ":") { part = part.dropLast() }
      guard part.count >= 7, part.contains(UInt8(ascii: ".")), part.contains(UInt8(ascii: ":")) else {
        continue
      }
      if let address = PCIAddress(part.text.replacingHexPrefixes) { return address }
    }
    return nil
  }
}

extension String {
  /// `0x64:0x00.5` (5.14 alone wrote it so) as `64:00.5`.
  fileprivate var replacingHexPrefixes: String {
    guard utf8.contains(UInt8(ascii: "x")) else { return self }
    return split(separator: ":", omittingEmptySubsequences: false)
      .map { $0.hasPrefix("0x") ? $0.dropFirst(2) : $0 }.joined(separator: ":")
  }
}
