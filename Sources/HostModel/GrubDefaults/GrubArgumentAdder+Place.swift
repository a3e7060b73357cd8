extension GrubArgumentAdder {
  /// The place that leaves the user's files the most alone.
  func place(_ missing: [BootArgument]) throws(GrubRefusal) -> GrubDefaultsEdit {
    let variable = reading.reading.variables[GrubDefaultsReading.linux]
    let lastWord = isAsRead ? variable?.lastWord.flatMap { isSurelyReached($0) ? $0 : nil } : nil
    if let lastWord {
      if let line = reading.markedLine(script: lastWord.place.script, word: lastWord.word) {
        return insert(
          missing, at: line.argumentRange.upperBound, separated: !line.argumentRange.isEmpty,
          in: lastWord.place.script,
          .markedLine,
          "The line that passthru-doctor added before is still the last word on GRUB_CMDLINE_LINUX.")
      }
      if let literal = lastWord.literal, literal.quote != .none, lastWord.place.script == 0 {
        let line = reading.position(of: lastWord.place)?.line ?? 0
        return insert(
          missing, at: literal.content.upperBound, separated: !isEmptyValue(literal), in: 0, .insideQuotes,
          "Line \(line) has the last word on GRUB_CMDLINE_LINUX and is one plain literal, so the arguments go "
            + "inside its quotes.")
      }
    }
    let reason =
      isAsRead
      ? reasonAgainstQuotes(variable, lastWord)
      : "the shell finds another value of GRUB_CMDLINE_LINUX than the last assignment seems to give"
    try checkThatALineCounts(variable)
    return try files.dropIns == nil ? appendToMain(missing, reason) : addDropIn(missing, reason)
  }

  /// Whether a shell, where one was asked, found what reading tells.
  private var isAsRead: Bool {
    guard let read = reading.presumedLinux.value.bytes else { return true }
    return read == linux.value.bytes
  }

  /// Nothing before the assignment may end the script or the shell.
  private func isSurelyReached(_ word: ShellReading.LastWord) -> Bool {
    !reading.reading.hazards.contains {
      ($0.kind == .mayEndShell || $0.kind == .mayEndScript && $0.place.script == word.place.script)
        && $0.place.isBefore(word.place)
    }
  }

  private func isEmptyValue(_ literal: ShellReading.Literal) -> Bool {
    var text = files.main[literal.content]
    // A continuation line inside double quotes is no part of the value.
    while literal.quote == .double, text.starts(with: [Byte.backslash, Byte.newline]) {
      text = text.dropFirst(2)
    }
    return text.isEmpty
  }

  private func insert(
    _ missing: [BootArgument], at offset: Int, separated: Bool, in script: Int,
    _ place: GrubDefaultsEdit.Place,
    _ reason: String
  ) -> GrubDefaultsEdit {
    let file = reading.files[script]
    var bytes = file.bytes
    let text = (separated ? " " : "") + missing.map(\.text).joined(separator: " ")
    bytes.insert(contentsOf: text.utf8, at: offset)
    return edit(.init(path: file.path, before: file.bytes, after: bytes), missing, place, reason)
  }

  private func edit(
    _ change: GrubDefaultsEdit.Change, _ missing: [BootArgument], _ place: GrubDefaultsEdit.Place,
    _ reason: String
  ) -> GrubDefaultsEdit {
    GrubDefaultsEdit(
      changes: [change], place: place, reason: reason, arguments: missing.map(\.text),
      unproven: reading.unproven, isOpaque: reading.isOpaque)
  }

  private func reasonAgainstQuotes(
    _ variable: ShellReading.Variable?, _ lastWord: ShellReading.LastWord?
  ) -> String {
    if let lastWord {
      if lastWord.place.script > 0 {
        return "/\(reading.path(of: lastWord.place)) has the last word on GRUB_CMDLINE_LINUX"
      }
      if lastWord.literal?.quote == ShellReading.Literal.Quote.none {
        return "the last value of GRUB_CMDLINE_LINUX stands without quotes"
      }
      return "the last value of GRUB_CMDLINE_LINUX is not one plain literal"
    }
    guard let variable, let (reason, place) = variable.obstacle, let position = reading.position(of: place)
    else {
      return "nothing sets GRUB_CMDLINE_LINUX"
    }
    return "GRUB_CMDLINE_LINUX cannot be changed where it is set (/\(reading.path(of: place)), \(position): "
      + "\(reason))"
  }

  // MARK: Lines of our own

  /// Refuses where a line after all others would not be run, or would fail.
  private func checkThatALineCounts(_ variable: ShellReading.Variable?) throws(GrubRefusal) {
    if let place = variable?.readOnlyAt {
      throw GrubRefusal(
        .unsafe, path: reading.path(of: place), at: reading.position(of: place),
        "GRUB_CMDLINE_LINUX is made read-only here, and its value is not one plain literal. Edit it by hand.")
    }
    for hazard in reading.reading.hazards {
      let ends =
        hazard.kind == .mayEndShell
        || hazard.kind == .mayEndScript && files.dropIns == nil && hazard.place.script == 0
      if ends {
        throw GrubRefusal(
          .withoutEffect, path: reading.path(of: hazard.place), at: reading.position(of: hazard.place),
          "\"\(hazard.subject)\" may keep later lines from being read, so a line added at the end may not count. "
            + "Edit the file by hand.")
      }
    }
  }

  private func appendToMain(_ missing: [BootArgument], _ reason: String) throws(GrubRefusal)
    -> GrubDefaultsEdit
  {
    try checkThatTheEndIsFree(script: 0)
    return edit(
      .init(
        path: GrubDefaultsFiles.mainPath, before: files.main,
        after: files.main + MarkedLine.text(missing, after: reading.scripts[0])),
      missing, .appendedLine, sentence("One marked line goes to the end of the file, because \(reason)"))
  }

  /// Refuses files whose end would swallow an appended line.
  private func checkThatTheEndIsFree(script: Int) throws(GrubRefusal) {
    let (file, script) = (reading.files[script], reading.scripts[script])
    if let open = script.openHereDocument {
      throw GrubRefusal(
        .unsafe, path: file.path, at: script.position(of: open),
        "The here-document that begins here has no end, so what is appended would become its text.")
    }
    if script.endsInBackslash {
      throw GrubRefusal(
        .unsafe, path: file.path, at: script.position(of: file.bytes.count - 1),
        "The file ends in a backslash, which would join an appended line to the last one.")
    }
  }

  private func addDropIn(_ missing: [BootArgument], _ reason: String) throws(GrubRefusal) -> GrubDefaultsEdit
  {
    let path = try dropInPath()
    let why = sentence("A drop-in of our own leaves the other files alone; \(reason)")
    guard let index = reading.files.firstIndex(where: { $0.path == path }) else {
      let header = ShellScript(ownDropInHeader, dialect: files.dialect)
      let bytes = ownDropInHeader + MarkedLine.text(missing, after: header)
      return edit(.init(path: path, before: nil, after: bytes), missing, .ownDropIn, why)
    }
    try checkThatTheEndIsFree(script: index)
    let bytes = reading.files[index].bytes
    return edit(
      .init(
        path: path, before: bytes, after: bytes + MarkedLine.text(missing, after: reading.scripts[index])),
      missing,
      .ownDropIn,
      why)
  }

  /// The first of our names after which no drop-in has anything to do with GRUB_CMDLINE_LINUX.
  private func dropInPath() throws(GrubRefusal) -> String {
    let mentioning = reading.reading.variables[GrubDefaultsReading.linux]?.mentioningScripts ?? []
    let later = mentioning.filter { $0 > 0 }.map { reading.files[$0].path }
    for name in ownDropInNames {
      let path = GrubDefaultsFiles.dropInDirectory + "/" + name
      // By bytes, as dash sorts, and by letters, as bash does in most languages.
      let isLast = later.allSatisfy { other in
        other == path
          || Array(other.utf8).lexicographicallyPrecedes(Array(path.utf8))
            && collated(other).lexicographicallyPrecedes(collated(path))
      }
      if isLast { return path }
    }
    throw GrubRefusal(
      .withoutEffect, path: later.last,
      "This drop-in sets GRUB_CMDLINE_LINUX after every name that passthru-doctor's own could have. Add the "
        + "arguments there by hand.")
  }

  private func collated(_ path: String) -> [UInt8] {
    path.utf8.filter { Byte.isName($0) && $0 != 0x5f }.map { (0x41...0x5a).contains($0) ? $0 + 0x20 : $0 }
  }
}
