/// One message of the kernel, freed of every prefix that the way it was printed put before it.
package struct KernelMessage: Sendable, Equatable {
  /// Seconds since boot; nil where the log carries none (dmesg -T, dmesg -d, syslog without stamps).
  package var seconds: Double?
  package var text: String

  package init(seconds: Double? = nil, text: String) {
    self.seconds = seconds
    self.text = text
  }
}

/// The kernel's messages of one boot.
///
/// Messages are kept as bytes and made into text when asked for: a log has thousands of
/// messages, and judgement needs a dozen.
package struct KernelLog: Sendable, Equatable {
  /// Where the messages were kept until they were read.
  package enum Origin: String, Sendable {
    /// The kernel's own buffer, dev/kmsg: it wraps, and then the start of the boot is lost.
    case ringBuffer
    /// The journal of this boot.
    case journal
    /// A file that somebody wrote: var/log/dmesg.
    case savedFile
  }

  package let origin: Origin
  /// The log does not begin at the kernel's first line, so that a missing message proves nothing.
  package let startIsLost: Bool
  /// What the messages prove, read once.
  package let facts: KernelLogFacts

  private let text: MessageText

  /// Reads a log in any shape that dmesg, journalctl, syslog, dev/kmsg, serial consoles and mail
  /// give it. Of a file that holds several boots, the last one is read.
  ///
  /// `startIsLost` says that the buffer has wrapped; a log without the kernel's first line has
  /// lost its start whatever is said here.
  package init(parsing bytes: [UInt8], origin: Origin, startIsLost: Bool = false) {
    var reader = KernelLogReader(bytes)
    text = reader.read()
    facts = KernelLogFacts(reading: text)
    self.origin = origin
    self.startIsLost = startIsLost || !facts.hasStart
  }

  /// Every message in order.
  package var messages: [KernelMessage] { (0..<text.count).map(text.message(at:)) }

  /// The first message that holds `phrase`, byte for byte.
  package func firstMessage(containing phrase: String) -> KernelMessage? {
    let wanted = Array(phrase.utf8)
    return (0..<text.count).first { text.bytes(at: $0).contains(wanted) }.map(text.message(at:))
  }

  package static func == (left: KernelLog, right: KernelLog) -> Bool {
    left.origin == right.origin && left.startIsLost == right.startIsLost && left.text == right.text
  }
}
