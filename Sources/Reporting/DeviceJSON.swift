import Diagnosis
import HostModel

extension DeviceListing {
  /// Schema passthru-doctor/devices/1, from the texts of all devices in order (see `text`).
  package static func document(_ texts: [[UInt8]]) -> [UInt8] {
    var bytes = Array("{\n  \"schema\": \"passthru-doctor/devices/1\",\n  \"devices\": [".utf8)
    bytes.reserveCapacity(texts.reduce(bytes.count + 16) { $0 + $1.count + 8 })
    for (index, text) in texts.enumerated() {
      bytes += (index == 0 ? "\n    " : ",\n    ").utf8
      bytes += text
    }
    bytes += (texts.isEmpty ? "]\n}\n" : "\n  ]\n}\n").utf8
    return bytes
  }

  /// A device as it stands in the document; thousands are written side by side.
  package func text(_ device: PCIDevice) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(1024)
    json(device).write(to: &bytes, depth: 2)
    return bytes
  }

  /// The list alone, as the report carries it.
  package var devicesJSON: JSON { .array(devices.map(json)) }

  package func json(_ device: PCIDevice) -> JSON {
    .object(identity(of: device) + drivers(of: device) + place(of: device) + features(of: device))
  }

  private typealias Members = [(key: String, value: JSON)]

  private func identity(of device: PCIDevice) -> Members {
    [
      ("address", .string(device.address.description)),
      ("vendor", id(device.vendor)),
      ("device", id(device.device)),
      ("subsystemVendor", id(device.subsystemVendor)),
      ("subsystemDevice", id(device.subsystemDevice)),
      ("class", JSON(device.deviceClass.map { hexText($0, digits: 6) })),
      ("vendorName", JSON(names.vendor(of: device))),
      ("deviceName", JSON(names.name(of: device))),
      ("className", JSON(names.className(of: device))),
    ]
  }

  private func drivers(of device: PCIDevice) -> Members {
    let candidates = candidates(for: device)
    let all = candidates?.drivers.map { $0.name }
    let denylisted = candidates?.drivers.filter { $0.isDenylisted }.map { $0.name }
    return [
      ("driver", JSON(device.driver)),
      ("candidateDrivers", Self.list(all)),
      ("denylistedDrivers", Self.list(denylisted)),
      ("vfioDriver", JSON(candidates?.vfioDriver)),
      ("driverOverride", JSON(device.driverOverride)),
    ]
  }

  private func place(of device: PCIDevice) -> Members {
    [
      ("group", JSON(device.group)),
      ("parent", JSON(device.parent?.description)),
      ("isBridge", .bool(device.isBridge)),
      ("bootVGA", device.bootVGA.map(JSON.bool) ?? .null),
      ("numaNode", JSON(device.numaNode)),
    ]
  }

  private func features(of device: PCIDevice) -> Members {
    let regions = device.group.flatMap { reservedRegions[$0] }
    return [
      ("resetMethods", Self.list(device.resetMethods)),
      ("reservedRegions", regions.map(Self.json) ?? .null),
      ("virtualFunctionOf", JSON(device.virtualFunctionOf?.description)),
      ("uses", .array(uses.of(device.address).map { $0.json })),
    ]
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
