import HostFiles
import HostModel
import PCISurvey

/// The device nodes that a function's drivers made, with a leading slash: disks and their partitions,
/// render nodes, sound cards, input devices, USB devices, serial ports.
///
/// They are what sysfs shows below the function, without the functions behind a bridge.
package func surveyDeviceNodes(of address: PCIAddress, _ root: HostRoot) -> Set<String> {
  var walk = NodeWalk(root: root)
  walk.visit("\(pciDevicesPath)/\(address)", depth: 0)
  return walk.nodes
}

/// A walk over directories of sysfs, bounded in depth and number: a controller with a hub of hubs
/// has a few hundred.
private struct NodeWalk {
  let root: HostRoot
  private(set) var nodes: Set<String> = []
  private var directoriesLeft = 4000

  init(root: HostRoot) { self.root = root }

  mutating func visit(_ path: String, depth: Int) {
    guard depth < 24, directoriesLeft > 0 else { return }
    directoriesLeft -= 1
    // Only what has a number has a node; uevent tells its name.
    guard let names = (try? root.names(in: path)) ?? nil else { return }
    if names.contains("dev"), let name = nodeName(at: path) { nodes.insert("/dev/" + name) }
    for name in names where !Self.isDull(name) && PCIAddress(name) == nil {
      let below = path + "/" + name
      guard (try? root.linkTarget(at: below)) == .some(nil), (try? root.kind(at: below)) == .directory else {
        continue
      }
      visit(below, depth: depth + 1)
    }
  }

  /// Directories that hold attributes only.
  private static func isDull(_ name: String) -> Bool {
    ["power", "statistics", "queues", "link", "msi_irqs", "trace", "mq", "iommu", "vfio-dev"].contains(name)
  }

  private func nodeName(at path: String) -> String? {
    let event = ((try? root.bytes(at: path + "/uevent")) ?? nil) ?? []
    let line = event.lines.first { $0.starts(with: "DEVNAME=".utf8) }
    return line.map { $0.dropFirst(8).text }
  }
}
