import ChangePlanning
import GuestDefinitions
import HostFiles
import HostModel

/// A receipt as text, one fact a line. Version 2; version 1 had fewer facts and escaped nothing.
extension Receipt {
  /// Why a text is no receipt that this version can act on, a clause.
  package struct Unreadable: Error, Sendable, Equatable {
    package let reason: String
  }

  private static let title = "passthru-doctor receipt "
  private static let version = 2
  /// Stands for no driver: none has this name.
  private static let nothing = "-"

  /// The receipt as text; the replaced bytes lie beside it.
  var text: String {
    var lines = [
      Self.title + String(Self.version), "change \(number)", "time \(time)",
      "command \(Self.escape(command, spaces: false))", "state \(state.rawValue)",
    ]
    for path in directories { lines.append("directory \(Self.escape(path))") }
    if let generator { lines.append("generator \(Self.escape(generator))") }
    for option in generatorOptions { lines.append("generator-option \(Self.escape(option))") }
    for path in generatorShield { lines.append("generator-shield \(Self.escape(path))") }
    for tool in tools {
      let words = tool.inverse.map { Self.escape($0) }.joined(separator: " ")
      lines.append("\(tool.spreadsFiles ? "tool-again" : "tool-back") \(words)")
    }
    if hasRunTools { lines.append("tools begun") }
    if let builder { lines.append("builder \(builder.rawValue)") }
    for image in images { lines.append("image \(Self.escape(image.kernel)) \(Self.escape(image.path))") }
    if hasNewImages { lines.append("images new") }
    for change in hosted {
      switch change {
      case .packages(let manager, let names):
        lines.append("packages \(manager.rawValue) " + names.map { Self.escape($0) }.joined(separator: " "))
      case .unit(let unit): lines.append("unit \(Self.escape(unit))")
      case .guest(let devices):
        let words =
          [devices.isAddition ? "given" : "taken", devices.connection, devices.guest] + devices.elements
        lines.append("guest " + words.map { Self.escape($0) }.joined(separator: " "))
      }
    }
    if let boot { lines.append("boot \(Self.escape(boot))") }
    for rebinding in rebindings {
      let words = [
        rebinding.from.driver, rebinding.from.override, rebinding.to.driver, rebinding.to.override,
      ]
      .map { $0.map { Self.escape($0) } ?? Self.nothing }
      let end = rebinding.takesAnyDriver ? " any" : ""
      lines.append("rebind \(rebinding.device) \(words.joined(separator: " "))\(end)")
    }
    for module in modules { lines.append("module \(Self.escape(module))") }
    for file in files {
      let kind = file.isTools ? "tool-file" : file.isGenerated ? "generated" : "file"
      lines.append("\(kind) \(file.beforeDigest) \(file.afterDigest ?? "?") \(Self.escape(file.path))")
      guard let metadata = file.metadata else { continue }
      let times = "\(metadata.modified.seconds) \(metadata.modified.nanoseconds)"
      lines.append("was \(String(metadata.mode, radix: 8)) \(metadata.owner) \(metadata.group) \(times)")
      for (name, value) in metadata.attributes.sorted(by: { $0.key < $1.key }) {
        let hex = value.map { hexText(UInt32($0), digits: 2) }.joined()
        lines.append("attribute \(Self.escape(name)) \(hex.isEmpty ? Self.noFile : hex)")
      }
    }
    return lines.joined(separator: "\n") + "\nend\n"
  }

  /// Reads a receipt back.
  package init(parsing bytes: [UInt8]) throws(Unreadable) {
    var lines = bytes.split(separator: 0x0a).map(\.text)[...]
    guard let first = lines.popFirst(), first.hasPrefix(Self.title),
      let version = Int(first.dropFirst(Self.title.count))
    else { throw Unreadable(reason: "its receipt does not begin as receipts do") }
    guard (1...Self.version).contains(version) else {
      throw Unreadable(
        reason:
          "its receipt is of version \(version), which a newer passthru-doctor wrote; this one reads up to "
          + "\(Self.version)")
    }
    if version > 1 {
      guard lines.popLast() == "end" else { throw Unreadable(reason: "its receipt was cut short") }
    }
    self.init(command: "", time: "")
    var hasState = false
    for line in lines {
      let key = line.prefix { $0 != " " }
      let rest = String(line.dropFirst(key.count + 1))
      // A path was the rest of its line.
      let isPath = version == 1 && (key == "file" || key == "generated")
      let words = rest.split(separator: " ", maxSplits: isPath ? 2 : .max).map { word in
        version == 1 ? String(word) : Self.unescape(word)
      }
      guard try read(String(key), rest, words, version) else {
        throw Unreadable(reason: "its receipt holds a line that cannot be read: \(line.prefix(80))")
      }
      if key == "state" { hasState = true }
    }
    guard number > 0, hasState else { throw Unreadable(reason: "its receipt lacks its number or its state") }
  }

  /// Takes one line in; false when it is none that belongs here.
  private mutating func read(
    _ key: String, _ rest: String, _ words: [String], _ version: Int
  ) throws(Unreadable) -> Bool {
    switch key {
    case "change":
      guard let read = Int(rest) else { return false }
      number = read
    case "time": time = rest
    case "command": command = version == 1 ? rest : Self.unescape(rest[...])
    case "state":
      guard let read = State(rawValue: rest) else { return false }
      state = read
    case "directory": return Self.take(words, 1) { directories.append($0[0]) }
    case "generator": return Self.take(words, 1) { generator = $0[0] }
    case "generator-option": return Self.take(words, 1) { generatorOptions.append($0[0]) }
    case "generator-shield": return Self.take(words, 1) { generatorShield.append($0[0]) }
    case "tool-again", "tool-back":
      guard !words.isEmpty else { return false }
      tools.append(Tool(inverse: words, spreadsFiles: key == "tool-again"))
    case "tools": hasRunTools = true
    case "builder":
      guard let read = InitramfsBuilder(rawValue: rest) else { return false }
      builder = read
    case "images": hasNewImages = true
    case "packages":
      guard let manager = words.first.flatMap(PackageManager.init(rawValue:)) else { return false }
      hosted.append(.packages(manager, Array(words.dropFirst())))
    case "guest":
      guard words.count > 3, words[0] == "given" || words[0] == "taken" else { return false }
      hosted.append(
        .guest(
          GuestDevices(
            connection: words[1], guest: words[2], isAddition: words[0] == "given",
            elements: Array(words.dropFirst(3)))))
    case "unit": return Self.take(words, 1) { hosted.append(.unit($0[0])) }
    case "boot": return Self.take(words, 1) { boot = $0[0] }
    case "module": return Self.take(words, 1) { modules.append($0[0]) }
    case "rebind":
      guard let rebinding = Rebinding(receiptWords: words, nothing: Self.nothing) else { return false }
      rebindings.append(rebinding)
    case "image": return Self.take(words, 2) { images.append(ImageRebuild.Image(kernel: $0[0], path: $0[1])) }
    case "file", "generated", "tool-file":
      guard words.count == 3, Self.isDigest(words[0]), words[1] == "?" || Self.isDigest(words[1]) else {
        return false
      }
      return Self.take(words, 3) {
        var file = File(
          path: $0[2], beforeDigest: $0[0], afterDigest: $0[1] == "?" ? nil : $0[1], metadata: nil,
          isGenerated: key != "file")
        file.isTools = key == "tool-file"
        files.append(file)
      }
    case "was":
      guard let last = files.indices.last, let metadata = FileMetadata(receiptWords: words) else {
        return false
      }
      files[last].metadata = metadata
    case "attribute":
      guard let last = files.indices.last, files[last].metadata != nil, (1...2).contains(words.count) else {
        return false
      }
      guard let value = Self.bytes(hex: words.count == 2 ? words[1] : Self.noFile) else { return false }
      files[last].metadata?.attributes[words[0]] = value
    default: return false
    }
    return true
  }

  /// Hexadecimal digits, or the word for no file.
  private static func isDigest(_ word: String) -> Bool {
    word == noFile || !word.isEmpty && word.utf8.allSatisfy { isHexDigit($0) }
  }

  private static func take(_ words: [String], _ count: Int, _ use: ([String]) -> Void) -> Bool {
    guard words.count == count else { return false }
    use(words)
    return true
  }

  // MARK: Words

  /// A backslash, control characters and, where words are parted by them, spaces as `\x20`.
  private static func escape(_ text: String, spaces: Bool = true) -> String {
    var escaped = ""
    for byte in text.unicodeScalars {
      if byte.value < 0x20 || byte.value == 0x7f || byte == "\\" || spaces && byte == " " {
        escaped += "\\x" + hexText(UInt32(byte.value), digits: 2)
      } else {
        escaped.unicodeScalars.append(byte)
      }
    }
    return escaped
  }

  private static func unescape(_ text: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == 0x5c, rest.first == 0x78, let value = UInt8(rest.dropFirst().prefix(2).text, radix: 16) {
        bytes.append(value)
        rest = rest.dropFirst(3)
      } else {
        bytes.append(byte)
      }
    }
    return bytes.text
  }

  private static func bytes(hex: String) -> [UInt8]? {
    if hex == noFile { return [] }
    let digits = Array(hex.utf8)
    guard digits.count.isMultiple(of: 2) else { return nil }
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: digits.count, by: 2) {
      guard let byte = UInt8(digits[index...(index + 1)].text, radix: 16) else { return nil }
      bytes.append(byte)
    }
    return bytes
  }
}

extension Rebinding {
  fileprivate init?(receiptWords words: [String], nothing: String) {
    guard words.count == 5 || words.count == 6 && words[5] == "any", let device = PCIAddress(words[0]) else {
      return nil
    }
    let names = words[1...4].map { $0 == nothing ? nil : $0 }
    self.init(
      device: device, from: DriverBinding(driver: names[0], override: names[1]),
      to: DriverBinding(driver: names[2], override: names[3]), takesAnyDriver: words.count == 6)
  }
}

extension FileMetadata {
  fileprivate init?(receiptWords words: [String]) {
    guard words.count == 5, let mode = UInt32(words[0], radix: 8), let owner = UInt32(words[1]),
      let group = UInt32(words[2]), let seconds = Int(words[3]), let nanoseconds = Int(words[4]),
      mode <= 0o7777, (0..<1_000_000_000).contains(nanoseconds)
    else { return nil }
    self.init(mode: mode, owner: owner, group: group, modified: (seconds, nanoseconds), attributes: [:])
  }
}
