extension HostNeeds? {
  /// Throws when a device that is to be bound is, or cannot be told not to be, one that the host
  /// lives on. Nil stands for "nobody knows what the host lives on".
  package func approve(
    _ bindings: [PlannedBinding], devices: [PCIDevice], boot: BootSources
  ) throws(Decline) {
    let byAddress = DevicesByAddress(devices)
    for binding in bindings {
      guard let device = byAddress[binding.address] else { continue }
      try self?.refuseNeeded(device, among: devices)
      try refuseUnexplained(device, boot)
      try self?.refuseMovingNames(device, boot)
    }
  }

  /// A storage controller can only be let go when it is known where everything is that the boot
  /// arguments ask for; a network card when none of it comes over a network.
  private func refuseUnexplained(_ device: PCIDevice, _ boot: BootSources) throws(Decline) {
    let isKnown = self?.isComplete ?? false
    if boot.needsNetwork, device.mayCarryNetwork, !isKnown {
      throw Decline(
        .hostNeedsUnknown,
        "this boot needs a network, and it is not known that it does without \(device.address)")
    }
    guard device.mayCarryStorage else { return }
    guard isKnown, let needs = self else {
      throw Decline(
        .hostNeedsUnknown, "it is not known that the host's own disks are not on \(device.address)")
    }
    guard !boot.storage.isEmpty else {
      throw Decline(.hostNeedsUnknown, "the command line names no root, so it may be on \(device.address)")
    }
    if let source = boot.storage.first(where: { !needs.explains($0) }) {
      throw Decline(
        .hostNeedsUnknown, "the command line asks for \(source), which may be on \(device.address)")
    }
  }
}

extension HostNeeds {
  /// A needed device that is found vetoes itself; one that is not certain vetoes all of its ids.
  func refuseNeeded(_ device: PCIDevice, among devices: [PCIDevice]) throws(Decline) {
    for needed in self.devices {
      let isIt =
        switch needed.identity.search(devices) {
        case .found(let address): address == device.address
        case .uncertain:
          device.vendor == needed.identity.ids.vendor && device.device == needed.identity.ids.device
        }
      guard isIt else { continue }
      let uses = needed.uses.joined(separator: ", ")
      throw Decline(.hostNeedsIt, "\(device.address) carries what the host lives on: \(uses)")
    }
  }

  /// `root=/dev/sda1` is another disk once a controller that also makes `sd` disks is taken away.
  func refuseMovingNames(_ device: PCIDevice, _ boot: BootSources) throws(Decline) {
    for source in boot.storage + sources.sorted() {
      guard let family = DiskNames(source), family.mayComeFrom(device) else { continue }
      throw Decline(
        .hostNeedsUnknown,
        "\(source) may be another disk without \(device.address); name it by UUID= in boot arguments and fstab"
      )
    }
  }
}

/// Families of block device names that the kernel numbers in the order of appearance.
private enum DiskNames {
  case scsi, virtio, nvme, memoryCard

  /// Nil for names that stay: by UUID, by label, by path, of a logical volume.
  init?(_ source: String) {
    let families: [(String, DiskNames)] = [
      ("/dev/sd", .scsi), ("/dev/sr", .scsi), ("/dev/vd", .virtio), ("/dev/nvme", .nvme),
      ("/dev/mmcblk", .memoryCard),
    ]
    guard let family = families.first(where: { source.hasPrefix($0.0) }) else { return nil }
    self = family.1
  }

  func mayComeFrom(_ device: PCIDevice) -> Bool {
    // 1af4:1001 and 1af4:1042 are virtio's block devices, legacy and modern (virtio_ids.h).
    let isVirtioBlock = device.vendor == 0x1af4 && (device.device == 0x1001 || device.device == 0x1042)
    switch self {
    case .virtio: return isVirtioBlock
    case .nvme: return device.subclass == 0x0108
    case .memoryCard: return device.subclass == 0x0805
    case .scsi:
      return device.mayCarryStorage && !isVirtioBlock && device.subclass != 0x0108
        && device.subclass != 0x0805
    }
  }
}

extension PCIDevice {
  /// What disks may be behind; also Thunderbolt, and what does not say what it is.
  package var mayCarryStorage: Bool {
    mayHoldDisks || subclass == 0x0880 || baseClass == 0x00 || baseClass == 0xff
  }

  /// Network and wireless controllers, InfiniBand, USB; and what does not say what it is.
  package var mayCarryNetwork: Bool {
    switch subclass {
    case nil, 0x0c03, 0x0c06: true
    default: baseClass == 0x02 || baseClass == 0x0d || baseClass == 0x00 || baseClass == 0xff
    }
  }
}
