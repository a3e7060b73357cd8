/// A boot entry of the Boot Loader Specification: loader/entries/NAME.conf.
package struct LoaderEntry: Sendable, Equatable {
  package var path: String
  package var bytes: [UInt8]
  package var title: String
  /// What `linux` names; nil where the entry starts something else.
  package var kernel: String?
  package var version: String?
  /// What entries are sorted by before their versions: the system's name.
  package var sortKey: String?
  package var machineID: String?
  /// Whether it starts an EFI program that is no kernel: another system's loader.
  package var startsProgram: Bool
  /// The text after `options`; several such lines are joined, as the specification says.
  package var options: String

  package init(_ bytes: [UInt8], path: String) {
    self.path = path
    self.bytes = bytes
    title = ""
    startsProgram = false
    options = ""
    for line in bytes.lines {
      let line = line.trimmed
      guard line.first != Byte.hash else { continue }
      let key = line.prefix { !isSpace($0) }
      let value = line.dropFirst(key.count).trimmed.text
      switch key.text {
      case "title": title = value
      case "version": version = value
      case "sort-key": sortKey = value
      case "machine-id": machineID = value
      case "linux", "uki": kernel = value
      case "efi": startsProgram = true
      case "options": options += options.isEmpty ? value : " " + value
      default: break
      }
    }
    if title.isEmpty { title = name }
  }

  /// The file's name without `.conf`, which saved_entry takes.
  package var name: String {
    let file = path.split(separator: "/").last.map(String.init) ?? path
    return file.hasSuffix(".conf") ? String(file.dropLast(5)) : file
  }

  /// The folder that it stands in.
  package var folder: String { path.split(separator: "/").dropLast().joined(separator: "/") }

  /// Whether systemd-boot shows it before another one (Boot Loader Specification, "Sorting"): one whose tries are
  /// used up stands last.
  func precedes(_ other: LoaderEntry) -> Bool {
    if hasFailed != other.hasFailed { return other.hasFailed }
    guard (sortKey == nil) == (other.sortKey == nil) else { return sortKey != nil }
    if let sortKey, let otherKey = other.sortKey {
      if sortKey != otherKey { return sortKey < otherKey }
      let (machine, otherMachine) = (machineID ?? "", other.machineID ?? "")
      if machine != otherMachine { return machine < otherMachine }
      let (version, otherVersion) = (version ?? "", other.version ?? "")
      if version != otherVersion { return VersionOrder.isNewer(version, than: otherVersion) }
    }
    return VersionOrder.isNewer(name, than: other.name)
  }

  /// `NAME+0` and `NAME+0-3`: no try is left.
  private var hasFailed: Bool {
    name.split(separator: "+").dropFirst().last.map { $0 == "0" || $0.hasPrefix("0-") } ?? false
  }

  package var parameters: [KernelParameter] { KernelCommandLine(parsing: options.utf8).parameters }

  /// An image of the distribution's that does without this host's own drivers.
  package var isRescue: Bool { name.holds("rescue") || kernel?.holds("rescue") == true }

  /// Whether its arguments come from grubenv.
  package var usesKernelOptions: Bool { options.holds("$kernelopts") || options.holds("${kernelopts}") }

  /// The entry's file with the change of its own arguments; those that grubenv holds are left to it.
  package func applying(_ edit: ArgumentEdit) throws(GrubRefusal) -> [UInt8] {
    let ranges = optionRanges
    guard let last = ranges.last else {
      let line = try edit.applied(to: [], in: path)
      guard !line.isEmpty else { return bytes }
      let start = bytes.last.map { $0 == Byte.newline } ?? true ? [] : [Byte.newline]
      return bytes + start + "options ".utf8 + line + [Byte.newline]
    }
    var result = bytes
    for range in ranges.reversed() {
      let others = ranges.filter { $0 != range }.flatMap { KernelCommandLine(parsing: bytes[$0]).parameters }
      var part = edit
      if range != last || usesKernelOptions {
        part.removing +=
          edit.isReplacing ? others.filter { own in edit.adding.contains { $0.contradicts(own) } } : []
        part.adding = []
      }
      let new = try part.applied(to: Array(bytes[range]), besides: others, in: path)
      result.replaceSubrange(range, with: new)
    }
    return result
  }

  /// The values of the `options` lines.
  private var optionRanges: [Range<Int>] {
    var ranges: [Range<Int>] = []
    var start = 0
    while start < bytes.count {
      let end = bytes[start...].firstIndex(of: Byte.newline) ?? bytes.count
      let line = bytes[start..<end]
      let text = line.drop(while: isSpace)
      if text.starts(with: "options".utf8), let blank = text.dropFirst(7).first, isSpace(blank) {
        let value = text.dropFirst(7).drop(while: isSpace)
        ranges.append((value.isEmpty ? end : value.startIndex)..<end)
      }
      start = end + 1
    }
    return ranges
  }

  /// As GRUB's blscfg resolves it: variables first, then its quoting.
  func resolved(isForeign: Bool, value: @escaping (String) -> String?) -> BootEntry {
    let expanded = GrubWords.expanding(options, value: value)
    return entry(GrubWords.commandLine(GrubWords.split(expanded.utf8) { _ in nil }), isForeign: isForeign)
  }

  /// As systemd-boot takes it: the text as it stands.
  func literal(isForeign: Bool) -> BootEntry { entry(Array(options.utf8), isForeign: isForeign) }

  private func entry(_ line: [UInt8], isForeign: Bool) -> BootEntry {
    BootEntry(
      title: title, identifier: name, kernel: kernel, file: path,
      arguments: KernelCommandLine(parsing: line).parameters.map(\.text), isForeign: isForeign)
  }
}
