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
  /// The flags line before, whose repetition is known by its bytes without a search for its end.
  private var lastFlags: ArraySlice<UInt8>?
  /// Where in `info.flagSets` the set of a flags line stands, so that it is taken apart only once.
  private var knownFlags: [ArraySlice<UInt8>: Int] = [:]
  private var processorLines = 0
  private var hasX86Key = false
  private var foreignArchitecture: String?

  mutating func read(_ bytes: [UInt8]) {
    var start = 0
    while start < bytes.count {
      var end = start
      var colon: Int?
      while end < bytes.count, bytes[end] != 0x0a {
        if colon == nil, bytes[end] == UInt8(ascii: ":") {
          colon = end
          if let skipped = endOfRepeatedFlags(in: bytes, from: start, colon: end) {
            end = skipped
            break
          }
        }
        end += 1
      }
      if start == end || colon != nil { finishFlags() }
      if let colon {
        read(key: trimPasted(bytes[start..<colon]), value: bytes[(colon + 1)..<end])
      } else if !flagLines.isEmpty {
        flagLines.append(bytes[start..<end])
      }
      start = end + 1
    }
  }

  /// Where the line ends if it is the same flags line as the last one.
  private func endOfRepeatedFlags(in bytes: [UInt8], from start: Int, colon: Int) -> Int? {
    guard let last = lastFlags, bytes[start] == UInt8(ascii: "f") else { return nil }
    let end = colon + 1 + last.count
    guard end < bytes.count, bytes[end] == 0x0a, bytes[(colon + 1)..<end] == last else { return nil }
    return end
  }

  private mutating func read(key: ArraySlice<UInt8>, value: ArraySlice<UInt8>) {
    guard let first = key.first else { return }
    // Most lines are of no use: their first letters are told apart before anything is compared.
    switch first {
    case UInt8(ascii: "p") where key.isText("processor"): processorLines += 1
    case UInt8(ascii: "f") where key.isText("flags"): flagLines = [value]
    case UInt8(ascii: "v") where key.isText("vendor_id"):
      if info.vendor == nil { info.vendor = trimPasted(value).text }
    case UInt8(ascii: "m") where key.isText("model name"):
      if info.modelName == nil { info.modelName = trimPasted(value).text }
    default:
      if info.flagSets.isEmpty { readOther(key: key, value: value) }
    }
  }

  /// Keys that only some architectures print (arch/*/kernel: show_cpuinfo).
  private mutating func readOther(key: ArraySlice<UInt8>, value: ArraySlice<UInt8>) {
    switch key.text {
    case "cpuid level", "fpu_exception", "clflush size": hasX86Key = true
    case "CPU implementer", "CPU architecture", "Features": claim("ARM")
    case "isa" where value.text.contains("rv"), "hart", "uarch": claim("RISC-V")
    case "isa" where value.text.contains("loongarch"): claim("LoongArch")
    case "features" where info.vendor == "IBM/S390": claim("IBM Z")
    case "cpu" where value.text.contains("POWER") || value.text.contains("PPC"): claim("POWER")
    case "cpu" where value.text.contains("parc"): claim("SPARC")
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
    let content = flagLines.count == 1 ? first : Array(flagLines.joined(separator: [0x0a]))[...]
    lastFlags = first
    if !isCut, let index = knownFlags[content] {
      info.flagSets[index].processorCount += 1
    } else {
      if !isCut { knownFlags[content] = info.flagSets.count }
      info.flagSets.append(ProcessorInfo.FlagSet(joining: flagLines, isCut: isCut))
    }
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
  var slice = bytes
  while let first = slice.first, isSpace(first) || first == 0xc2 || first == 0xa0 {
    slice = slice.dropFirst()
  }
  while let last = slice.last, isSpace(last) || last == 0xc2 || last == 0xa0 { slice = slice.dropLast() }
  return slice
}

extension ArraySlice<UInt8> {
  fileprivate func isText(_ text: StaticString) -> Bool {
    count == text.utf8CodeUnitCount
      && text.withUTF8Buffer { buffer in elementsEqual(buffer) }
  }
}
