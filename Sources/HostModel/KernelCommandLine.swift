/// One argument of the kernel command line.
package struct KernelParameter: Sendable, Equatable {
  /// As written, without quotes.
  package let name: String
  /// What follows the first `=`, without quotes around it; nil when there is no `=`.
  package let value: String?
  /// The argument as it stands on the line, quotes included.
  package let text: String

  package init(name: String, value: String?, text: String? = nil) {
    self.name = name
    self.value = value
    self.text = text ?? value.map { "\(name)=\($0)" } ?? name
  }

  /// Whether the kernel takes `other` for the same name: a dash equals an underscore
  /// (kernel/params.c, parameq).
  package func isNamed(_ other: some StringProtocol) -> Bool {
    name.utf8.count == other.utf8.count
      && name.utf8.elementsEqual(other.utf8) { Self.unifyingDash($0) == Self.unifyingDash($1) }
  }

  /// The name with underscores for dashes: equal for all spellings of one parameter.
  package var canonicalName: String {
    String(decoding: name.utf8.map(Self.unifyingDash), as: UTF8.self)
  }

  private static func unifyingDash(_ byte: UInt8) -> UInt8 {
    byte == UInt8(ascii: "-") ? UInt8(ascii: "_") : byte
  }
}

/// proc/cmdline, split as the kernel splits it.
package struct KernelCommandLine: Sendable, Equatable {
  /// The kernel's arguments in order, up to `--`.
  package let parameters: [KernelParameter]
  /// What follows `--`: the kernel hands it to init unread.
  package let initArguments: [KernelParameter]

  /// Splits a command line; a NUL or a line feed at the end is none of it.
  package init(parsing bytes: some Collection<UInt8>) {
    var splitter = ArgumentSplitter(bytes)
    var parameters: [KernelParameter] = []
    var initArguments: [KernelParameter] = []
    var isPastEnd = false
    while let parameter = splitter.next() {
      if isPastEnd {
        initArguments.append(parameter)
      } else if parameter.name == "--", parameter.value == nil {
        isPastEnd = true
      } else {
        parameters.append(parameter)
      }
    }
    self.parameters = parameters
    self.initArguments = initArguments
  }

  init(parameters: [KernelParameter]) {
    self.parameters = parameters
    initArguments = []
  }

  /// Every argument of that name, in order.
  package func all(_ name: String) -> [KernelParameter] {
    parameters.filter { $0.isNamed(name) }
  }

  /// The last argument of that name: the one that counts for a parameter that holds one value.
  package func last(_ name: String) -> KernelParameter? {
    parameters.last { $0.isNamed(name) }
  }

  /// Names that stand there more than once, as first written, in order of first appearance.
  package var duplicateNames: [String] {
    var counts: [String: Int] = [:]
    for parameter in parameters { counts[parameter.canonicalName, default: 0] += 1 }
    return parameters.compactMap { parameter in
      guard let count = counts.removeValue(forKey: parameter.canonicalName), count > 1 else { return nil }
      return parameter.name
    }
  }
}

/// next_arg of lib/cmdline.c: only double quotes quote, anywhere in an argument; they are taken
/// off around a whole argument and around a value, and stay elsewhere.
private struct ArgumentSplitter {
  private let bytes: [UInt8]
  private var position = 0

  init(_ line: some Collection<UInt8>) {
    bytes = Array(line.prefix { $0 != 0 })
  }

  mutating func next() -> KernelParameter? {
    while position < bytes.count, Self.isKernelSpace(bytes[position]) { position += 1 }
    guard position < bytes.count else { return nil }
    let start = position
    let isQuoted = bytes[start] == Self.quote
    let first = isQuoted ? start + 1 : start
    let equals = scan(from: first, isInQuote: isQuoted)
    return parameter(start: start, first: first, equals: equals, isQuoted: isQuoted)
  }

  /// Moves to the end of the argument; the place of its `=`, which cannot be its first byte.
  private mutating func scan(from first: Int, isInQuote: Bool) -> Int? {
    var isInQuote = isInQuote
    var equals: Int?
    position = first
    while position < bytes.count {
      let byte = bytes[position]
      if !isInQuote, Self.isKernelSpace(byte) { break }
      if equals == nil, position > first, byte == UInt8(ascii: "=") { equals = position }
      if byte == Self.quote { isInQuote.toggle() }
      position += 1
    }
    return equals
  }

  private func parameter(start: Int, first: Int, equals: Int?, isQuoted: Bool) -> KernelParameter {
    var end = position
    if isQuoted, end > first, bytes[end - 1] == Self.quote { end -= 1 }
    let text = bytes[start..<position].text
    guard let equals else { return KernelParameter(name: bytes[first..<end].text, value: nil, text: text) }
    var valueStart = equals + 1
    if valueStart < position, bytes[valueStart] == Self.quote {
      valueStart += 1
      // The same last quote ends the value and the argument; the kernel takes off one.
      if end == position, bytes[position - 1] == Self.quote { end -= 1 }
    }
    let value = bytes[valueStart..<max(valueStart, end)].text
    return KernelParameter(name: bytes[first..<equals].text, value: value, text: text)
  }

  private static let quote = UInt8(ascii: "\"")

  /// lib/ctype.c also counts 0xA0 as white space, the no-break space of Latin-1.
  private static func isKernelSpace(_ byte: UInt8) -> Bool { isSpace(byte) || byte == 0xa0 }
}
