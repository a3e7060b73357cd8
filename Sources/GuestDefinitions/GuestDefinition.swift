import HostModel

/// A guest as libvirt defines it: `virsh dumpxml`. Everything but the devices that are handed over is
/// kept as it is, byte for byte.
package struct GuestDefinition: Sendable, Equatable {
  package private(set) var text: [UInt8]
  private var tags: [XMLTag]

  /// Nil when the text is no domain definition with devices.
  package init?(_ text: [UInt8]) {
    guard let tags = scanTags(text), tags.first?.name == "domain",
      tags.contains(where: { $0.name == "devices" && $0.kind != .closing })
    else { return nil }
    self.text = text
    self.tags = tags
  }

  /// The host's functions that it has, in the order of the document.
  package var hostDevices: [PCIAddress] { hostdevRanges.map(\.address) }

  /// The definition with `elements` as its last devices; nil when its `devices` have no end.
  package func adding(_ elements: [String]) -> GuestDefinition? {
    guard let end = tags.last(where: { $0.name == "devices" && $0.kind == .closing }) else { return nil }
    // The elements go before the line of </devices>, one step deeper than it.
    let lineStart = text[..<end.range.lowerBound].lastIndex(of: 0x0a).map { $0 + 1 } ?? end.range.lowerBound
    let indentation = text[lineStart..<end.range.lowerBound]
    let isOnOwnLine = indentation.allSatisfy(isSpace)
    let margin = (isOnOwnLine ? Array(indentation) : []) + Array("  ".utf8)
    var inserted: [UInt8] = []
    for line in elements.flatMap({ Array($0.utf8).lines.map(Array.init) }) {
      inserted += margin + line + [0x0a]
    }
    let place = isOnOwnLine ? lineStart : end.range.lowerBound
    return GuestDefinition(Array(text[..<place]) + inserted + text[place...])
  }

  /// The definition without the elements of these functions.
  package func removing(_ addresses: [PCIAddress]) -> GuestDefinition? {
    var result = text
    for (address, range) in hostdevRanges.reversed() where addresses.contains(address) {
      result.removeSubrange(wholeLines(of: range))
    }
    return GuestDefinition(result)
  }

  /// The elements of these functions, in the order of the document.
  package func elements(of addresses: [PCIAddress]) -> [String] {
    hostdevRanges.filter { addresses.contains($0.address) }.map { text[$0.range].text + "\n" }
  }

  /// Each hostdev element of a PCI function: its address on the host, and where it stands.
  private var hostdevRanges: [(address: PCIAddress, range: Range<Int>)] {
    var found: [(address: PCIAddress, range: Range<Int>)] = []
    var start: Int?
    var isInSource = false
    var address: PCIAddress?
    for tag in tags {
      switch (tag.name, tag.kind) {
      case ("hostdev", .opening) where tag.attributes["type"] == "pci":
        start = tag.range.lowerBound
        address = nil
      case ("source", .opening): isInSource = true
      case ("source", .closing): isInSource = false
      case ("address", .empty), ("address", .opening):
        if start != nil, isInSource { address = PCIAddress(guestAttributes: tag.attributes) }
      case ("hostdev", .closing):
        if let start, let address { found.append((address, start..<tag.range.upperBound)) }
        start = nil
      default: break
      }
    }
    return found
  }

  /// The range with its indentation and line end, where it has its lines to itself.
  private func wholeLines(of range: Range<Int>) -> Range<Int> {
    let lineStart = text[..<range.lowerBound].lastIndex(of: 0x0a).map { $0 + 1 } ?? 0
    guard text[lineStart..<range.lowerBound].allSatisfy(isSpace), range.upperBound < text.endIndex,
      text[range.upperBound] == 0x0a
    else { return range }
    return lineStart..<(range.upperBound + 1)
  }

  /// Free places for `count` slots with several functions.
  ///
  /// With PCI Express each goes below a root port: one that nothing is plugged into, else a new bus
  /// after the last, whose port libvirt adds by itself. Otherwise onto free slots of bus 0, the last
  /// first. Fewer than asked for when there is no more room.
  package func freePlaces(_ count: Int) -> [GuestSlotPlace] {
    let controllers = tags.filter { $0.name == "controller" && $0.attributes["type"] == "pci" }
    let used = tags.filter { $0.name == "address" && $0.attributes["type"] == "pci" }.map(\.attributes)
    guard controllers.contains(where: { $0.attributes["model"] == "pcie-root" }) else {
      let taken = Set(used.filter { number($0["bus"]) == 0 }.compactMap { number($0["slot"]) })
      return (1...0x1e).reversed().filter { !taken.contains($0) }.prefix(count).map {
        GuestSlotPlace(bus: 0, slot: UInt8(truncatingIfNeeded: $0))
      }
    }
    let takenBuses = Set(used.compactMap { number($0["bus"]) })
    let ports = controllers.filter { $0.attributes["model"] == "pcie-root-port" }
    let emptyPorts = ports.compactMap { number($0.attributes["index"]) }.filter { !takenBuses.contains($0) }
    let last = (controllers.compactMap { number($0.attributes["index"]) } + takenBuses).max() ?? 0
    return (emptyPorts.sorted() + Array((last + 1)..<(last + 1 + count)))
      .prefix(count).compactMap { UInt8(exactly: $0).map { GuestSlotPlace(bus: $0) } }
  }
}

/// A number as libvirt writes it: 0x1f or 31. Nil for what is above what a bus or slot can be.
private func number(_ text: String?) -> Int? {
  guard let text else { return nil }
  let value = text.hasPrefix("0x") ? Int(text.dropFirst(2), radix: 16) : Int(text)
  return value.flatMap { (0...0xffff).contains($0) ? $0 : nil }
}

extension PCIAddress {
  /// As libvirt's address element gives it.
  init?(guestAttributes attributes: [String: String]) {
    let domain = attributes["domain"] ?? "0"
    let domainNumber = domain.hasPrefix("0x") ? UInt32(domain.dropFirst(2), radix: 16) : UInt32(domain)
    guard let domainNumber, let bus = number(attributes["bus"]).flatMap(UInt8.init(exactly:)),
      let slot = number(attributes["slot"]).flatMap(UInt8.init(exactly:)),
      let function = number(attributes["function"] ?? "0").flatMap(UInt8.init(exactly:))
    else { return nil }
    self.init(domain: domainNumber, bus: bus, device: slot, function: function)
  }
}
