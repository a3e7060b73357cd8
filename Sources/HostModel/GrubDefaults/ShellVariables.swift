/// What is known of variables while scripts are read.
///
/// Nearly every value is a stretch of a script, and a dense file has hundreds of thousands of them: such a value is kept
/// as its place.
struct ShellVariables {
  private enum Known {
    case nothing, unset
    case stretch(script: UInt16, start: UInt32, end: UInt32)
    /// It lies in `composed`.
    case composed
  }
  private(set) var names = ShellNames()
  private var known: [Known] = []
  /// Of which something may be known, some of them more than once: a file can have us forget all on every line.
  private var touched: [ShellName] = []
  /// By the numbers of names.
  private var composed: [ShellValue] = []
  private var scripts: [[UInt8]] = []

  /// Begins the next script.
  mutating func begin(_ source: [UInt8]) { scripts.append(source) }

  /// The name in a range of some text; a line may be continued in the middle of it.
  mutating func name(in source: [UInt8], _ range: Range<Int>) -> ShellName { names.name(in: source, range) }

  mutating func name(_ text: String) -> ShellName { names.name(text) }

  /// What is known of a variable; nil: nothing.
  func binding(_ name: ShellName) -> ShellBinding? {
    guard name.number < known.count else { return nil }
    switch known[name.number] {
    case .nothing: return nil
    case .unset: return .unset
    case .stretch(let script, let start, let end):
      return .value(ShellValue(scripts[Int(script)][Int(start)..<Int(end)]))
    case .composed: return .value(composed[name.number])
    }
  }

  mutating func set(_ name: ShellName, _ binding: ShellBinding) {
    switch binding {
    case .unset: put(.unset, at: name)
    case .value(let value) where value.isUnknown: put(.nothing, at: name)
    case .value(let value):
      put(.composed, at: name)
      while composed.count <= name.number { composed.append(.empty) }
      composed[name.number] = value
    }
  }

  mutating func forget(_ name: ShellName) { put(.nothing, at: name) }

  mutating func forgetAll() {
    for name in touched { known[name.number] = .nothing }
    touched.removeAll(keepingCapacity: true)
  }

  /// Sets a variable to a stretch of the script that was begun last.
  mutating func set(_ name: ShellName, to stretch: Range<Int>) {
    guard let script = UInt16(exactly: scripts.count - 1), let start = UInt32(exactly: stretch.lowerBound),
      let end = UInt32(exactly: stretch.upperBound)
    else { return forget(name) }
    put(.stretch(script: script, start: start, end: end), at: name)
  }

  /// What is known of a variable, which is forgotten: who holds it alone can let it grow in its place.
  mutating func take(_ name: ShellName) -> ShellBinding? {
    guard name.number < known.count, case .composed = known[name.number] else { return binding(name) }
    known[name.number] = .nothing
    var value = ShellValue.empty
    swap(&value, &composed[name.number])
    return .value(value)
  }

  private mutating func put(_ new: Known, at name: ShellName) {
    while known.count <= name.number { known.append(.nothing) }
    if case .nothing = new {
    } else if case .nothing = known[name.number] {
      touched.append(name)
    }
    known[name.number] = new
  }
}
