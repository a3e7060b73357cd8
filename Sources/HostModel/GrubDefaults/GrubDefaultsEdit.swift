/// A change to the files that grub-mkconfig sources, computed and not yet made.
package struct GrubDefaultsEdit: Sendable, Equatable {
  /// One file's new content.
  package struct Change: Sendable, Equatable {
    package var path: String
    /// Nil: the file is not there.
    package var before: [UInt8]?
    package var after: [UInt8]?

    package init(path: String, before: [UInt8]?, after: [UInt8]?) {
      self.path = path
      self.before = before
      self.after = after
    }
  }

  package enum Place: String, Sendable {
    /// Everything is as asked for already.
    case nothing
    /// Inside the quotes of the assignment that has the last word.
    case insideQuotes = "inside-quotes"
    /// Inside the line that this program added before.
    case markedLine = "marked-line"
    /// A new marked line at the end of the file.
    case appendedLine = "appended-line"
    /// A drop-in of our own.
    case ownDropIn = "own-drop-in"
    /// Arguments were taken out where they stood.
    case takenOut = "taken-out"
  }

  package var changes: [Change]
  package var place: Place
  /// Which way was chosen and why, as full sentences.
  package var reason: String
  /// The arguments that are added, or taken out; those asked for that need no change are not in it.
  package var arguments: [String]
  /// What only a shell can tell of the files as they are, as clauses.
  package var unproven: [String]
  /// Whether the files do what may set any variable in a way that reading cannot follow.
  package var isOpaque: Bool
}

/// Names under which the own drop-in sorts last: the second only where something sorts after the first.
let ownDropInNames = ["99-passthru-doctor.cfg", "zz-passthru-doctor.cfg"]

let ownDropInHeader = Array(
  "# Kernel arguments added by passthru-doctor; \"passthru-doctor kargs remove\" takes them out again.\n".utf8
)

func isOwnDropIn(_ path: String) -> Bool {
  ownDropInNames.contains { path == GrubDefaultsFiles.dropInDirectory + "/" + $0 }
}

extension GrubDefaultsReading {
  /// Our own line that a variable's assignment stands in; nil for other lines.
  func markedLine(script: Int, word: ShellWord) -> MarkedLine? {
    guard files.indices.contains(script) else { return nil }
    return MarkedLine(holding: word.range, in: files[script].bytes)
  }

  /// Where an argument stands in an assignment; nil where it comes from elsewhere.
  func place(of argument: String) -> ShellPlace? {
    for name in [Self.linux, Self.linuxDefault] {
      for (script, word) in (reading.variables[name]?.assignedWords ?? []).reversed() {
        let cuts = WordText(word, in: files[script].bytes).cuts(for: [Array(argument.utf8)])
        guard let cut = cuts.last else { continue }
        let isBlankFirst = cut.range.first.map { isSpace(files[script].bytes[$0]) } ?? false
        return ShellPlace(script: script, offset: cut.range.lowerBound + (isBlankFirst ? 1 : 0))
      }
    }
    return nil
  }

  /// The value of the last assignment to GRUB_CMDLINE_LINUX.
  var placeOfLastValue: ShellPlace? {
    reading.variables[Self.linux]?.assignedWords.last.map {
      ShellPlace(script: $0.script, offset: $0.word.range.lowerBound)
    }
  }

  /// Arguments that are certainly in the value.
  func arguments(of binding: ShellBinding) -> [KernelParameter] {
    binding.value.stretches.flatMap { stretch -> [KernelParameter] in
      var bytes = stretch.bytes[...]
      if !stretch.beginsWord { bytes = bytes.drop { !isSpace($0) } }
      if !stretch.endsWord {
        guard let lastBlank = bytes.lastIndex(where: isSpace) else { return [] }
        bytes = bytes[...lastBlank]
      }
      return KernelCommandLine(parsing: bytes).parameters
    }
  }
}
