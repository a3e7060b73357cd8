import HostFiles
import HostModel

/// A recorded sysfs with PCI functions and IOMMU groups, as the kernel lays it out.
package struct PCITree {
  package private(set) var files = RecordedFiles()
  private var paths: [String: String] = [:]

  package init() {
    files.add(.directory, at: "sys/bus/pci/devices")
    files.add(.directory, at: "sys/kernel/iommu_groups")
  }

  /// Adds a function below its parent, with the attributes that make it one; what is nil is not
  /// there. `more` are further attributes by name.
  @discardableResult
  package mutating func add(
    _ address: String, id: String? = "8086:1234", class deviceClass: String? = "020000",
    subsystem: String? = nil, driver: String? = nil, group: Int? = nil, below parent: String? = nil,
    _ more: [String: String] = [:]
  ) -> String {
    let above = parent.flatMap { paths[$0] } ?? "sys/devices/pci\(address.dropLast(5))"
    let path = above + "/" + address
    paths[address] = path
    var event = ""
    if let driver { event += "DRIVER=\(driver)\n" }
    if let deviceClass { event += "PCI_CLASS=\(deviceClass.drop { $0 == "0" }.uppercased())\n" }
    if let id { event += "PCI_ID=\(id.uppercased())\n" }
    if let subsystem { event += "PCI_SUBSYS_ID=\(subsystem.uppercased())\n" }
    add("uevent", event + "PCI_SLOT_NAME=\(address)\n", to: path)
    for (name, value) in more { add(name, value + "\n", to: path) }
    let up = String(repeating: "../", count: path.split(separator: "/").count - 1)
    link(path + "/subsystem", to: up + "bus/pci")
    link("sys/bus/pci/devices/" + address, to: "../../../" + path.dropFirst(4))
    if let driver {
      link(path + "/driver", to: up + "bus/pci/drivers/" + driver)
      link("sys/bus/pci/drivers/\(driver)/\(address)", to: "../../../../" + path.dropFirst(4))
    }
    if let group {
      link(path + "/iommu_group", to: up + "kernel/iommu_groups/\(group)")
      link("sys/kernel/iommu_groups/\(group)/devices/" + address, to: "../../../../" + path.dropFirst(4))
    }
    return path
  }

  /// Adds a file anywhere.
  package mutating func add(_ name: String, _ text: String, to path: String) {
    files.add(.file(Array(text.utf8)), at: path + "/" + name)
  }

  package mutating func add(_ path: String, _ entry: RecordedFiles.Entry) { files.add(entry, at: path) }

  package mutating func link(_ path: String, to target: String) { files.add(.link(target), at: path) }

  /// Where a function's directory is, below the root.
  package func path(of address: String) -> String { paths[address] ?? "" }

  package var root: HostRoot { HostRoot(recording: files, name: "test") }
}
