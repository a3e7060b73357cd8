/// One line of a log, taken apart: what the kernel said, and what was put before it.
///
/// A line may carry several prefixes, in any order: quote marks of mail, list marks, line
/// numbers, `<6>`, `kern  :info  :`, a bracketed stamp, the thread that printed it (`[    T0]`),
/// a date, a host and `kernel:`.
struct LogLine {
  private(set) var text: ArraySlice<UInt8>
  private(set) var seconds: Double?
  private(set) var hasStamp = false
  private(set) var isIndented = false
  /// False for what another program than the kernel said.
  private(set) var isKernel = true

  init(_ line: ArraySlice<UInt8>) {
    text = line.contains(0xc2) ? Self.withoutNoBreakSpaces(line) : line
    trimEnd()
    isIndented = text.first.map(isSpace) ?? false
    while strippedOne() {}
  }

  /// Columns of the first word.
  var firstWordWidth: Int { (text.firstIndex(where: isSpace) ?? text.endIndex) - text.startIndex }

  /// Whether the words themselves show that a message begins here, stamp or none.
  var beginsMessage: Bool {
    Self.heads.contains { text.begins(with: $0) }
  }

  private static let heads: [StaticString] = [
    "DMAR", "AMD-Vi", "iommu:", "Intel-IOMMU", "pci 0", "vfio", "(XEN)", "ACPI:", "----", "WARNING:", "BUG:",
    "RIP:", "Call Trace", "Kernel command line:", "Linux version", "-- ",
  ]

  /// Mail turns blanks into no-break spaces (U+00A0), inside stamps too.
  private static func withoutNoBreakSpaces(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var plain: [UInt8] = []
    plain.reserveCapacity(line.count)
    for byte in line {
      if byte == 0xa0, plain.last == 0xc2 {
        plain[plain.count - 1] = 0x20
      } else {
        plain.append(byte)
      }
    }
    return plain[...]
  }

  /// Takes off blanks, carriage returns, and the `^M` that they become in a paste.
  private mutating func trimEnd() {
    while let last = text.last {
      if isSpace(last) {
        text.removeLast()
      } else if last == UInt8(ascii: "M"), text.count >= 2, text[text.endIndex - 2] == UInt8(ascii: "^") {
        text.removeLast(2)
      } else {
        return
      }
    }
  }

  /// Takes off one prefix; false when there is none left.
  private mutating func strippedOne() -> Bool {
    guard let first = text.first else { return false }
    switch first {
    case 0x20, 0x09:
      text.removeFirst()
      return true
    case UInt8(ascii: ">"), UInt8(ascii: "|"):
      text.removeFirst()
      return true
    case UInt8(ascii: "-"), UInt8(ascii: "*"):
      return !hasStamp && strippedListMark()
    case UInt8(ascii: "<"):
      return strippedLevel()
    case UInt8(ascii: "["):
      return strippedBracket()
    default:
      return strippedWords(first)
    }
  }

  private mutating func strippedListMark() -> Bool {
    guard text.count > 2, text[text.startIndex + 1] == 0x20 else { return false }
    text.removeFirst(2)
    return true
  }

  /// `<6>`: the level as the kernel's console and dmesg -r print it; 8 and more is user space.
  private mutating func strippedLevel() -> Bool {
    guard let close = text.prefix(6).firstIndex(of: UInt8(ascii: ">")) else { return false }
    guard let number = decimal(text[(text.startIndex + 1)..<close]) else { return false }
    if number >= 8 { isKernel = false }
    text = text[(close + 1)...]
    return true
  }
}

// MARK: Stamps

extension LogLine {
  /// `[    1.234567]`, `[  +0.000078]`, `[    1.2 <    0.1>]`, `[Fri Apr  7 00:04:33 2023]`,
  /// `[Mar22 00:41]`, and behind a stamp the caller: `[    T0]`, `[   C3]`.
  private mutating func strippedBracket() -> Bool {
    guard let close = text.prefix(48).firstIndex(of: UInt8(ascii: "]")) else { return false }
    let inside = text[(text.startIndex + 1)..<close].trimmed
    guard let first = inside.first else { return false }
    if let stamp = secondsSinceBoot(inside) {
      seconds = seconds ?? stamp
      hasStamp = true
    } else if first == UInt8(ascii: "+") && decimal(inside.dropFirst().prefix(1)) != nil {
      hasStamp = true
    } else if hasStamp && isCaller(inside) {
      // It stands behind the stamp and says nothing about the message.
    } else if isDate(inside) {
      hasStamp = true
    } else {
      return false
    }
    text = text[(close + 1)...]
    return true
  }

  /// Digits, a point, digits; what follows a blank (`<    0.1>`) is a difference.
  private func secondsSinceBoot(_ inside: ArraySlice<UInt8>) -> Double? {
    let number = inside.prefix { !isSpace($0) }
    guard let point = number.firstIndex(of: UInt8(ascii: ".")),
      let whole = decimal(number[..<point]), let fraction = decimal(number[(point + 1)...])
    else { return nil }
    var scale = 1.0
    for _ in number[(point + 1)...] { scale *= 10 }
    return Double(whole) + Double(fraction) / scale
  }

  /// `T123` (a thread) or `C1` (a processor): printk_caller.
  private func isCaller(_ inside: ArraySlice<UInt8>) -> Bool {
    guard let first = inside.first, first == UInt8(ascii: "T") || first == UInt8(ascii: "C") else {
      return false
    }
    return decimal(inside.dropFirst()) != nil
  }

  /// Words with a time of day among them.
  private func isDate(_ inside: ArraySlice<UInt8>) -> Bool {
    inside.contains(UInt8(ascii: ":")) && inside.words.contains { $0.count >= 5 && isTimeOfDay($0) }
  }

  /// `10:03`, `10:03:12`, `10:03:12.035211`.
  private func isTimeOfDay(_ word: ArraySlice<UInt8>) -> Bool {
    let parts = word.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard (2...3).contains(parts.count) else { return false }
    return parts.allSatisfy { $0.count >= 2 && decimal($0.prefix(2)) != nil } && parts[0].count == 2
  }

  /// A decimal number of at most 18 digits; nil when it is none.
  private func decimal(_ digits: ArraySlice<UInt8>) -> UInt64? {
    guard !digits.isEmpty, digits.count <= 18 else { return nil }
    var value: UInt64 = 0
    for digit in digits {
      guard (0x30...0x39).contains(digit) else { return nil }
      value = value &* 10 &+ UInt64(digit &- 0x30)
    }
    return value
  }
}

// MARK: Words before the message

extension LogLine {
  /// How far into a line a date, a host and a program's name may reach.
  private static let prefixReach = 120

  private mutating func strippedWords(_ first: UInt8) -> Bool {
    if hasStamp { return strippedKernelName(afterStamp: true) }
    return strippedFacility(first) || strippedLineNumber() || strippedDate()
  }

  /// `kern  :info  : `, as dmesg -x prints facility and level.
  private mutating func strippedFacility(_ first: UInt8) -> Bool {
    guard (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first) else { return false }
    let words = text.prefix(24)
    guard let colon = words.firstIndex(of: UInt8(ascii: ":")),
      let second = words[(colon + 1)...].firstIndex(of: UInt8(ascii: ":"))
    else { return false }
    let facility = text[..<colon].trimmed
    let level = text[(colon + 1)..<second].trimmed
    guard Self.levels.contains(where: { level.elementsEqual($0.utf8) }), colon - text.startIndex >= 4,
      second + 1 < text.endIndex, text[second + 1] == 0x20
    else { return false }
    if !facility.elementsEqual("kern".utf8) { isKernel = false }
    text = text[(second + 1)...]
    return true
  }

  private static let levels = ["emerg", "alert", "crit", "err", "warn", "notice", "info", "debug"]

  /// `123:[    0.000000]`, as grep -n prints.
  private mutating func strippedLineNumber() -> Bool {
    guard let colon = text.prefix(8).firstIndex(of: UInt8(ascii: ":")), decimal(text[..<colon]) != nil,
      colon + 1 < text.endIndex, text[colon + 1] == UInt8(ascii: "[")
    else { return false }
    text = text[(colon + 1)...]
    return true
  }

  /// A date in any language, a host, and the name of who speaks: `Dec 26 11:48:16 host kernel: `,
  /// `2023-04-07T00:04:33,123456+02:00 `, `1672531200.123456 host kernel: `.
  private mutating func strippedDate() -> Bool {
    let head = text.prefix(Self.prefixReach)
    var position = head.startIndex
    for _ in 0..<5 {
      let word = head[position...].prefix { !isSpace($0) }
      guard !word.isEmpty else { return false }
      if isMoment(word) {
        text = text[word.endIndex...].drop(while: isSpace)
        hasStamp = true
        _ = strippedKernelName(afterStamp: false)
        return true
      }
      position = head[word.endIndex...].firstIndex { !isSpace($0) } ?? head.endIndex
    }
    return false
  }

  /// A word that holds a time of day to the second: alone, or in ISO form, or seconds since 1970.
  private func isMoment(_ word: ArraySlice<UInt8>) -> Bool {
    if let separator = word.firstIndex(of: UInt8(ascii: "T")), separator - word.startIndex == 10 {
      return isTimeOfDay(word[(separator + 1)...].prefix(8))
    }
    if word.count >= 17, let seconds = secondsSinceBoot(word) { return seconds > 500_000_000 }
    return word.count >= 8 && isTimeOfDay(word) && word.filter { $0 == UInt8(ascii: ":") }.count == 2
  }

  /// `host kernel: ` or `kernel: ` behind a stamp; another program's name there means that the
  /// kernel did not say it.
  private mutating func strippedKernelName(afterStamp: Bool) -> Bool {
    var rest = text.prefix(Self.prefixReach)
    // The host, and between date and host perhaps a time zone.
    for _ in 0..<3 {
      let word = rest.prefix { !isSpace($0) }
      if word.elementsEqual("kernel:".utf8) {
        text = text[word.endIndex...]
        return true
      }
      if !afterStamp, isProgramName(word) {
        isKernel = false
        return false
      }
      guard !word.isEmpty, word.last != UInt8(ascii: ":") else { return false }
      rest = rest[word.endIndex...].drop(while: isSpace)
    }
    return false
  }

  /// `sshd[123]:`
  private func isProgramName(_ word: ArraySlice<UInt8>) -> Bool {
    guard word.last == UInt8(ascii: ":"), let open = word.firstIndex(of: UInt8(ascii: "[")),
      open > word.startIndex,
      let close = word.firstIndex(of: UInt8(ascii: "]")), close > open
    else { return false }
    return close + 2 == word.endIndex && decimal(word[(open + 1)..<close]) != nil
  }
}
