import HostFiles
import HostModel

/// Where distributions keep pci.ids, below /.
let pciIDPaths = ["usr/share/hwdata/pci.ids", "usr/share/misc/pci.ids", "usr/share/pci.ids"]

/// Names from the text file; nil when there is none.
func pciIDNames(_ wanted: WantedNames, path: String) -> PCINames? {
  guard let root = try? HostRoot(directory: "/"), let text = (try? root.bytes(at: path)) ?? nil else {
    return nil
  }
  return pciIDNames(wanted, text: text)
}

/// pci.ids is lines: `8086  Intel Corporation`, below it `<TAB>1234  Name`, below that subsystems
/// with two TABs; later `C 03  Display controller` with `<TAB>00  VGA compatible controller`.
func pciIDNames(_ wanted: WantedNames, text: [UInt8]) -> PCINames {
  var names = PCINames()
  var section = Section.none
  var rest = text[...]
  while !rest.isEmpty {
    let line = rest.prefix { $0 != 0x0a }
    rest = rest.dropFirst(line.count + 1)
    guard let first = line.first, first != UInt8(ascii: "#") else { continue }
    if first != 0x09 {
      section = Section(heading: line)
      if case .vendor(let vendor) = section, wanted.vendors.contains(vendor) {
        names.vendors[vendor] = name(in: line.dropFirst(4))
      }
      continue
    }
    switch section {
    case .vendor(let vendor):
      guard wanted.vendors.contains(vendor), let id = number(line.dropFirst().prefix(4)) else { continue }
      let key = UInt32(vendor) << 16 | id
      if wanted.devices.contains(key) { names.devices[key] = name(in: line.dropFirst(5)) }
    case .baseClass(let base):
      guard let sub = number(line.dropFirst().prefix(2)), wanted.classes.contains(base << 8 | sub) else {
        continue
      }
      names.classes[base << 8 | sub] = name(in: line.dropFirst(3))
    case .none: continue
    }
  }
  return names
}

private enum Section {
  case none
  case vendor(UInt16)
  case baseClass(UInt32)

  init(heading line: ArraySlice<UInt8>) {
    if line.starts(with: "C ".utf8) {
      self = number(line.dropFirst(2).prefix(2)).map(Section.baseClass) ?? .none
    } else if let vendor = number(line.prefix(4)), line.dropFirst(4).starts(with: "  ".utf8) {
      self = .vendor(UInt16(truncatingIfNeeded: vendor))
    } else {
      self = .none
    }
  }
}

/// Nil unless all are hexadecimal digits.
private func number(_ digits: ArraySlice<UInt8>) -> UInt32? {
  guard !digits.isEmpty else { return nil }
  var value: UInt32 = 0
  for byte in digits {
    guard let digit = hexDigitValue(byte) else { return nil }
    value = value << 4 | UInt32(digit)
  }
  return value
}

private func name(in rest: ArraySlice<UInt8>) -> String? {
  rest.starts(with: "  ".utf8) ? rest.dropFirst(2).text : nil
}
