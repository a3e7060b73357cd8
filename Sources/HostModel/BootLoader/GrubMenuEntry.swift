/// A menu entry of grub.cfg with its text, as grub-mkconfig writes it: the way to copy one.
package struct GrubMenuEntry: Sendable, Equatable {
  package var title: String
  /// The script of grub.d that wrote it: 10_linux.
  package var script: String
  /// `--class …`, `--unrestricted` between title and brace, without its id.
  package var options: [String]
  /// The lines between the braces, without what indents them.
  package var body: [[UInt8]]

  package init(title: String, script: String, options: [String], body: [[UInt8]]) {
    self.title = title
    self.script = script
    self.options = options
    self.body = body
  }

  /// All entries of a grub.cfg, in its order.
  package static func all(in config: [UInt8]) -> [GrubMenuEntry] {
    var entries: [GrubMenuEntry] = []
    var script = ""
    var open: GrubMenuEntry?
    var depth = 0
    for line in config.lines.map(\.trimmed) {
      if open != nil {
        if line.last == Byte.leftBrace { depth += 1 }
        if line.elementsEqual([Byte.rightBrace]) { depth -= 1 }
        if depth > 0 {
          if !line.isEmpty { open?.body.append(Array(line)) }
        } else {
          if let open { entries.append(open) }
          open = nil
        }
      } else if line.starts(with: "### BEGIN ".utf8) {
        script = line.words.dropFirst(2).first?.split(separator: UInt8(ascii: "/")).last?.text ?? ""
      } else if line.starts(with: "menuentry ".utf8), line.last == Byte.leftBrace {
        open = GrubMenuEntry(header: line, script: script)
        depth = 1
      }
    }
    return entries
  }

  private init(header: ArraySlice<UInt8>, script: String) {
    let rest = header.drop { !isSpace($0) }.trimmed
    let quote = rest.first ?? 0
    let isQuoted = quote == Byte.singleQuote || quote == Byte.doubleQuote
    let name = isQuoted ? rest.dropFirst().prefix { $0 != quote } : rest.prefix { !isSpace($0) }
    let words = rest.dropFirst(name.count + (isQuoted ? 2 : 0)).words.map(\.text)
    var options: [String] = []
    for (index, word) in words.enumerated() {
      if word == "--unrestricted" { options.append(word) }
      if word == "--class", index + 1 < words.count { options += [word, words[index + 1]] }
    }
    self.init(title: name.text, script: script, options: options, body: [])
  }

  /// The place in `body` of the line that loads the kernel.
  package var kernelLine: Int? {
    body.firstIndex { ["linux", "linux16", "linuxefi"].contains($0.prefix { !isSpace($0) }.text) }
  }

  /// Whether it hands over to another loader or to a kernel that is not Linux.
  package var startsOtherSystem: Bool {
    let commands = [
      "chainloader", "ntldr", "multiboot", "multiboot2", "xnu_kernel64", "kfreebsd", "knetbsd", "kopenbsd",
    ]
    return !script.holds("linux") && body.contains { commands.contains($0.prefix { !isSpace($0) }.text) }
  }

  /// The entry as the loader resolves it; nil when it loads no kernel of this system.
  package var resolved: BootEntry? {
    guard let kernelLine else { return nil }
    let text = Array("menuentry x {\n".utf8) + body[kernelLine] + [Byte.newline]
    var entry = GrubConfig(text, path: "").entries.first
    entry?.title = title
    entry?.isForeign = script.contains("os-prober")
    return entry
  }
}
