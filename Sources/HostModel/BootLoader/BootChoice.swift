/// Which entry boots when nobody touches the menu: its arguments are the ones that count.
package struct BootChoice: Sendable, Equatable {
  /// The index of the entry that boots as a rule. Nil: one that starts no kernel, or none.
  package var usual: Int?
  /// The index of the entry that the next boot takes instead, once; nil where it takes the usual one.
  package var once: Int?

  package init(usual: Int? = nil, once: Int? = nil) {
    self.usual = usual
    self.once = once
  }

  package var next: Int? { once ?? usual }
}

/// A step into a boot menu: the entry itself, or a submenu around it.
package struct MenuStep: Sendable, Equatable {
  /// Counted from 0 among all that stands beside it.
  package var index: Int
  package var title: String
  /// What `--id` says.
  package var identifier: String?

  /// Whether a part of GRUB's `default` names it: by number, else by id or title.
  fileprivate func isNamed(_ name: some StringProtocol) -> Bool {
    if let number = Int(name) { return index == number }
    return title == name || identifier.map { $0 == name } ?? false
  }
}

extension BootLoaderEvidence {
  /// What the loader of a layout chooses by itself among its entries.
  package func choice(of entries: [BootEntry], _ layout: BootLayout) -> BootChoice {
    switch layout.loader {
    case .grub: grubChoice(entries, layout)
    case .systemdBoot: systemdBootChoice(entries)
    case .other, .unknown: BootChoice()
    }
  }

  // MARK: GRUB

  /// `default` of grub.cfg, with what grubenv says of `saved_entry`; `next_entry` before it, for one boot.
  private func grubChoice(_ entries: [BootEntry], _ layout: BootLayout) -> BootChoice {
    guard let config = config(of: layout) else { return BootChoice(usual: entries.isEmpty ? nil : 0) }
    let values = grubEnvironment?.values ?? [:]
    let loaderEntries = entries.filter { $0.menuPath.isEmpty }
    // Those of loader/entries come first, as blscfg's script runs before what is written by hand.
    let menu =
      loaderEntries.enumerated().map { [MenuStep(index: $0, title: $1.title, identifier: $1.identifier)] }
      + config.menu.map { shifted($0, by: loaderEntries.count) }
    func index(_ name: String) -> Int? {
      guard let path = Self.place(of: name, in: menu) else { return nil }
      if path.count == 1, let first = path.first, loaderEntries.indices.contains(first.index) {
        return entries.firstIndex { $0.menuPath.isEmpty && $0 == loaderEntries[first.index] }
      }
      return entries.firstIndex {
        !$0.menuPath.isEmpty && shifted($0.menuPath, by: loaderEntries.count) == path
      }
    }
    let usual = GrubWords.expanding(config.defaultEntry ?? "0") { name in
      let previous = values["prev_saved_entry"] ?? ""
      return name == "saved_entry" && !previous.isEmpty ? previous : values[name]
    }
    let next = config.honoursNextEntry ? grubEnvironment?.nextEntry : nil
    return BootChoice(usual: index(usual), once: next.flatMap { index($0) })
  }

  private func shifted(_ path: [MenuStep], by count: Int) -> [MenuStep] {
    guard var first = path.first else { return path }
    first.index += count
    return [first] + path.dropFirst()
  }

  /// What GRUB makes of a name or of `submenu>entry`: where a part of it names nothing, the first one there.
  private static func place(of name: String, in menu: [[MenuStep]]) -> [MenuStep]? {
    var names = name.split(separator: ">", omittingEmptySubsequences: true)[...]
    var rest = menu
    var depth = 0
    while !rest.isEmpty {
      let wanted = names.popFirst()
      let steps = rest.compactMap { $0.indices.contains(depth) ? $0[depth] : nil }
      guard let step = steps.first(where: { step in wanted.map { step.isNamed($0) } ?? false }) ?? steps.first
      else { return nil }
      rest = rest.filter { $0.indices.contains(depth) && $0[depth] == step }
      depth += 1
      if let only = rest.first, only.count == depth { return only }
    }
    return nil
  }

  // MARK: systemd-boot

  /// The variables in which systemd keeps a choice (Boot Loader Interface), then `default` of loader.conf, then
  /// the first entry.
  private func systemdBootChoice(_ entries: [BootEntry]) -> BootChoice {
    func index(_ pattern: String?) -> Int? {
      guard let pattern, !pattern.isEmpty else { return nil }
      let wanted = pattern == "@saved" ? loaderVariables["LoaderEntryLastBooted"] ?? "" : pattern
      return entries.firstIndex { entry in
        let name = entry.identifier ?? ""
        return Glob(wanted).matches(name) || Glob(wanted).matches(name + ".conf")
      }
    }
    let usual = index(loaderVariables["LoaderEntryDefault"]) ?? index(loaderDefault)
    return BootChoice(
      usual: usual ?? (entries.isEmpty ? nil : 0), once: index(loaderVariables["LoaderEntryOneShot"]))
  }
}

/// A pattern of fnmatch(3) as loader.conf takes it: `*`, `?` and lists in brackets.
struct Glob {
  private let pattern: [UInt8]

  init(_ pattern: String) { self.pattern = Array(pattern.utf8) }

  func matches(_ text: String) -> Bool { Self.matches(pattern[...], Array(text.utf8)[...]) }

  /// Only the last star is gone back to: what those before it took need not change.
  private static func matches(_ pattern: ArraySlice<UInt8>, _ text: ArraySlice<UInt8>) -> Bool {
    var (pattern, text) = (pattern, text)
    var star: (after: ArraySlice<UInt8>, at: ArraySlice<UInt8>)?
    while true {
      if pattern.first == UInt8(ascii: "*") {
        pattern.removeFirst()
        star = (pattern, text)
      } else if pattern.isEmpty && text.isEmpty {
        return true
      } else if let byte = text.first, let rest = afterTaking(byte, pattern) {
        (pattern, text) = (rest, text.dropFirst())
      } else if let (after, at) = star, !at.isEmpty {
        star = (after, at.dropFirst())
        (pattern, text) = (after, at.dropFirst())
      } else {
        return false
      }
    }
  }

  /// The pattern after its first sign, if that takes the byte.
  private static func afterTaking(_ byte: UInt8, _ pattern: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    guard let sign = pattern.first else { return nil }
    let rest = pattern.dropFirst()
    switch sign {
    case UInt8(ascii: "?"): return rest
    case Byte.leftBracket:
      // A bracket right behind the first is one of the list.
      guard let end = rest.dropFirst().firstIndex(of: UInt8(ascii: "]")), holds(rest[..<end], byte) else {
        return nil
      }
      return rest[(end + 1)...]
    default: return sign == byte ? rest : nil
    }
  }

  /// `abc`, `0-9`, `!x`.
  private static func holds(_ list: ArraySlice<UInt8>, _ byte: UInt8) -> Bool {
    let isNegated = list.first == UInt8(ascii: "!") || list.first == UInt8(ascii: "^")
    var rest = list.dropFirst(isNegated ? 1 : 0)
    var isFound = false
    while let first = rest.popFirst() {
      if rest.first == UInt8(ascii: "-"), let last = rest.dropFirst().first {
        rest = rest.dropFirst(2)
        isFound = isFound || (first <= byte && byte <= last)
      } else {
        isFound = isFound || first == byte
      }
    }
    return isFound != isNegated
  }
}
