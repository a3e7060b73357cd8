import Diagnosis
import HostModel

extension DeviceListing {
  /// Schema passthru-doctor/devices/1, in pieces, from the texts of stretches of the devices that
  /// together are all, in order.
  package static func document(_ stretches: [[UInt8]]) -> [[UInt8]] {
    let start = "{\n  \"schema\": \"passthru-doctor/devices/1\",\n  \"devices\": ["
    guard !stretches.isEmpty else { return [Array("\(start)]\n}\n".utf8)] }
    return [Array("\(start)\n    ".utf8)]
      + Array(stretches.map { [$0] }.joined(separator: [Array(separator.utf8)]))
      + [Array("\n  ]\n}\n".utf8)]
  }

  private static let separator = ",\n    "

  /// Some devices as they stand in the document; thousands are written side by side.
  package func text(_ range: Range<Int>) -> [UInt8] {
    var bytes: [UInt8] = []
    // A device takes about a thousand bytes.
    bytes.reserveCapacity(range.count << 10)
    for (index, device) in devices[range].enumerated() {
      if index > 0 { bytes += Self.separator.utf8 }
      JSON.writeObject(to: &bytes, depth: 2) { members(of: device, $0) }
    }
    return bytes
  }

  /// The list alone, as the report carries it.
  package var devicesJSON: JSON { .array(devices.map(json)) }

  package func json(_ device: PCIDevice) -> JSON {
    var list: [(key: String, value: JSON)] = []
    members(of: device) { list.append(($0, $1)) }
    return .object(list)
  }

  /// Gives the members of a device's object, in order.
  private func members(of device: PCIDevice, _ add: (_ key: String, _ value: JSON) -> Void) {
    add("address", .string(device.address.description))
    add("vendor", id(device.vendor))
    add("device", id(device.device))
    add("subsystemVendor", id(device.subsystemVendor))
    add("subsystemDevice", id(device.subsystemDevice))
    add("class", JSON(device.deviceClass.map { hexText($0, digits: 6) }))
    add("vendorName", JSON(names.vendor(of: device)))
    add("deviceName", JSON(names.name(of: device)))
    add("className", JSON(names.className(of: device)))
    let candidates = candidates(for: device)
    add("driver", JSON(device.driver))
    add("candidateDrivers", Self.list(candidates?.drivers.map { $0.name }))
    add("denylistedDrivers", Self.list(candidates?.drivers.filter { $0.isDenylisted }.map { $0.name }))
    add("vfioDriver", JSON(candidates?.vfioDriver))
    add("driverOverride", JSON(device.driverOverride))
    add("group", JSON(device.group))
    add("parent", JSON(device.parent?.description))
    add("isBridge", .bool(device.isBridge))
    add("bootVGA", device.bootVGA.map(JSON.bool) ?? .null)
    add("numaNode", JSON(device.numaNode))
    add("resetMethods", Self.list(device.resetMethods))
    add("reservedRegions", device.group.flatMap { reservedRegions[$0] }.map(Self.json) ?? .null)
    add("virtualFunctionOf", JSON(device.virtualFunctionOf?.description))
    add("uses", .array(uses.of(device.address).map { $0.json }))
  }

  private static func list(_ texts: [String]?) -> JSON {
    guard let texts else { return .null }
    return JSON(texts)
  }

  private func id(_ value: UInt16?) -> JSON { JSON(value.map { hexText(UInt32($0), digits: 4) }) }

  static func json(_ regions: [ReservedRegion]) -> JSON {
    .array(
      regions.map { region in
        .object([
          ("start", .string("0x" + String(region.first, radix: 16))),
          ("end", .string("0x" + String(region.last, radix: 16))),
          ("type", .string(region.kind)),
        ])
      })
  }
}

extension HostUse {
  var json: JSON { .object([("kind", .string(kind.rawValue)), ("detail", .string(detail))]) }
}

extension GroupJudgement {
  /// One group of schema passthru-doctor/groups/1.
  package var json: JSON {
    .object([
      ("id", .number(group.id)),
      ("members", JSON(group.members.map(\.description))),
      ("verdict", .string(verdict.rawValue)),
      ("blockers", .array(blockers.map(\.json))),
      ("notes", .array(notes.map(\.json))),
      ("domainType", JSON(group.domainType)),
      ("reservedRegions", group.reservedRegions.map(DeviceListing.json) ?? .null),
    ])
  }

  /// Schema passthru-doctor/groups/1.
  package static func json(_ judgements: [GroupJudgement]) -> JSON {
    .object([
      ("schema", .string("passthru-doctor/groups/1")), ("groups", .array(judgements.map(\.json))),
    ])
  }
}

extension GroupJudgement.Blocker {
  fileprivate var json: JSON {
    .object([
      ("address", .string(address.description)), ("reason", .string(reason)), ("command", JSON(command)),
    ])
  }
}

extension GroupJudgement.Note {
  fileprivate var json: JSON {
    .object([("address", JSON(address?.description)), ("text", .string(text))])
  }
}
