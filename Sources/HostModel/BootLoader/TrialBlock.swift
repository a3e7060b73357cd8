/// The part of custom.cfg that is ours: between two marks, with one entry in it. The rest is the user's.
package enum TrialBlock {
  private static let begin = "# BEGIN passthru-doctor trial: "
  private static let end = "# END passthru-doctor trial"
  private static let openEnd = ", after a line without an end"

  /// Where the block stands, with the line end behind it; nil when there is none.
  static func range(in custom: [UInt8]) -> Range<Int>? {
    let bytes = custom[...]
    guard let start = lineStart(begin, in: bytes), let last = lineStart(end, in: bytes[start...]) else {
      return nil
    }
    let stop = bytes[last...].firstIndex(of: Byte.newline).map { $0 + 1 } ?? bytes.endIndex
    return start..<stop
  }

  private static func lineStart(_ text: String, in bytes: ArraySlice<UInt8>) -> Int? {
    var start = bytes.startIndex
    while start < bytes.endIndex {
      if bytes[start...].starts(with: text.utf8) { return start }
      guard let next = bytes[start...].firstIndex(of: Byte.newline) else { return nil }
      start = next + 1
    }
    return nil
  }

  static func arguments(of block: [UInt8]) -> [String] {
    (block.lines.first ?? []).dropFirst(begin.utf8.count).words.map(\.text)
  }

  /// custom.cfg without the block; nil when nothing else is in it.
  package static func removed(from custom: [UInt8]) -> [UInt8]? {
    guard let range = range(in: custom) else { return custom }
    var rest = custom
    rest.removeSubrange(range)
    // A line end that came with the block goes with it.
    if custom[range].lines.last?.text == end + openEnd, rest.last == Byte.newline { rest.removeLast() }
    return rest.isEmpty ? nil : rest
  }

  /// custom.cfg with an entry for the trial, in the place of an earlier one.
  package static func added(_ entry: GrubMenuEntry, trying arguments: [String], to custom: [UInt8]?)
    -> [UInt8]
  {
    var text = custom.flatMap { removed(from: $0) } ?? []
    let isOpen = text.last.map { $0 != Byte.newline } ?? false
    if isOpen { text.append(Byte.newline) }
    let header =
      "menuentry '\(title(arguments))' \((entry.options + ["--id", BootTrial.entryID]).joined(separator: " ")) {\n"
    text += "\(begin)\(arguments.joined(separator: " "))\n".utf8
    text += "# Booted once and then left alone; \(BootTrial.clearCommand) takes it out.\n".utf8
    text += header.utf8
    for line in note + entry.body { text += [Byte.tab] + line + [Byte.newline] }
    text += "}\n\(end)\(isOpen ? openEnd : "")\n".utf8
    return text
  }

  /// GRUB tells by it that it came here.
  private static let note = [
    "set \(BootTrial.startedVariable)=started", "save_env \(BootTrial.startedVariable)",
  ].map { Array($0.utf8) }

  private static func title(_ arguments: [String]) -> String {
    "One boot with \(arguments.joined(separator: " ")) (passthru-doctor)"
  }
}
