/// The text form of what was seen of kernel modules, for recorded hosts: one line first that says
/// where, then one line a module.
///
///     source lib/modules/6.1.0-18-amd64
///     vfio_pci present loaded signed deps=irqbypass,vfio
///     vfio_iommu_type1 denylisted=etc/modprobe.d/my%20own.conf present
///
/// Words may stand in any order and an unknown one is passed over; in values `%XX` stands for bytes
/// that would end a word. In place of `source`, `absent PATH` and `unreadable PATH REASON` say why
/// there are none.
package enum ModuleStateText {
  package static func print(_ observed: Observed<[ModuleState]>) -> String {
    switch observed {
    case .absent(let source): "absent \(escaped(source))\n"
    case .unreadable(let source, let reason): "unreadable \(escaped(source)) \(escaped(reason))\n"
    case .found(let modules, let source):
      "source \(escaped(source))\n" + modules.map { line($0) + "\n" }.joined()
    }
  }

  /// `source` is where the text itself stood, for a text without a first line of its own.
  package static func parse(_ text: some StringProtocol, source: String) -> Observed<[ModuleState]> {
    var source = source
    var modules: [ModuleState] = []
    for line in Array(text.utf8).lines {
      let words = line.words.map { unescaped($0) }
      guard let first = words.first else { continue }
      switch (first, words.count) {
      case ("source", 2): source = words[1]
      case ("absent", 2): return .absent(source: words[1])
      case ("unreadable", 3): return .unreadable(source: words[1], reason: words[2])
      default: modules.append(module(first, words.dropFirst()))
      }
    }
    return .found(modules, source: source)
  }

  private static func line(_ module: ModuleState) -> String {
    var words = [module.name]
    if module.isPresent { words.append("present") }
    if module.isBuiltIn { words.append("builtin") }
    if module.isLoaded { words.append("loaded") }
    if let isSigned = module.isSigned { words.append(isSigned ? "signed" : "unsigned") }
    if let file = module.denylistedBy { words.append("denylisted=\(file)") }
    if let command = module.installCommand { words.append("install=\(command)") }
    if !module.dependencies.isEmpty { words.append("deps=" + module.dependencies.joined(separator: ",")) }
    if !module.softDependencies.isEmpty {
      words.append("softdeps=" + module.softDependencies.joined(separator: ","))
    }
    return words.map(escaped).joined(separator: " ")
  }

  private static func module(_ name: String, _ words: ArraySlice<String>) -> ModuleState {
    var module = ModuleState(name: name)
    for word in words {
      let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
      switch (parts.first, parts.count > 1 ? parts[1] : "") {
      case ("present", _): module.isPresent = true
      case ("builtin", _): module.isBuiltIn = true
      case ("loaded", _): module.isLoaded = true
      case ("signed", _): module.isSigned = true
      case ("unsigned", _): module.isSigned = false
      case ("denylisted", let file): module.denylistedBy = file
      case ("install", let command): module.installCommand = command
      case ("deps", let names): module.dependencies = names.split(separator: ",").map(String.init)
      case ("softdeps", let names): module.softDependencies = names.split(separator: ",").map(String.init)
      default: continue
      }
    }
    return module
  }

  private static func escaped(_ word: String) -> String {
    var bytes: [UInt8] = []
    for byte in word.utf8 {
      if isSpace(byte) || byte == UInt8(ascii: "%") || byte < 0x20 {
        bytes.append(UInt8(ascii: "%"))
        appendHex(UInt32(byte), digits: 2, to: &bytes)
      } else {
        bytes.append(byte)
      }
    }
    return bytes.text
  }

  private static func unescaped(_ word: ArraySlice<UInt8>) -> String {
    var bytes: [UInt8] = []
    var rest = word
    while let byte = rest.popFirst() {
      let code = rest.prefix(2)
      if byte == UInt8(ascii: "%"), code.count == 2, code.allSatisfy(isHexDigit),
        let value = UInt8(code.text, radix: 16)
      {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return bytes.text
  }
}
