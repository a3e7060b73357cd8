import BlockDevices
import HostFiles
import HostModel

extension BootLoaderSource {
  /// EFI system partitions and extended boot loader partitions: by the partition table's types, as udev's
  /// database or libblkid has them; on a host that does not run, by etc/fstab.
  func bootPartitions(_ fstab: [FstabEntry]) throws(HostFileError) -> [BootPartition] {
    let mounts = Mount.parse(mountInfo: try root.bytes(at: "proc/self/mountinfo") ?? [])
    var partitions: [BootPartition] = []
    for name in root.isRunningHost || !mounts.isEmpty ? try root.names(in: "sys/class/block") ?? [] : [] {
      guard root.exists("sys/class/block/\(name)/partition"),
        let number = root.attribute("sys/class/block/\(name)/dev"),
        let content = content(of: name, number),
        let kind = content.partitionType.flatMap({ BootPartition.Kind(partitionType: $0) })
      else { continue }
      let mount = mounts.first { $0.deviceNumber == number && $0.type != "autofs" }
      partitions.append(
        BootPartition(
          kind: kind, device: name, mountPoint: mount.map { String($0.mountPoint.dropFirst()) },
          isInFstab: fstab.contains { $0.names(name, content) }))
    }
    return partitions.isEmpty ? listed(in: fstab) : partitions
  }

  private func content(of name: String, _ number: String) -> BlockContent? {
    if let record = (try? root.bytes(at: "run/udev/data/b\(number)")) ?? nil {
      let content = BlockContent(properties: record)
      if content.partitionType != nil { return content }
    }
    let answer = root.probed("block/\(name)") {
      guard root.isRunningHost else { return nil }
      let device =
        "/dev/" + name.split(separator: "!", omittingEmptySubsequences: false).joined(separator: "/")
      return (try? probeBlockDevice(device))?.properties
    }
    return answer.map { BlockContent(properties: Array($0.utf8)) }
  }

  /// What etc/fstab mounts where such partitions are mounted by custom.
  private func listed(in fstab: [FstabEntry]) -> [BootPartition] {
    fstab.compactMap { entry in
      let place = String(entry.mountPoint.drop { $0 == "/" })
      guard entry.type == "vfat", Self.customaryMountPoints.contains(place) else { return nil }
      return BootPartition(kind: .esp, device: nil, mountPoint: place, isInFstab: true)
    }
  }

  /// Where to look for what a loader reads: the partitions' places, then those of custom.
  func mountPoints(of partitions: [BootPartition]) -> [String] {
    let found = partitions.compactMap(\.mountPoint).filter { !$0.isEmpty }
    return found + Self.customaryMountPoints.filter { !found.contains($0) }
  }

  /// What etc/fstab mounts there, with nothing mounted: files written there would lie below the mount.
  func unmounted(_ fstab: [FstabEntry]) throws(HostFileError) -> [String] {
    guard root.isRunningHost, let mounts = try root.bytes(at: "proc/self/mounts") else { return [] }
    let mounted = Set(Mount.parse(mounts: mounts).map(\.mountPoint))
    return fstab.map(\.mountPoint).filter {
      Self.customaryMountPoints.contains(String($0.dropFirst())) && !mounted.contains($0)
    }
  }
}

extension FstabEntry {
  fileprivate func names(_ device: String, _ content: BlockContent) -> Bool {
    let known = [
      ("UUID=", content.uuid), ("LABEL=", content.label), ("PARTUUID=", content.partitionUUID),
      ("PARTLABEL=", content.partitionLabel), ("/dev/", device), ("/dev/disk/by-uuid/", content.uuid),
      ("/dev/disk/by-partuuid/", content.partitionUUID),
    ]
    return known.contains { prefix, value in
      value.map { source.value(after: prefix)?.lowercased() == $0.lowercased() } ?? false
    }
  }
}
