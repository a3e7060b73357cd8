extension GrubDefaultsEdit {
  /// Adds kernel arguments to GRUB_CMDLINE_LINUX: afterwards its value is the old one, a blank, and
  /// the arguments that were missing, and nothing else differs.
  ///
  /// - Parameters:
  ///   - sourced: the values as a shell showed them, where one was asked; they count for more than
  ///     what reading tells.
  ///   - replacing: take out arguments that say the opposite. Without it they are a refusal.
  package static func adding(
    _ arguments: [String], to files: GrubDefaultsFiles, sourced: SourcedValues? = nil, replacing: Bool = false
  ) throws(GrubRefusal) -> GrubDefaultsEdit {
    var wanted: [BootArgument] = []
    for text in arguments {
      let argument = try BootArgument(adding: text)
      if !wanted.contains(argument) { wanted.append(argument) }
    }
    var adder = try GrubArgumentAdder(files, sourced: sourced)
    let conflicts = adder.conflicts(with: wanted)
    if !conflicts.isEmpty {
      guard replacing else { throw adder.refusal(of: conflicts, wanted: wanted) }
      let removal = try removing(conflicts, from: files, everywhere: true)
      let cleared = files.applying(removal)
      adder = try GrubArgumentAdder(cleared, sourced: nil)
      let left = adder.conflicts(with: wanted)
      guard left.isEmpty else { throw adder.refusal(of: left, wanted: wanted) }
      var edit = try adder.add(wanted)
      edit.changes = files.changes(to: cleared.applying(edit))
      edit.reason = removal.reason + " " + edit.reason
      return edit
    }
    return try adder.add(wanted)
  }
}

extension GrubDefaultsFiles {
  /// The files as they are after an edit.
  package func applying(_ edit: GrubDefaultsEdit) -> GrubDefaultsFiles { applying(edit.changes) }

  /// The files as they are after changes.
  package func applying(_ changes: [GrubDefaultsEdit.Change]) -> GrubDefaultsFiles {
    var files = self
    for change in changes {
      if change.path == Self.mainPath {
        files.main = change.after ?? []
      } else {
        files.dropIns?.removeAll { $0.path == change.path }
        if let after = change.after {
          files.dropIns?.append(GrubDefaultsFile(path: change.path, bytes: after))
          files.dropIns?.sort { Array($0.path.utf8).lexicographicallyPrecedes(Array($1.path.utf8)) }
        }
      }
    }
    return files
  }

  /// What leads from these files to the others.
  func changes(to other: GrubDefaultsFiles) -> [GrubDefaultsEdit.Change] {
    var changes: [GrubDefaultsEdit.Change] = []
    if main != other.main { changes.append(.init(path: Self.mainPath, before: main, after: other.main)) }
    let (before, after) = (dropIns ?? [], other.dropIns ?? [])
    for path in Set(before.map(\.path) + after.map(\.path)).sorted() {
      let (old, new) = (before.first { $0.path == path }?.bytes, after.first { $0.path == path }?.bytes)
      if old != new { changes.append(.init(path: path, before: old, after: new)) }
    }
    return changes
  }
}

/// Finds the place for arguments in one set of files.
struct GrubArgumentAdder {
  let files: GrubDefaultsFiles
  let reading: GrubDefaultsReading
  let linux: ShellBinding
  let linuxDefault: ShellBinding

  /// The longest command line that x86 and ARM take (COMMAND_LINE_SIZE, with its NUL).
  static let lengthLimit = 2047

  init(_ files: GrubDefaultsFiles, sourced: SourcedValues?) throws(GrubRefusal) {
    self.files = files
    reading = try GrubDefaultsReading(files)
    linux = sourced.map { Self.binding($0.linux) } ?? reading.presumedLinux
    linuxDefault = sourced.map { Self.binding($0.linuxDefault) } ?? reading.presumedLinuxDefault
  }

  private static func binding(_ bytes: [UInt8]?) -> ShellBinding {
    bytes.map { .value(ShellValue($0)) } ?? .unset
  }

  /// Arguments in the files that say the opposite of a wanted one.
  func conflicts(with wanted: [BootArgument]) -> [String] {
    let present = reading.arguments(of: linux) + reading.arguments(of: linuxDefault)
    var seen: Set<String> = []
    return present.filter { parameter in
      seen.insert(parameter.text).inserted && wanted.contains { $0.contradicts(parameter) }
    }
    .map(\.text)
  }

  func refusal(of conflicts: [String], wanted: [BootArgument]) -> GrubRefusal {
    let place = conflicts.lazy.compactMap { reading.place(of: $0) }.first
    return GrubRefusal(
      .conflict, path: place.map(reading.path) ?? GrubDefaultsFiles.mainPath,
      at: place.flatMap(reading.position),
      "\(conflicts.joined(separator: " ")) stands there already and contradicts "
        + "\(wanted.map(\.text).joined(separator: " ")). Nothing is replaced unasked.")
  }

  func add(_ wanted: [BootArgument]) throws(GrubRefusal) -> GrubDefaultsEdit {
    let present = reading.arguments(of: linux).map(\.text) + ownLastArguments
    let missing = wanted.filter { !present.contains($0.text) }
    guard !missing.isEmpty else {
      return GrubDefaultsEdit(
        changes: [], place: .nothing, reason: "All of it is in GRUB_CMDLINE_LINUX already.", arguments: [],
        unproven: reading.unproven, isOpaque: reading.isOpaque)
    }
    try checkThatTheEndCounts(adding: missing)
    return try place(missing)
  }

  /// The arguments of our own line, where that still has the last word: they count even where an
  /// unknown value before them makes the whole hard to split.
  private var ownLastArguments: [String] {
    guard let lastWord = reading.reading.variables[GrubDefaultsReading.linux]?.lastWord else { return [] }
    return reading.markedLine(script: lastWord.place.script, word: lastWord.word)?.arguments ?? []
  }

  /// Refuses values behind which arguments would not reach the kernel.
  private func checkThatTheEndCounts(adding missing: [BootArgument]) throws(GrubRefusal) {
    let place = reading.placeOfLastValue
    let path = place.map(reading.path) ?? GrubDefaultsFiles.mainPath
    guard !linux.value.isTooLong else {
      throw GrubRefusal(
        .withoutEffect, path: path, at: place.flatMap(reading.position),
        "GRUB_CMDLINE_LINUX is more than \(ShellValue.lengthLimit) bytes long; the kernel reads \(Self.lengthLimit)."
      )
    }
    guard let value = linux.value.bytes else { return }
    if let obstacle = GrubCommandText.obstacle(in: value) {
      throw GrubRefusal(
        .withoutEffect, path: path, at: place.flatMap(reading.position),
        "What is added to GRUB_CMDLINE_LINUX would not reach the kernel: \(obstacle). Mend that first.")
    }
    let length = missing.reduce(value.count) { $0 + $1.text.utf8.count + 1 }
    guard length <= Self.lengthLimit else {
      throw GrubRefusal(
        .withoutEffect, path: path, at: place.flatMap(reading.position),
        "GRUB_CMDLINE_LINUX would be \(length) bytes long; the kernel reads \(Self.lengthLimit).")
    }
  }
}
