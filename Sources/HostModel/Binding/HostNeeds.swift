/// What this host lives on, found out on the running host and copied into the initramfs: at boot,
/// before any driver, no disk can be looked at.
package struct HostNeeds: Equatable, Sendable {
  package static let path = "etc/passthru-doctor/host-needs"
  package static let version = 1

  /// What command line, fstab and crypttab ask for, as written: `UUID=…`, `/dev/vda3`.
  package var sources: [String]
  /// Every other name of the block devices behind the sources: `/dev/disk/by-uuid/…`, `/dev/sda3`.
  package var aliases: [String]
  package var devices: [NeededDevice]
  /// Whether the root file system was followed down to PCI functions, and nothing was left open.
  package var isComplete: Bool

  package init(
    sources: [String] = [], aliases: [String] = [], devices: [NeededDevice] = [],
    isComplete: Bool = false
  ) {
    self.sources = sources
    self.aliases = aliases
    self.devices = devices
    self.isComplete = isComplete
  }

  /// Whether it was found out what a name on the command line leads to.
  func explains(_ source: String) -> Bool {
    sources.contains(source) || aliases.contains(source) || aliases.contains(Self.deviceLink(source))
  }

  /// `UUID=x` as the link that udev makes for it, `/dev/disk/by-uuid/x`; anything else as it is.
  private static func deviceLink(_ source: String) -> String {
    let bytes = Array(source.utf8)
    guard let equals = bytes.firstIndex(of: UInt8(ascii: "=")) else { return source }
    let value = bytes[(equals + 1)...].filter { $0 != UInt8(ascii: "\"") }.text
    switch bytes[..<equals].text.lowercased() {
    case "uuid": return "/dev/disk/by-uuid/" + value
    case "label": return "/dev/disk/by-label/" + value
    case "partuuid": return "/dev/disk/by-partuuid/" + value.lowercased()
    case "partlabel": return "/dev/disk/by-partlabel/" + value
    default: return source
    }
  }
}

/// A PCI function that carries something the host cannot do without.
package struct NeededDevice: Equatable, Sendable {
  package var identity: DeviceIdentity
  /// What for, as `devices --json` calls it: root, boot, swap…
  package var uses: [String]

  package init(identity: DeviceIdentity, uses: [String]) {
    self.identity = identity
    self.uses = uses
  }
}

extension HostNeeds {
  /// Reads the file; refused as a whole for one line that is not understood.
  package init(parsing bytes: [UInt8]) throws(RecordError) {
    self.init()
    var fields: IdentityFields?
    var uses: [String] = []
    for line in try recordLines(bytes, version: Self.version) {
      guard !isComplete else { throw RecordError(line: line.number, "something stands after \"complete\"") }
      switch line.key {
      case "source": sources.append(line.value)
      case "alias": aliases.append(line.value)
      case "device", "complete":
        if let fields { devices.append(NeededDevice(identity: try fields.identity(), uses: uses)) }
        fields = nil
        uses = []
        if line.key == "device" { fields = try IdentityFields(line) } else { isComplete = true }
      case "use" where fields != nil: uses.append(line.value)
      default:
        if try fields?.take(line) != true {
          throw RecordError(line: line.number, "\"\(line.key)\" is not known here")
        }
      }
    }
    if let fields { devices.append(NeededDevice(identity: try fields.identity(), uses: uses)) }
  }

  /// The file's text; parsing it gives the same value. `complete` is its last line, so that a file
  /// that was cut short is never taken for whole.
  package var text: String {
    var text = "# What this host lives on: none of it is bound at boot. Made anew with every initramfs.\n"
    text += "version \(Self.version)\n"
    for source in sources.sorted() { text += "source \(source)\n" }
    for alias in aliases.sorted() { text += "alias \(alias)\n" }
    for device in devices {
      text += "device \(device.identity.address)\n\(device.identity.fieldLines)"
      for use in device.uses { text += "    use \(use)\n" }
    }
    return isComplete ? text + "complete\n" : text
  }
}
