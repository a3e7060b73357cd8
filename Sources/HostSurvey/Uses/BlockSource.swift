import BlockDevices
import HostFiles
import HostModel

/// Every block device below the root, and what stands on those that hang on a PCI function.
func surveyBlockDevices(_ root: HostRoot, _ places: PCIPlaces) -> Observed<BlockTree> {
  let path = "sys/class/block"
  do throws(HostFileError) {
    guard let names = try root.names(in: path) else {
      return .unreadable(source: path, reason: "there is no such directory")
    }
    // Memory disks are many and stand on nothing.
    let nodes = names.filter { !$0.hasPrefix("ram") }.map { blockNode($0, root, places) }
    return .found(BlockTree(withContents(nodes, root)), source: path)
  } catch {
    return .unreadable(source: path, reason: error.reason)
  }
}

private func blockNode(_ name: String, _ root: HostRoot, _ places: PCIPlaces) -> BlockNode {
  let path = root.sysfsPath(of: "sys/class/block/\(name)")
  var node = BlockNode(name: name, path: path)
  node.number = root.attribute(path + "/dev")
  node.isPartition = root.exists(path + "/partition")
  node.functions = places.functions(on: path)
  guard node.isVirtual else { return node }
  node.lowers = root.listing(path + "/slaves")
  node.mappingName = root.attribute(path + "/dm/name")
  node.mappingUUID = root.attribute(path + "/dm/uuid")
  node.raidLevel = root.attribute(path + "/md/level")
  node.backingFile = root.attribute(path + "/loop/backing_file")
  if node.functions.isEmpty { node.functions = multipathControllers(path, root, places) }
  return node
}

/// The controllers of an NVMe namespace that the kernel reaches over several of them: its device is
/// `virtual/nvme-subsystem/nvme-subsys0/nvme0n1`, and the controllers are links beside it
/// (drivers/nvme/host/multipath.c).
private func multipathControllers(_ path: String, _ root: HostRoot, _ places: PCIPlaces) -> [PCIAddress] {
  let components = path.split(separator: "/")
  guard let index = components.firstIndex(of: "nvme-subsystem"), components.count > index + 1 else {
    return []
  }
  let subsystem = components[...(index + 1)].joined(separator: "/")
  return root.listing(subsystem).filter { $0.hasPrefix("nvme") }.flatMap {
    places.functions(on: root.sysfsPath(of: "\(subsystem)/\($0)"))
  }
}

/// Adds what stands on each device: as udev's database says, which libblkid itself filled at the
/// device's last change; where it has no record, as libblkid finds it now, if it may look.
private func withContents(_ nodes: [BlockNode], _ root: HostRoot) -> [BlockNode] {
  let partitioned = Set(nodes.compactMap(\.disk))
  return nodes.map { node in
    var node = node
    guard let number = node.number, !node.functions.isEmpty else { return node }
    if let record = (try? root.bytes(at: "run/udev/data/b\(number)")) ?? nil {
      node.content = BlockContent(properties: record)
    } else if partitioned.contains(node.name) {
      // What stands on a disk with partitions stands on these.
      node.content = BlockContent()
    } else {
      node.content = probedContent(node.name, root)
    }
    return node
  }
}

/// Only the running host's own devices are looked at; a recorded host answers with what was found.
private func probedContent(_ name: String, _ root: HostRoot) -> BlockContent? {
  let answer = root.probed("block/\(name)") {
    guard root.isRunningHost else { return nil }
    let device = "/dev/" + name.split(separator: "!", omittingEmptySubsequences: false).joined(separator: "/")
    return (try? probeBlockDevice(device))?.properties
  }
  return answer.map { BlockContent(properties: Array($0.utf8)) }
}
