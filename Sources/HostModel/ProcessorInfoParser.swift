extension ProcessorInfo {
  /// Reads proc/cpuinfo; whatever the bytes are, the result says what can be known from them.
  package init(parsing bytes: [UInt8]) {
    var parser = ProcessorInfoParser()
    parser.read(bytes)
    self = parser.result(endsWithin: bytes.last != nil && bytes.last != 0x0a)
  }
}

/// Reads `key : value` lines. In a pasted copy a `flags` line may go on over further lines
/// that have no colon, up to the next key.
private struct ProcessorInfoParser {
  private var info = ProcessorInfo()
  /// Pieces of the flags line being read, one a line.
  private var flagLines: [ArraySlice<UInt8>] = []
  /// The last flags line that was whole, and its set: its repetition is known by its bytes alone.
  private var last: (content: ArraySlice<UInt8>, set: Int)?
  /// Whether the flags line being read repeats `last`.
  private var repeatsLast = false
  /// Where in `info.flagSets` the set of a flags line stands, so that it is taken apart only once.
  private var knownSets: [ArraySlice<UInt8>: Int] = [:]
  private var processorLines = 0
  private var hasX86Key = false
  private var foreignArchitecture: String?

  mutating func read(_ bytes: [UInt8]) {
    var start = 0
    while start < bytes.count {
      let line = nextLine(of: bytes.span, from: start)
      if line.end == start || line.colon != nil { finishFlags() }
      if let colon = line.colon {
        repeatsLast = line.repeatsLast
        read(key: trimPasted(bytes[start..<colon]), value: bytes[(colon + 1)..<line.end])
      } else if !flagLines.isEmpty {
        flagLines.append(bytes[start..<line.end])
      }
      start = line.end + 1
    }
  }

  private struct Line {
    /// Where its first colon stands.
    let colon: Int?
    /// Where its line feed stands.
    let end: Int
    /// Whether what follows the colon is the same as in the last flags line.
    let repeatsLast: Bool
  }

  private func nextLine(of bytes: Span<UInt8>, from start: Int) -> Line {
    var end = start
    var colon: Int?
    while end < bytes.count, bytes[end] != 0x0a {
      if colon == nil, bytes[end] == UInt8(ascii: ":") {
        colon = end
        if let last = last?.content, Self.areSame(bytes, at: end &+ 1, and: last.indices) {
          return Line(colon: colon, end: end &+ 1 &+ last.count, repeatsLast: true)
        }
      }
      end &+= 1
    }
    return Line(colon: colon, end: end, repeatsLast: false)
  }

  /// Whether a line's rest from `start` on is the same as an earlier line's.
  private static func areSame(_ bytes: Span<UInt8>, at start: Int, and earlier: Range<Int>) -> Bool {
    let (end, overflows) = start.addingReportingOverflow(earlier.count)
    guard !overflows, end < bytes.count, bytes[end] == 0x0a else { return false }
    for offset in 0..<earlier.count
    where bytes[start &+ offset] != bytes[earlier.lowerBound &+ offset] { return false }
    return true
  }

  private mutating func read(key: ArraySlice<UInt8>, value: ArraySlice<UInt8>) {
    // Most lines are of no use: their first letters are told apart before anything is compared.
    switch key.first {
    case UInt8(ascii: "p") where key.isText("processor"): processorLines += 1
    case UInt8(ascii: "f") where key.isText("flags"): flagLines = [value]
    case UInt8(ascii: "v") where info.vendor == nil && key.isText("vendor_id"):
      info.vendor = trimPasted(value).text
    case UInt8(ascii: "m") where info.modelName == nil && key.isText("model name"):
      info.modelName = trimPasted(value).text
    default:
      if info.flagSets.isEmpty { readOther(key: key, value: value) }
    }
  }

  /// Keys that only some architectures print (arch/*/kernel: show_cpuinfo).
  private mutating func readOther(key: ArraySlice<UInt8>, value: ArraySlice<UInt8>) {
    switch key.text {
    case "cpuid level", "fpu_exception", "clflush size": hasX86Key = true
    case "CPU implementer", "CPU architecture", "Features": claim("ARM")
    case "isa" where value.text.holds("rv"), "hart", "uarch": claim("RISC-V")
    case "isa" where value.text.holds("loongarch"): claim("LoongArch")
    case "features" where info.vendor == "IBM/S390": claim("IBM Z")
    case "cpu" where value.text.holds("POWER") || value.text.holds("PPC"): claim("POWER")
    case "cpu" where value.text.holds("parc"): claim("SPARC")
    case "cpu model", "ASEs implemented": claim("MIPS")
    case "features", "facilities", "cpu", "isa", "system type", "CPU": claim("another architecture")
    default: break
    }
  }

  private mutating func claim(_ architecture: String) {
    if foreignArchitecture == nil || foreignArchitecture == "another architecture" {
      foreignArchitecture = architecture
    }
  }

  private mutating func finishFlags(isCut: Bool = false) {
    guard let first = flagLines.first else { return }
    defer { flagLines = [] }
    let isWhole = flagLines.count == 1 && !isCut
    if isWhole, repeatsLast, let last {
      info.flagSets[last.set].processorCount += 1
      return
    }
    let content = isWhole ? first : Array(flagLines.joined(separator: [0x0a]))[...]
    if !isCut, let known = knownSets[content] {
      info.flagSets[known].processorCount += 1
    } else {
      knownSets[content] = info.flagSets.count
      info.flagSets.append(ProcessorInfo.FlagSet(joining: flagLines, isCut: isCut))
    }
    last = isWhole ? knownSets[content].map { (first, $0) } : nil
  }

  mutating func result(endsWithin isInLine: Bool) -> ProcessorInfo {
    finishFlags(isCut: isInLine)
    info.count = max(processorLines, info.flagSets.reduce(0) { $0 + $1.processorCount })
    info.architecture = architecture
    return info
  }

  private var architecture: ProcessorInfo.Architecture {
    if info.vendor == "Tensilica" { return .other("Xtensa") }
    if !info.flagSets.isEmpty || hasX86Key || info.maker != nil { return .x86 }
    if let foreignArchitecture { return .other(foreignArchitecture) }
    return .unknown
  }
}

extension ProcessorInfo.FlagSet {
  fileprivate init(joining lines: [ArraySlice<UInt8>], isCut: Bool) {
    var flags: Set<String> = []
    var possible: Set<String> = []
    var isCut = isCut
    var unfinished: ArraySlice<UInt8>?
    for line in lines {
      let words = line.split(whereSeparator: { isSpace($0) || $0 == 0xa0 || $0 == 0xc2 })
      if let unfinished, let first = words.first, first.startIndex == line.startIndex {
        possible.insert((unfinished + first).text)
      }
      for word in words {
        if !word.allSatisfy(isFlagLetter) { isCut = true }
        flags.insert(word.text)
      }
      let endsInWord = line.last.map { !isSpace($0) && $0 != 0xa0 } ?? false
      unfinished = endsInWord ? words.last : nil
    }
    self.init(flags: flags, processorCount: 1, possibleFlags: possible.subtracting(flags), isCut: isCut)
  }
}

/// Names of flags hold lower-case letters, digits and underscores (arch/x86/include/asm/cpufeatures.h).
private func isFlagLetter(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
  default: false
  }
}

/// Without blanks, TABs and no-break spaces (as UTF-8 or Latin-1) at either end.
private func trimPasted(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
  func isPastedSpace(_ byte: UInt8) -> Bool { isSpace(byte) || byte == 0xc2 || byte == 0xa0 }
  guard let first = bytes.firstIndex(where: { !isPastedSpace($0) }),
    let last = bytes.lastIndex(where: { !isPastedSpace($0) })
  else { return [] }
  return bytes[first...last]
}

extension ArraySlice<UInt8> {
  fileprivate func isText(_ text: StaticString) -> Bool {
    count == text.utf8CodeUnitCount
      && text.withUTF8Buffer { buffer in elementsEqual(buffer) }
  }
}
