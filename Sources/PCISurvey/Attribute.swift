import HostModel

// Attributes of sysfs as values. An attribute that is not what it should be is as good as none.

/// The number in an attribute: decimal, perhaps negative (`numa_node`, `sriov_totalvfs`).
func decimal(_ bytes: [UInt8]?) -> Int? {
  bytes.flatMap { Int($0.trimmed.text) }
}

/// The number in an attribute: hexadecimal with or without `0x`, at most `Value` wide.
func hexadecimal<Value: FixedWidthInteger>(_ bytes: [UInt8]?) -> Value? {
  bytes.flatMap { hexadecimal($0.trimmed) }
}

/// Hexadecimal digits, perhaps after `0x`, and nothing else; nil when they do not fit into `Value`.
func hexadecimal<Value: FixedWidthInteger>(_ word: ArraySlice<UInt8>) -> Value? {
  let digits = word.starts(with: "0x".utf8) ? word.dropFirst(2) : word
  guard !digits.isEmpty, digits.count <= Value.bitWidth / 4 else { return nil }
  var value: Value = 0
  for digit in digits {
    guard let digit = hexDigitValue(digit) else { return nil }
    value = value << 4 | Value(truncatingIfNeeded: digit)
  }
  return value
}

/// What comes after the last slash of a link: `../../../bus/pci/drivers/ahci` is `ahci`.
func lastComponent(_ target: [UInt8]) -> ArraySlice<UInt8> { lastComponent(target[...]) }

func lastComponent(_ target: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
  guard let slash = target.lastIndex(of: UInt8(ascii: "/")) else { return target }
  return target[(slash + 1)...]
}
