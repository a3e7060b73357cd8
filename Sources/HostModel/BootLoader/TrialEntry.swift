/// Finds the entry that started the running kernel, and makes the trial's entry of it.
package struct TrialEntry: Sendable, Equatable {
  /// The entry as it is now.
  package var source: GrubMenuEntry
  /// The arguments of the source, as the loader resolves them.
  package var arguments: [String]

  /// Nil when no entry of this system loads the running kernel. Without a running kernel (another root), the
  /// first entry is taken, which is what boots by default.
  package init?(config: [UInt8], loaderEntries: [LoaderEntry], running: KernelCommandLine?) {
    let all = GrubMenuEntry.all(in: config) + loaderEntries.compactMap { GrubMenuEntry($0, config: config) }
    let own = all.compactMap { entry in
      entry.resolved.flatMap { $0.isForeign ? nil : (entry: entry, boot: $0) }
    }
    let image = running?.parameters.first { $0.name == "BOOT_IMAGE" }?.value.map(Self.withoutDevice)
    let candidates = own.filter { image == nil || $0.boot.kernel.map(Self.withoutDevice) == image }
    let best =
      candidates.first { candidate in
        running.map { BootTrial.isRunning(candidate.boot.arguments, on: $0) } ?? true
      }
      ?? candidates.first { !$0.boot.arguments.contains("single") && !$0.boot.arguments.contains("recovery") }
    guard let best else { return nil }
    source = best.entry
    arguments = best.boot.arguments
  }

  /// `(hd0,gpt2)/vmlinuz` -> `/vmlinuz`.
  private static func withoutDevice(_ path: String) -> String {
    path.first == "(" ? String(path.drop { $0 != ")" }.dropFirst()) : path
  }

  /// The entry with more arguments at the end of its kernel's line. What would make GRUB remember this boot is
  /// left out: the boot after is the usual one.
  package func adding(_ arguments: [String]) -> GrubMenuEntry {
    var entry = source
    if let line = entry.kernelLine {
      entry.body[line] += (" " + arguments.joined(separator: " ")).utf8
    }
    entry.body.removeAll { $0.elementsEqual("savedefault".utf8) || $0.elementsEqual("recordfail".utf8) }
    return entry
  }
}

extension GrubMenuEntry {
  /// An entry of the Boot Loader Specification as GRUB's blscfg would run it. Nil when grub.cfg does not tell on
  /// which file system kernels are.
  fileprivate init?(_ entry: LoaderEntry, config: [UInt8]) {
    func value(_ key: String) -> [String] {
      entry.bytes.lines.map(\.trimmed).filter { $0.prefix { !isSpace($0) }.text == key }
        .map { $0.dropFirst(key.utf8.count).trimmed.text }
    }
    guard let kernel = entry.kernel, let access = Self.access(in: config) else { return nil }
    var body = access + ["linux \(kernel) \(entry.options)"]
    let initrds = value("initrd")
    if !initrds.isEmpty { body.append("initrd " + initrds.joined(separator: " ")) }
    self.init(
      title: entry.title, script: "10_linux", options: ["--unrestricted"], body: body.map { Array($0.utf8) })
  }

  /// How 10_linux found the file system with the kernels: the modules that it takes, and its first
  /// `search --fs-uuid --set=root` without hints.
  private static func access(in config: [UInt8]) -> [String]? {
    var isLinux = false
    var lines: [String] = []
    for line in config.lines.map(\.trimmed) {
      if line.starts(with: "### BEGIN ".utf8) { isLinux = line.text.hasSuffix("/10_linux ###") }
      guard isLinux else { continue }
      if line.starts(with: "insmod ".utf8) { lines.append(line.text) }
      guard line.starts(with: "search ".utf8) else { continue }
      let words = line.words.map(\.text)
      let hasHint = words.contains { $0.hasPrefix("--hint") }
      if words.contains("--fs-uuid"), words.contains("--set=root"), !hasHint { return lines + [line.text] }
    }
    return nil
  }
}
