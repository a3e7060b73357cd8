extension BootLoaderEvidence {
  /// The entries that the loader of a layout would show, resolved, the default's order first.
  package func entries(of layout: BootLayout) -> [BootEntry] {
    if layout.isClassic { return menuEntries(of: layout) }
    let entries = shownEntries(of: layout)
    guard layout.loader == .grub else { return entries.map { $0.literal(isForeign: !isOwn($0)) } }
    let value = grubVariables(of: layout)
    return entries.map { $0.resolved(isForeign: !isOwn($0), value: value) } + menuEntries(of: layout)
  }

  /// Those that stand in grub.cfg itself.
  package func menuEntries(of layout: BootLayout) -> [BootEntry] {
    config(of: layout)?.entries ?? []
  }

  /// The grub.cfg that the layout's GRUB reads.
  func config(of layout: BootLayout) -> GrubConfig? {
    (configs + espConfigs).first { $0.path == layout.configPath }
  }

  /// Files of this system's entries that the layout's loader reads.
  package func ownEntries(of layout: BootLayout) -> [LoaderEntry] {
    shownEntries(of: layout).filter(isOwn)
  }

  private func shownEntries(of layout: BootLayout) -> [LoaderEntry] {
    let folders = layout.entryFolders
    let shown = loaderEntries.filter { folders.isEmpty || folders.contains($0.folder) }
    return layout.loader == .systemdBoot
      ? shown.sorted { $0.precedes($1) } : shown.sorted { VersionOrder.isNewer($0.name, than: $1.name) }
  }

  /// grubenv's word on a variable, else the one that grub.cfg falls back to.
  package func grubVariables(of layout: BootLayout) -> (String) -> String? {
    let config = config(of: layout)
    return { name in
      grubEnvironment?.values[name] ?? config?.variables[name]
        ?? (name == "kernelopts" ? config?.variables["default_kernelopts"] : nil)
    }
  }

  // MARK: Whose entry

  /// Whether an entry boots this system: by the token that begins its name, else by the root that it
  /// mounts, else by its kernel.
  package func isOwn(_ entry: LoaderEntry) -> Bool {
    guard !entry.startsProgram, entry.kernel != nil else { return false }
    if entry.name.hasPrefix("ostree-") || hasToken(entry) { return true }
    let prefix = entry.name.utf8.prefix(32)
    if prefix.count == 32, prefix.allSatisfy(isHexDigit), loaderEntries.contains(where: hasToken) {
      return false
    }
    if let root = entry.parameters.last(where: { $0.name == "root" })?.value {
      let comparable = rootNames.filter { Self.form($0) == Self.form(root) }
      if !comparable.isEmpty { return comparable.contains(root) }
    }
    return kernelReleases.contains {
      entry.version == $0 || entry.name.hasSuffix($0) || entry.kernel?.hasSuffix($0) == true
    }
  }

  private func hasToken(_ entry: LoaderEntry) -> Bool {
    entryTokens.contains { entry.name == $0 || entry.name.hasPrefix($0 + "-") }
  }

  /// UUID, PARTUUID, LABEL, /dev/…: only names of one form tell apart.
  private static func form(_ root: String) -> String {
    root.hasPrefix("/") ? "/" : String(root.prefix { $0 != "=" })
  }

  // MARK: Settings

  /// The files that grub-mkconfig sources, as far as they count.
  package func defaultsFiles(dialect: ShellDialect) -> GrubDefaultsFiles? {
    defaults.map {
      GrubDefaultsFiles(
        main: $0, dropIns: configMaker?.readsDropIns == true ? dropIns : nil, dialect: shell ?? dialect)
    }
  }

  /// The literal value that etc/default/grub and its drop-ins give a variable; nil where it is unset or
  /// empty, which GRUB's scripts take for the same, or only a shell can tell.
  package func setting(_ name: StaticString) -> String? {
    guard let files = defaultsFiles(dialect: .bash), files.all.contains(where: { $0.bytes.contains(name) })
    else {
      return nil
    }
    let name = "\(name)"
    let reading = ShellReading(
      files.all.map(\.bytes), dialect: files.dialect, asking: [name], after: [name: .unset])
    guard let value = reading.variables[name]?.binding.value.bytes?.text, !value.isEmpty else { return nil }
    return value
  }
}

/// The order of entries in GRUB's and systemd-boot's menus: by version, the newest first.
enum VersionOrder {
  /// Runs of digits compare as numbers, the rest as text; a tilde is older than anything, also than the end.
  static func isNewer(_ one: String, than other: String) -> Bool {
    let (left, right) = (pieces(one), pieces(other))
    for (a, b) in zip(left, right) where a != b {
      if a == "~" || b == "~" { return b == "~" }
      if let x = UInt64(a), let y = UInt64(b) {
        if x != y { return x > y }
      } else {
        // A number is newer than a word: 6.1.1 than 6.1-rc1.
        let (isNumber, isOtherNumber) = (UInt64(a) != nil, UInt64(b) != nil)
        return isNumber == isOtherNumber ? a > b : isNumber
      }
    }
    let isLonger = left.count > right.count
    let next = isLonger ? left[right.count] : right.indices.contains(left.count) ? right[left.count] : nil
    return next == "~" ? !isLonger : isLonger
  }

  private static func pieces(_ text: String) -> [String] {
    var pieces: [String] = []
    var wasDigit: Bool?
    for byte in text.utf8 {
      let isDigit = Byte.isDigit(byte)
      let isWord = isDigit || Byte.isName(byte)
      if byte == UInt8(ascii: "~") { pieces.append("~") }
      if isWord, wasDigit == isDigit, let last = pieces.last {
        pieces[pieces.count - 1] = last + String(UnicodeScalar(byte))
      } else if isWord {
        pieces.append(String(UnicodeScalar(byte)))
      }
      wasDigit = isWord ? isDigit : nil
    }
    return pieces
  }
}
