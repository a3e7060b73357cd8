extension BindingConfiguration {
  /// Reads the file. A line that is not understood refuses all of it: half a configuration may bind
  /// half a group.
  package init(parsing bytes: [UInt8]) throws(RecordError) {
    var reader = Reader()
    for line in try recordLines(bytes, version: Self.version) { try reader.take(line) }
    groups = try reader.finish()
  }

  /// The file's text; parsing it gives the same value.
  package var text: String {
    var text = """
      # What vfio-pci gets at every boot, before any other driver.
      # Change it with "passthru-doctor bind" and "unbind": the copy in the initramfs is what counts.
      version \(Self.version)

      """
    for group in groups {
      text += "\ngroup\n"
      for device in group.devices {
        if let name = device.name { text += "  # \(name)\n" }
        text +=
          "  device \(device.identity.address)\n\(device.identity.fieldLines)    driver \(device.driver)\n"
        for override in device.overrides { text += "    override \(override)\n" }
      }
    }
    return text
  }

  private struct Reader {
    private var groups: [ChosenGroup] = []
    private var fields: IdentityFields?
    private var name: String?
    private var driver: String?
    private var overrides: [String] = []
    private var groupLine: Int?
    private var addresses: [PCIAddress] = []

    mutating func take(_ line: RecordLine) throws(RecordError) {
      switch line.key {
      case "group":
        guard line.value.isEmpty else {
          throw RecordError(line: line.number, "\"group\" stands alone on its line")
        }
        try endGroup()
        groups.append(ChosenGroup(devices: []))
        groupLine = line.number
      case "device":
        guard groupLine != nil else { throw RecordError(line: line.number, "a device outside a group") }
        try endDevice()
        let begun = try IdentityFields(line)
        guard !addresses.contains(begun.address) else {
          throw RecordError(line: line.number, "\(begun.address) is chosen twice")
        }
        addresses.append(begun.address)
        fields = begun
        name = line.comment
      default: try takeField(line)
      }
    }

    private mutating func takeField(_ line: RecordLine) throws(RecordError) {
      if try fields?.take(line) == true { return }
      guard fields != nil, line.key == "driver" || line.key == "override" else {
        throw RecordError(line: line.number, "\"\(line.key)\" is not known here")
      }
      if line.key == "override" {
        guard !line.value.isEmpty, !line.value.contains(" ") else {
          throw RecordError(line: line.number, "\"override\" wants one word")
        }
        return overrides.append(line.value)
      }
      guard driver == nil else { throw RecordError(line: line.number, "a second \"driver\" for one device") }
      guard ChosenDevice.isVFIODriver(line.value) else {
        throw RecordError(line: line.number, "\"\(line.value)\" is no driver of vfio")
      }
      driver = line.value
    }

    private mutating func endDevice() throws(RecordError) {
      guard let ended = fields, let last = groups.indices.last else { return }
      guard let driver else { throw RecordError(line: ended.line, "\(ended.address) has no \"driver\"") }
      groups[last].devices.append(
        ChosenDevice(identity: try ended.identity(), driver: driver, overrides: overrides, name: name))
      (fields, self.driver, overrides, name) = (nil, nil, [], nil)
    }

    private mutating func endGroup() throws(RecordError) {
      try endDevice()
      guard groups.last?.devices.isEmpty != true else {
        throw RecordError(line: groupLine, "a group without a device")
      }
    }

    mutating func finish() throws(RecordError) -> [ChosenGroup] {
      try endGroup()
      return groups
    }
  }
}
