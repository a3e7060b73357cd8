import HostFiles
import HostModel

// A device's place in sysfs names every device above it: its bus, its controller, the bridges.

extension HostRoot {
  /// The directory below the root that a link of sysfs leads to: `sys/class/net/eth0` gives
  /// `sys/devices/pci0000:00/0000:00:03.0/net/eth0`. A path that is no link is its own answer.
  func sysfsPath(of path: String) -> String {
    guard let target = (try? linkTarget(at: path)) ?? nil else { return path }
    var components = target.hasPrefix("/") ? [] : path.split(separator: "/").dropLast().map(String.init)
    for component in target.split(separator: "/") where component != "." {
      if component == ".." { _ = components.popLast() } else { components.append(String(component)) }
    }
    return components.joined(separator: "/")
  }

  /// Names in a directory; empty when there is none or it cannot be listed.
  func listing(_ path: String) -> [String] { ((try? names(in: path)) ?? nil) ?? [] }

  /// A one-line attribute; nil when there is none, it is empty, or it cannot be read.
  func attribute(_ path: String) -> String? {
    ((try? line(at: path)) ?? nil).flatMap { $0.isEmpty ? nil : $0 }
  }
}

/// The PCI functions that a device hangs on, from its place in sysfs.
struct PCIPlaces {
  private let bridges: Set<PCIAddress>

  init(_ devices: [PCIDevice]) {
    bridges = Set(devices.filter(\.isBridge).map(\.address))
  }

  /// The controller, and what stands above it other than bridges: a VMD controller is lost with
  /// every disk behind it. In order, nearest last.
  func functions(on path: String) -> [PCIAddress] {
    let all = path.split(separator: "/").compactMap { component in
      // The kernel always writes the domain; `pci0000:00` is the root bus.
      component.utf8.count >= 12 ? PCIAddress(component) : nil
    }
    let controllers = all.filter { !bridges.contains($0) }
    return controllers.isEmpty ? Array(all.suffix(1)) : controllers
  }
}
