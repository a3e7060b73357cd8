import HostFiles
import HostModel

// Disks, volumes and what is mounted, on a recorded sysfs.

extension PCITree {
  /// Adds a disk behind a function; `via` is what stands between them.
  package mutating func addDisk(
    _ name: String, _ number: String, on address: String, via: String = "ata1/host0/block",
    _ content: String = ""
  ) {
    addBlock(name, number, at: path(of: address) + "/\(via)/\(name)", content)
  }

  /// Adds a partition of a disk.
  package mutating func addPartition(
    _ name: String, _ number: String, of disk: String, _ content: String = ""
  ) {
    let path = path(ofBlock: disk) + "/" + name
    addBlock(name, number, at: path, content)
    add("partition", "1\n", to: path)
  }

  /// Adds a device-mapper device, an array or another device that stands on others.
  package mutating func addVolume(
    _ name: String, _ number: String, on lowers: [String], mapping: (name: String, uuid: String)? = nil,
    level: String? = nil, backingFile: String? = nil, _ content: String = ""
  ) {
    let path = "sys/devices/virtual/block/" + name
    addBlock(name, number, at: path, content)
    for lower in lowers { link("\(path)/slaves/\(lower)", to: "../../somewhere/\(lower)") }
    if let mapping {
      add("name", mapping.name + "\n", to: path + "/dm")
      add("uuid", mapping.uuid + "\n", to: path + "/dm")
      link("dev/mapper/" + mapping.name, to: "../" + name)
    }
    if let level { add("level", level + "\n", to: path + "/md") }
    if let backingFile { add("backing_file", backingFile + "\n", to: path + "/loop") }
  }

  /// Adds a block device whose directory is given; `content` is lines of udev's record.
  package mutating func addBlock(_ name: String, _ number: String, at path: String, _ content: String) {
    add("dev", number + "\n", to: path)
    link("sys/class/block/" + name, to: "../../" + path.dropFirst(4))
    let record = content.split(separator: " ").map { "E:ID_\($0)\n" }.joined()
    add("b" + number, "I:1\n" + record, to: "run/udev/data")
    add("dev/" + name, .device(.blockDevice))
  }

  private func path(ofBlock name: String) -> String {
    guard case .link(let target) = files.entries["sys/class/block/" + name] else { return "" }
    return "sys/" + target.dropFirst(6)
  }

  /// The tables in proc: lines of mountinfo as `8:1 / ext4 /dev/sda1`, lines of swaps as
  /// `/dev/sda2 partition`.
  package mutating func mount(_ mounts: [String], swaps: [String] = []) {
    let lines = mounts.enumerated().map { index, mount in
      let words = mount.split(separator: " ")
      return "\(20 + index) 1 \(words[0]) / \(words[1]) rw,relatime shared:1 - \(words[2]) \(words[3]) rw\n"
    }
    add("mountinfo", lines.joined(), to: "proc/self")
    add("swaps", "Filename Type Size Used Priority\n" + swaps.map { $0 + " 100 0 -2\n" }.joined(), to: "proc")
  }

  /// Adds a network interface behind a function, or a virtual one.
  package mutating func addInterface(
    _ name: String, on address: String? = nil, lowers: [String] = [], uppers: [String] = []
  ) {
    let above = address.map { self.path(of: $0) } ?? "sys/devices/virtual"
    let path = above + "/net/" + name
    add("ifindex", "2\n", to: path)
    for lower in lowers { link("\(path)/lower_\(lower)", to: "../\(lower)") }
    for upper in uppers { link("\(path)/upper_\(upper)", to: "../\(upper)") }
    link("sys/class/net/" + name, to: "../../" + path.dropFirst(4))
  }
}
