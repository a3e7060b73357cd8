import ChangePlanning
import HostFiles
import HostModel

/// What a change replaces, written before anything is replaced, and how far it came.
package struct Receipt: Sendable, Equatable {
  package enum State: String, Sendable {
    /// Begun, and not known to be finished: a power cut, or a kill.
    case begun
    case done
    /// Failed, and everything was put back.
    case failed
    case undone
  }

  /// One replaced file.
  package struct File: Sendable, Equatable {
    package var path: String
    /// Nil: it was not there.
    package var before: [UInt8]?
    /// Digest of what was put there; `-` for nothing; nil while it is not known yet.
    package var afterDigest: String?
    /// Of the file before.
    package var metadata: FileMetadata?
    /// Whether grub-mkconfig makes it: what it makes differs when kernels come and go.
    package var isGenerated: Bool

    package init(
      path: String, before: [UInt8]?, afterDigest: String?, metadata: FileMetadata?, isGenerated: Bool
    ) {
      self.path = path
      self.before = before
      self.afterDigest = afterDigest
      self.metadata = metadata
      self.isGenerated = isGenerated
    }

    var beforeDigest: String { Receipt.digest(before) }
  }

  package var number: Int
  /// The command that asked for it.
  package var command: String
  /// UTC, ISO 8601.
  package var time: String
  package var state: State
  package var files: [File]
  /// The program that makes the generated file; nil when none does.
  package var generator: String?
  /// Initramfs images that hold copies of the files: made anew when those change.
  package var images: [ImageRebuild.Image] = []
  /// Whether new images may have taken the old ones' places.
  var hasNewImages = false

  init(number: Int, command: String, time: String, files: [File], generator: String?) {
    self.number = number
    self.command = command
    self.time = time
    state = .begun
    self.files = files
    self.generator = generator
  }

  /// Of a file's bytes; `-` where there is no file.
  static func digest(_ bytes: [UInt8]?) -> String { bytes.map(SHA256.hexDigest) ?? "-" }

  // MARK: Text

  /// The receipt as text; the replaced bytes lie beside it.
  var text: String {
    var lines = [
      "passthru-doctor receipt 1", "change \(number)", "time \(time)", "command \(command)",
      "state \(state.rawValue)",
    ]
    if let generator { lines.append("generator \(generator)") }
    for image in images { lines.append("image \(image.kernel) \(image.path)") }
    if hasNewImages { lines.append("images new") }
    for file in files {
      let kind = file.isGenerated ? "generated" : "file"
      lines.append("\(kind) \(file.beforeDigest) \(file.afterDigest ?? "?") \(file.path)")
      guard let metadata = file.metadata else { continue }
      let times = "\(metadata.modified.seconds) \(metadata.modified.nanoseconds)"
      lines.append("was \(String(metadata.mode, radix: 8)) \(metadata.owner) \(metadata.group) \(times)")
      for (name, value) in metadata.attributes.sorted(by: { $0.key < $1.key }) {
        lines.append("attribute \(name) \(value.map { hexText(UInt32($0), digits: 2) }.joined())")
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Reads a receipt back; nil when it is none. `before` gives the bytes of the file with an index.
  init?(_ text: String, before: (Int) -> [UInt8]?) {
    var lines = text.split(separator: "\n")[...]
    guard lines.popFirst() == "passthru-doctor receipt 1" else { return nil }
    (number, command, time, state, files) = (0, "", "", .begun, [])
    for line in lines {
      let key = line.prefix { $0 != " " }
      let rest = String(line.dropFirst(key.count + 1))
      switch key {
      case "change": number = Int(rest) ?? 0
      case "time": time = rest
      case "command": command = rest
      case "generator": generator = rest
      case "images": hasNewImages = true
      case "image":
        let words = rest.split(separator: " ", maxSplits: 1)
        guard words.count == 2 else { return nil }
        images.append(ImageRebuild.Image(kernel: String(words[0]), path: String(words[1])))
      case "state":
        guard let known = State(rawValue: rest) else { return nil }
        state = known
      case "file", "generated":
        let words = rest.split(separator: " ", maxSplits: 2)
        guard words.count == 3 else { return nil }
        let bytes = words[0] == "-" ? nil : before(files.count)
        guard Self.digest(bytes) == words[0] else { return nil }
        files.append(
          File(
            path: String(words[2]), before: bytes, afterDigest: words[1] == "?" ? nil : String(words[1]),
            metadata: nil, isGenerated: key == "generated"))
      case "was": files[lastOf: files]?.metadata = FileMetadata(receiptLine: rest)
      case "attribute":
        let words = rest.split(separator: " ")
        guard words.count == 2 || words.count == 1 else { return nil }
        files[lastOf: files]?.metadata?.attributes[String(words[0])] = Self.bytes(
          hex: words.count == 2 ? words[1] : "")
      default: return nil
      }
    }
    guard number > 0 else { return nil }
  }

  private static func bytes(hex: Substring) -> [UInt8] {
    let digits = Array(hex.utf8)
    return stride(from: 0, to: digits.count - 1, by: 2).compactMap {
      UInt8(digits[$0...($0 + 1)].text, radix: 16)
    }
  }
}

extension Array where Element == Receipt.File {
  /// The last element, where there is one.
  fileprivate subscript(lastOf _: [Receipt.File]) -> Receipt.File? {
    get { last }
    set {
      guard let newValue, !isEmpty else { return }
      self[count - 1] = newValue
    }
  }
}

extension FileMetadata {
  fileprivate init?(receiptLine: String) {
    let words = receiptLine.split(separator: " ")
    guard words.count == 5, let mode = UInt32(words[0], radix: 8), let owner = UInt32(words[1]),
      let group = UInt32(words[2]), let seconds = Int(words[3]), let nanoseconds = Int(words[4])
    else { return nil }
    self.init(mode: mode, owner: owner, group: group, modified: (seconds, nanoseconds), attributes: [:])
  }
}
