/// A mounted file system.
package struct Mount: Sendable, Equatable {
  /// `8:1`, as sys/dev/block names it; nil in proc/mounts, which does not tell. File systems
  /// without a block device of their own have major number 0.
  package var deviceNumber: String?
  package var mountPoint: String
  /// ext4, btrfs, tmpfs…
  package var type: String
  /// /dev/sda1, tank/home, tmpfs…
  package var source: String

  package init(deviceNumber: String?, mountPoint: String, type: String, source: String) {
    self.deviceNumber = deviceNumber
    self.mountPoint = mountPoint
    self.type = type
    self.source = source
  }

  /// Reads proc/PID/mountinfo (man proc_pid_mountinfo): the optional fields end at a lone dash.
  package static func parse(mountInfo bytes: [UInt8]) -> [Mount] {
    bytes.lines.compactMap { line in
      let words = line.words
      guard let dash = words.indices.dropFirst(6).first(where: { words[$0].elementsEqual("-".utf8) }),
        words.count > dash + 2
      else { return nil }
      return Mount(
        deviceNumber: words[2].text, mountPoint: unescaped(words[4]), type: words[dash + 1].text,
        source: unescaped(words[dash + 2]))
    }
  }

  /// Reads proc/mounts (man fstab): source, mount point, type, options.
  package static func parse(mounts bytes: [UInt8]) -> [Mount] {
    bytes.lines.compactMap { line in
      let words = line.words
      guard words.count >= 3 else { return nil }
      return Mount(
        deviceNumber: nil, mountPoint: unescaped(words[1]), type: words[2].text, source: unescaped(words[0]))
    }
  }
}

/// An active swap area, from proc/swaps.
package struct SwapArea: Sendable, Equatable {
  /// A device node or a file, as proc/swaps names it.
  package let path: String
  package let isFile: Bool

  /// Reads proc/swaps; the first line is a heading.
  package static func parse(_ bytes: [UInt8]) -> [SwapArea] {
    bytes.lines.dropFirst().compactMap { line in
      let words = line.words
      guard words.count >= 2 else { return nil }
      return SwapArea(path: unescaped(words[0]), isFile: words[1].elementsEqual("file".utf8))
    }
  }
}

/// A line of etc/fstab.
package struct FstabEntry: Sendable, Equatable {
  /// `UUID=…`, `LABEL=…`, `/dev/…`, `server:/path`.
  package let source: String
  /// `none` or `swap` of a swap area.
  package let mountPoint: String
  package let type: String

  /// Reads etc/fstab (man fstab).
  package static func parse(_ bytes: [UInt8]) -> [FstabEntry] {
    bytes.lines.compactMap { line in
      let words = line.words
      guard words.count >= 3, words[0].first != UInt8(ascii: "#") else { return nil }
      return FstabEntry(
        source: unescaped(words[0]), mountPoint: unescaped(words[1]), type: words[2].text)
    }
  }
}

/// A line of etc/crypttab.
package struct CrypttabEntry: Sendable, Equatable {
  /// The mapping: dev/mapper/NAME.
  package let name: String
  package let source: String

  /// Reads etc/crypttab (man crypttab).
  package static func parse(_ bytes: [UInt8]) -> [CrypttabEntry] {
    bytes.lines.compactMap { line in
      let words = line.words
      guard words.count >= 2, words[0].first != UInt8(ascii: "#") else { return nil }
      return CrypttabEntry(name: words[0].text, source: unescaped(words[1]))
    }
  }
}

/// Blanks in these tables are written in octal: `\040`.
private func unescaped(_ word: ArraySlice<UInt8>) -> String {
  guard word.contains(UInt8(ascii: "\\")) else { return word.text }
  var result: [UInt8] = []
  var index = word.startIndex
  while index < word.endIndex {
    let digits = word[index...].dropFirst().prefix(3)
    if word[index] == UInt8(ascii: "\\"), digits.count == 3, digits.allSatisfy({ 0x30...0x37 ~= $0 }) {
      result.append(digits.reduce(0) { $0 &<< 3 | ($1 & 7) })
      index += 4
    } else {
      result.append(word[index])
      index += 1
    }
  }
  return result.text
}
