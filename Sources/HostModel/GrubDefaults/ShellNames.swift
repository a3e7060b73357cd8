/// A variable, by its number in `ShellNames`.
struct ShellName: Hashable, Sendable {
  fileprivate(set) var number: Int
}

/// The names of variables, and what each tells by itself.
///
/// A dense file names a variable every few bytes. Here a name is looked at once; what is known of the variable then
/// lies in an array.
struct ShellNames {
  struct Traits: OptionSet {
    let rawValue: UInt8
    /// The shell sets it by itself: assigning to it tells nothing of what it holds.
    static let magic = Traits(rawValue: 1 << 0)
    static let readOnlyInBash = Traits(rawValue: 1 << 1)
  }

  private struct Entry {
    var range: Range<Int>
    var hash: UInt64
    var traits: Traits
  }
  private var bytes: [UInt8] = []
  private var entries: [Entry] = []
  /// A table with open addresses: numbers of entries, and -1 where there is none; twice as long at least as `entries`.
  private var slots = [Int32](repeating: -1, count: 64)
  private var shift: UInt64 = 58

  /// Nobody can write a file whose names all fall on one place.
  private static let multiplier = UInt64.random(in: 0...UInt64.max) | 1

  func traits(_ name: ShellName) -> Traits { entries[name.number].traits }

  func text(_ name: ShellName) -> String { bytes[entries[name.number].range].text }

  mutating func name(_ text: String) -> ShellName {
    let bytes = Array(text.utf8)
    return name(in: bytes, bytes.startIndex..<bytes.endIndex)
  }

  /// The name in a range of a script; a line may be continued in the middle of it.
  mutating func name(in source: [UInt8], _ range: Range<Int>) -> ShellName {
    var hash = UInt64(truncatingIfNeeded: range.count)
    for offset in range {
      let byte = source[offset]
      if byte == Byte.backslash { return nameOfSeveralLines(source[range]) }
      hash = (hash ^ UInt64(byte)) &* Self.multiplier
    }
    var slot = Int(truncatingIfNeeded: hash >> shift)
    while slots[slot] >= 0 {
      let number = Int(slots[slot])
      if entries[number].hash == hash, isEqual(entries[number].range, source, range) {
        return ShellName(number: number)
      }
      slot = (slot + 1) % slots.count
    }
    return add(source[range], hash, at: slot)
  }

  private func isEqual(_ own: Range<Int>, _ source: [UInt8], _ range: Range<Int>) -> Bool {
    guard own.count == range.count else { return false }
    for offset in 0..<own.count where bytes[own.lowerBound + offset] != source[range.lowerBound + offset] {
      return false
    }
    return true
  }

  private mutating func nameOfSeveralLines(_ text: ArraySlice<UInt8>) -> ShellName {
    let joined = text.filter { $0 != Byte.backslash && $0 != Byte.newline }
    return name(in: joined, joined.startIndex..<joined.endIndex)
  }

  private mutating func add(_ text: ArraySlice<UInt8>, _ hash: UInt64, at slot: Int) -> ShellName {
    let start = bytes.count
    bytes += text
    slots[slot] = Int32(clamping: entries.count)
    entries.append(Entry(range: start..<bytes.count, hash: hash, traits: Self.traits(text.text)))
    if entries.count * 2 > slots.count { grow() }
    return ShellName(number: entries.count - 1)
  }

  private mutating func grow() {
    shift -= 1
    slots = [Int32](repeating: -1, count: slots.count * 2)
    for (number, entry) in entries.enumerated() {
      var slot = Int(truncatingIfNeeded: entry.hash >> shift)
      while slots[slot] >= 0 { slot = (slot + 1) % slots.count }
      slots[slot] = Int32(clamping: number)
    }
  }

  // MARK: What a name tells

  private static func traits(_ name: String) -> Traits {
    var traits: Traits = []
    if magicNames.contains(name) || name.hasPrefix("BASH") || name.hasPrefix("COMP_") { traits = .magic }
    if namesReadOnlyInBash.contains(name) { traits.formUnion(.readOnlyInBash) }
    return traits
  }

  private static let magicNames: Set<String> = [
    "_", "RANDOM", "SRANDOM", "SECONDS", "LINENO", "PPID", "UID", "EUID", "GROUPS", "DIRSTACK", "PWD",
    "OLDPWD", "OPTIND", "OPTARG", "OPTERR", "REPLY", "HISTCMD", "PIPESTATUS", "FUNCNAME", "SHELLOPTS",
    "EPOCHSECONDS", "EPOCHREALTIME", "HOSTNAME", "SHLVL", "POSIXLY_CORRECT", "IFS",
  ]

  private static let namesReadOnlyInBash: Set<String> = [
    "UID", "EUID", "PPID", "BASHOPTS", "SHELLOPTS", "BASH_VERSINFO",
  ]
}
