import HostFiles
import HostModel

/// Finds block devices by the names that tables and arguments give them.
struct DeviceNames {
  let root: HostRoot
  let tree: BlockTree

  /// What a name stands for.
  enum Answer: Equatable {
    case devices([String])
    /// It names no block device: a server's share, a file, a pseudo file system.
    case noDevice
    /// A device that is not plugged in, or not activated.
    case missing
    /// It may be one of the devices whose contents could not be read.
    case unknown

    /// The devices; none where it is no device, or not known.
    var found: [String] {
      if case .devices(let names) = self { names } else { [] }
    }
  }

  /// `UUID=…`, `LABEL=…`, `PARTUUID=…`, `PARTLABEL=…`, `ID=…`, `/dev/…`; quotes are taken off.
  func find(_ name: String) -> Answer {
    if name.hasPrefix("/dev/") { return device(at: String(name.dropFirst())) }
    guard let equals = name.firstIndex(of: "=") else { return .noDevice }
    let value = name[name.index(after: equals)...].filter { $0 != "\"" && $0 != "'" }
    switch name[..<equals].uppercased() {
    case "UUID": return tagged(value, link: "by-uuid") { $0.uuid }
    case "LABEL": return tagged(value, link: "by-label") { $0.label }
    case "PARTUUID": return tagged(value, link: "by-partuuid") { $0.partitionUUID }
    case "PARTLABEL": return tagged(value, link: "by-partlabel") { $0.partitionLabel }
    case "ID": return device(at: "dev/disk/by-id/" + value)
    default: return .noDevice
    }
  }

  /// By contents: every device that carries the tag; else by udev's link.
  private func tagged(_ value: String, link: String, _ tag: (BlockContent) -> String?) -> Answer {
    let wanted = value.lowercased()
    let found = tree.sorted.filter { $0.content.flatMap(tag)?.lowercased() == wanted }.map(\.name)
    if !found.isEmpty { return .devices(found) }
    if case .devices(let names) = device(at: "dev/disk/\(link)/" + encoded(value)) { return .devices(names) }
    return tree.nodes.values.contains { !$0.functions.isEmpty && $0.content == nil } ? .unknown : .missing
  }

  /// Follows links in dev to a device's own name.
  private func device(at path: String) -> Answer {
    var path = path
    for _ in 0..<10 {
      let name = path.dropFirst(4).split(separator: "/").joined(separator: "!")
      if tree.nodes[name] != nil { return .devices([name]) }
      let next = root.sysfsPath(of: path)
      guard next != path, next.hasPrefix("dev/") else { break }
      path = next
    }
    return byMapping(path)
  }

  /// Names of device-mapper devices, which may be nodes of their own: dev/mapper/NAME, and
  /// dev/GROUP/VOLUME of LVM, whose mapping doubles the dashes of both.
  private func byMapping(_ path: String) -> Answer {
    let components = path.split(separator: "/").dropFirst()
    guard components.count == 2, let first = components.first, let last = components.last else {
      return .missing
    }
    let name = first == "mapper" ? String(last) : doubled(first) + "-" + doubled(last)
    return tree.node(mapping: name).map { .devices([$0.name]) } ?? .missing
  }

  private func doubled(_ name: Substring) -> String {
    name.split(separator: "-", omittingEmptySubsequences: false).joined(separator: "--")
  }

  /// As udev writes labels in file names: what is neither a letter, a digit nor one of `#+-.:=@_` as
  /// `\x20` (systemd, device_nodes_whitelist_char_from_utf8).
  private func encoded(_ value: String) -> String {
    var result: [UInt8] = []
    for byte in value.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x80...: result.append(byte)
      case _ where "#+-.:=@_".utf8.contains(byte): result.append(byte)
      default:
        result += "\\x".utf8
        appendHex(UInt32(byte), digits: 2, to: &result)
      }
    }
    return result.text
  }
}
