/// Changing grubenv as GRUB and grub-editenv do: the block keeps its 1024 bytes, a value takes the place
/// of the old one, what is not used is filled with `#`.
extension GrubEnvironment {
  /// The block with a variable set, or removed where `value` is nil.
  ///
  /// Nil when the block is none that GRUB could write, or the value does not fit into it.
  package static func setting(_ name: String, to value: String?, in block: [UInt8]) -> [UInt8]? {
    guard GrubEnvironment(block).isWhole, var lines = lines(of: block) else { return nil }
    let place = lines.firstIndex { $0.starts(with: (name + "=").utf8) }
    if let value {
      let line = Array((name + "=").utf8) + escaped(value) + [Byte.newline]
      if let place { lines[place] = line } else { lines.append(line) }
    } else if let place {
      lines.remove(at: place)
    }
    let text = Array(lines.joined())
    guard text.count <= block.count else { return nil }
    return text + [UInt8](repeating: Byte.hash, count: block.count - text.count)
  }

  /// The lines with their ends, without the filling. A backslash keeps a line end in a value.
  private static func lines(of block: [UInt8]) -> [[UInt8]]? {
    var lines: [[UInt8]] = []
    var line: [UInt8] = []
    var isEscaped = false
    for byte in block {
      line.append(byte)
      if byte == Byte.newline, !isEscaped {
        lines.append(line)
        line = []
      }
      isEscaped = byte == Byte.backslash && !isEscaped
    }
    return line.allSatisfy { $0 == Byte.hash } ? lines : nil
  }

  private static func escaped(_ value: String) -> [UInt8] {
    value.utf8.flatMap { $0 == Byte.backslash || $0 == Byte.newline ? [Byte.backslash, $0] : [$0] }
  }

  // MARK: The one-time choice

  /// The entry that the next boot takes once; nil when there is none.
  package var nextEntry: String? { values["next_entry"].flatMap { $0.isEmpty ? nil : $0 } }

  /// Whether a trial's choice, or GRUB's note of it, is in it.
  package var hasTrial: Bool { nextEntry == BootTrial.entryID || values[BootTrial.startedVariable] != nil }

  /// The block in which the next boot takes the trial's entry, once.
  package static func choosingTrial(in block: [UInt8]) -> [UInt8]? {
    setting(BootTrial.startedVariable, to: nil, in: block)
      .flatMap { setting("next_entry", to: BootTrial.entryID, in: $0) }
  }

  /// The block without what a trial has left in it: the choice, if it is still the trial's, and GRUB's note.
  package static func withoutTrial(_ block: [UInt8]) -> [UInt8] {
    var clean = setting(BootTrial.startedVariable, to: nil, in: block) ?? block
    if let next = GrubEnvironment(block).values["next_entry"], next.isEmpty || next == BootTrial.entryID {
      clean = setting("next_entry", to: nil, in: clean) ?? clean
    }
    return clean
  }

  /// Whether a path is that of the block, which GRUB itself writes when the host starts.
  package static func isBlock(_ path: String) -> Bool { path.split(separator: "/").last == "grubenv" }

  /// The block as it is now, with the trial undone that was prepared when it was `before`: what GRUB and others
  /// have noted since stays. Where nothing but the choice differs, `before` comes back, byte for byte. Nil when
  /// the kernel arguments in it are others: that was no trial.
  package static func undoingTrial(in block: [UInt8], before: [UInt8]) -> [UInt8]? {
    func others(_ block: [UInt8]) -> [String: String] {
      GrubEnvironment(block).values.filter {
        $0.key != BootTrial.startedVariable && !($0.key == "next_entry" && $0.value.isEmpty)
      }
    }
    guard GrubEnvironment(block).values["kernelopts"] == GrubEnvironment(before).values["kernelopts"] else {
      return nil
    }
    let clean = withoutTrial(block)
    return others(clean) == others(before) ? before : clean
  }
}
