/// The line that is appended where no literal can be changed in place:
///
///     GRUB_CMDLINE_LINUX="${GRUB_CMDLINE_LINUX:+$GRUB_CMDLINE_LINUX }intel_iommu=on" # added by passthru-doctor
///
/// It adds to whatever value stands before it. The mark also tells whether the file's last line
/// had an end before, so that the line can be taken out again without a trace.
struct MarkedLine: Equatable {
  var arguments: [String]
  /// Whether the line before it had no line end, and one was added.
  var followsOpenLine: Bool
  /// Of the line in the file, with what has to go when it goes.
  var range: Range<Int>
  /// Between the blank's brace and the closing quote.
  var argumentRange: Range<Int>

  private static let begin = Array("GRUB_CMDLINE_LINUX=\"${GRUB_CMDLINE_LINUX:+$GRUB_CMDLINE_LINUX }".utf8)
  private static let end = Array("\" # added by passthru-doctor".utf8)
  private static let openEnd = Array(", after a line without an end".utf8)

  /// The bytes to append to a file.
  ///
  /// - Parameter script: the file as it was read; a line end after a backslash ends nothing.
  static func text(_ arguments: [BootArgument], after script: ShellScript) -> [UInt8] {
    let isOpen = script.source.last.map { $0 != Byte.newline } ?? false || script.endsInContinuation
    return (isOpen ? [Byte.newline] : []) + begin + arguments.map(\.text).joined(separator: " ").utf8 + end
      + (isOpen ? openEnd : []) + [Byte.newline]
  }

  /// The marked line whose assignment has this value; nil when the line is none of ours.
  init?(holding value: Range<Int>, in file: [UInt8]) {
    let prefix = Array("GRUB_CMDLINE_LINUX=".utf8).count
    let start = value.lowerBound - prefix
    guard start >= 0, start == 0 || file[start - 1] == Byte.newline else { return nil }
    let end = file[value.upperBound...].firstIndex(of: Byte.newline) ?? file.count
    let line = file[start..<end]
    guard line.starts(with: Self.begin) else { return nil }
    let argumentsStart = start + Self.begin.count
    let argumentsEnd = value.upperBound - 1
    guard argumentsStart <= argumentsEnd else { return nil }
    let tail = file[argumentsEnd..<end]
    followsOpenLine = tail.elementsEqual(Self.end + Self.openEnd)
    guard followsOpenLine || tail.elementsEqual(Self.end) else { return nil }
    arguments = file[argumentsStart..<argumentsEnd].split(separator: Byte.space).map(\.text)
    argumentRange = argumentsStart..<argumentsEnd
    // A line end that came with the line goes with it.
    let first = followsOpenLine && start > 0 ? start - 1 : start
    range = first..<min(end + 1, file.count)
  }
}
