extension GrubDefaultsEdit {
  /// Takes kernel arguments out: of the lines that this program added; where it added none, of the
  /// assignments to GRUB_CMDLINE_LINUX, the last first; where they are not there either, of those to
  /// GRUB_CMDLINE_LINUX_DEFAULT. Right after `adding`, it gives the bytes back that were there before.
  ///
  /// - Parameter everywhere: out of both variables.
  package static func removing(
    _ arguments: [String], from files: GrubDefaultsFiles, everywhere: Bool = false
  ) throws(GrubRefusal) -> GrubDefaultsEdit {
    var unwanted: [BootArgument] = []
    for text in arguments { unwanted.append(try BootArgument(text)) }
    let reading = try GrubDefaultsReading(files)
    var remover = GrubArgumentRemover(reading)
    remover.remove(unwanted, everywhere: everywhere)
    var (changed, after) = (remover.result(of: files), reading)
    // An argument may stand in several assignments that all count: again, until none is left. Each
    // round makes the files shorter.
    while changed != after.asFiles(like: files) {
      after = try GrubDefaultsReading(changed)
      let left = after.arguments(of: after.presumedLinux).map(\.text)
      let rest = unwanted.filter { argument in
        left.contains(argument.text) && (everywhere || !remover.removedFromOurs.contains(argument.text))
      }
      if rest.isEmpty { break }
      remover = remover.continued(with: after)
      remover.remove(rest, everywhere: false)
      changed = remover.result(of: changed)
    }
    let left = (after.arguments(of: after.presumedLinux) + after.arguments(of: after.presumedLinuxDefault))
      .map(\.text)
    let places = remover.placesText
    let stillThere = arguments.filter { left.contains($0) }
    return GrubDefaultsEdit(
      changes: files.changes(to: changed), place: remover.removed.isEmpty ? .nothing : .takenOut,
      reason: "\(places)."
        + (stillThere.isEmpty
          ? "" : " Still there by another assignment: \(stillThere.joined(separator: " "))."),
      arguments: remover.removed, unproven: reading.unproven, isOpaque: reading.isOpaque)
  }
}

extension GrubDefaultsReading {
  /// The files that were read.
  fileprivate func asFiles(like other: GrubDefaultsFiles) -> GrubDefaultsFiles {
    var result = other
    result.main = files[0].bytes
    if other.dropIns != nil { result.dropIns = Array(files.dropFirst()) }
    return result
  }
}

/// Collects what has to go from each file.
struct GrubArgumentRemover {
  let reading: GrubDefaultsReading
  private(set) var removed: [String] = []
  /// Those of them that stood in lines of our own: what others say of them is left alone.
  private(set) var removedFromOurs: Set<String> = []
  /// Clauses: where something was taken out, the first few.
  private(set) var places: [String] = []
  /// How many there are beyond those.
  private var furtherPlaces = 0
  private var marked: [(script: Int, line: MarkedLine, left: [String])] = []
  private var deletions: [(script: Int, range: Range<Int>)] = []

  init(_ reading: GrubDefaultsReading) {
    self.reading = reading
    for (script, word) in reading.reading.variables[GrubDefaultsReading.linux]?.assignedWords ?? [] {
      if let line = reading.markedLine(script: script, word: word) {
        marked.append((script, line, line.arguments))
      }
    }
  }

  mutating func remove(_ arguments: [BootArgument], everywhere: Bool) {
    var rest = arguments
    for index in marked.indices {
      for argument in arguments where marked[index].left.contains(argument.text) {
        marked[index].left.removeAll { $0 == argument.text }
        removedFromOurs.insert(argument.text)
        note(argument.text, script: marked[index].script, offset: marked[index].line.argumentRange.lowerBound)
        if !everywhere { rest.removeAll { $0 == argument } }
      }
    }
    for (name, binding) in [
      (GrubDefaultsReading.linux, reading.presumedLinux),
      (GrubDefaultsReading.linuxDefault, reading.presumedLinuxDefault),
    ] {
      // What certainly is not in the value stands only where it does not count.
      let present = binding.value.bytes == nil ? nil : reading.arguments(of: binding).map(\.text)
      var sought = rest.filter { present?.contains($0.text) ?? true }
      for (script, word) in (reading.reading.variables[name]?.assignedWords ?? []).reversed()
      where !sought.isEmpty {
        let done = takeOut(sought, of: word, script: script)
        sought.removeAll { done.contains($0.text) }
        if !everywhere { rest.removeAll { done.contains($0.text) } }
      }
    }
  }

  /// Where something was taken out, as a clause.
  var placesText: String {
    guard !places.isEmpty else { return "None of them was found" }
    return places.joined(separator: "; ") + (furtherPlaces > 0 ? "; and \(furtherPlaces) more" : "")
  }

  /// The same collection of what was done, for the files as they are after it.
  func continued(with reading: GrubDefaultsReading) -> GrubArgumentRemover {
    var next = GrubArgumentRemover(reading)
    (next.removed, next.removedFromOurs) = (removed, removedFromOurs)
    (next.places, next.furtherPlaces) = (places, furtherPlaces)
    return next
  }

  private mutating func takeOut(_ arguments: [BootArgument], of word: ShellWord, script: Int) -> Set<String> {
    guard reading.markedLine(script: script, word: word) == nil else { return [] }
    var done: Set<String> = []
    for cut in WordText(word, in: reading.files[script].bytes).cuts(for: arguments.map(\.bytes)) {
      deletions.append((script, cut.range))
      note(cut.argument.text, script: script, offset: cut.range.lowerBound)
      done.insert(cut.argument.text)
    }
    return done
  }

  private mutating func note(_ argument: String, script: Int, offset: Int) {
    if !removed.contains(argument) { removed.append(argument) }
    guard places.count < 8 else {
      furtherPlaces += 1
      return
    }
    let place = ShellPlace(script: script, offset: offset)
    let line = reading.position(of: place)?.line ?? 0
    places.append("\(argument) goes from /\(reading.path(of: place)), line \(line)")
  }

  /// The files without what was taken out.
  func result(of files: GrubDefaultsFiles) -> GrubDefaultsFiles {
    var replacements = deletions.map { (script: $0.script, range: $0.range, text: [UInt8]()) }
    for (script, line, left) in marked where left != line.arguments {
      let isGone = left.isEmpty
      replacements.append(
        (
          script, isGone ? line.range : line.argumentRange,
          isGone ? [] : Array(left.joined(separator: " ").utf8)
        ))
    }
    replacements.sort { ($0.script, $0.range.lowerBound) > ($1.script, $1.range.lowerBound) }
    var contents = reading.files.map(\.bytes)
    for (script, range, text) in replacements { contents[script].replaceSubrange(range, with: text) }
    var changed = files
    changed.main = contents[0]
    if files.dropIns != nil {
      changed.dropIns = zip(reading.files, contents).dropFirst().compactMap { file, bytes in
        isOwnDropIn(file.path) && bytes == ownDropInHeader
          ? nil : GrubDefaultsFile(path: file.path, bytes: bytes)
      }
    }
    return changed
  }
}

/// The text of a word with the place of every byte in the file, where expansions are gaps.
struct WordText {
  private struct Unit {
    /// Nil: an expansion, which may be anything.
    var byte: UInt8?
    var range: Range<Int>
    /// Which stretch of the word it belongs to: only within one can bytes be cut out.
    var part: Int
  }
  private var units: [Unit] = []
  private var part = 0
  private let source: [UInt8]

  init(_ word: ShellWord, in source: [UInt8]) {
    self.source = source
    add(word.parts)
  }

  private mutating func add(_ parts: [ShellWordPart]) {
    for element in parts {
      switch element {
      case .literal(let stretch): add(stretch.range)
      case .escaped(let stretch):
        units.append(Unit(byte: source[stretch.upperBound - 1], range: stretch.range, part: part))
      case .continuation: break
      case .singleQuoted(let range):
        part += 1
        add((range.lowerBound + 1)..<(range.upperBound - 1))
        part += 1
      case .doubleQuoted(_, let inner):
        part += 1
        add(inner)
        part += 1
      case .ansiQuoted(let stretch), .translated(let stretch, _), .variable(let stretch),
        .parameter(let stretch, _), .commandSubstitution(let stretch, _), .backquoted(let stretch, _),
        .arithmetic(let stretch, _), .array(let stretch, _):
        units.append(Unit(byte: nil, range: stretch.range, part: part))
      }
    }
  }

  private mutating func add(_ range: Range<Int>) {
    for offset in range { units.append(Unit(byte: source[offset], range: offset..<(offset + 1), part: part)) }
  }

  /// The bytes to delete so that the arguments go, each with one blank beside it; only where they
  /// stand as arguments of their own, outside the quotes that GRUB and the kernel read.
  func cuts(for arguments: [[UInt8]]) -> [(argument: [UInt8], range: Range<Int>)] {
    var cuts: [(argument: [UInt8], range: Range<Int>)] = []
    var quote: UInt8?
    var index = 0
    while index < units.count {
      let byte = units[index].byte
      if byte == Byte.backslash, quote != Byte.singleQuote {
        // GRUB takes what follows as it is: it opens and closes nothing.
        index += 1
      } else if let open = quote {
        if byte == open { quote = nil }
      } else if byte == Byte.doubleQuote || byte == Byte.singleQuote {
        quote = byte
      } else if index == 0 || isBlank(index - 1),
        let found = arguments.first(where: { matches($0, at: index) })
      {
        cuts.append((found, cut(index, found.count, after: cuts.last?.range.upperBound ?? 0)))
        index += found.count - 1
      }
      index += 1
    }
    return cuts
  }

  private func isBlank(_ index: Int) -> Bool { units[index].byte.map(isSpace) ?? false }

  private func matches(_ argument: [UInt8], at start: Int) -> Bool {
    let end = start + argument.count
    guard end <= units.count, end == units.count || isBlank(end) else { return false }
    return (start..<end).allSatisfy {
      units[$0].byte == argument[$0 - start] && units[$0].part == units[start].part
    }
  }

  /// The bytes of an argument with the blank before it, or, where that is missing or gone already,
  /// the one after it.
  private func cut(_ start: Int, _ count: Int, after lastCut: Int) -> Range<Int> {
    let last = start + count - 1
    let range = units[start].range.lowerBound..<units[last].range.upperBound
    if start > 0, isJoined(start - 1, start), units[start - 1].range.lowerBound >= lastCut {
      return units[start - 1].range.lowerBound..<range.upperBound
    }
    if last + 1 < units.count, isJoined(last, last + 1) {
      return range.lowerBound..<units[last + 1].range.upperBound
    }
    return range
  }

  private func isJoined(_ first: Int, _ second: Int) -> Bool {
    units[first].part == units[second].part && units[first].range.upperBound == units[second].range.lowerBound
  }
}
