import Foundation
import HostFiles
import HostModel
import PCISurvey
import Testing

/// Trees that no kernel makes, or that change under the survey, in a directory of this system.
struct HostileTreeTests {
  private final class Tree {
    let path = NSTemporaryDirectory() + "hostile-" + UUID().uuidString
    var devices: String { path + "/sys/bus/pci/devices" }
    var groups: String { path + "/sys/kernel/iommu_groups" }

    init() throws {
      try FileManager.default.createDirectory(atPath: devices, withIntermediateDirectories: true)
      try FileManager.default.createDirectory(atPath: groups, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ bytes: [UInt8], at place: String) throws {
      let file = URL(filePath: place)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(bytes).write(to: file)
    }

    func device(_ address: String, _ event: String) throws {
      try write(Array(event.utf8), at: "\(devices)/\(address)/uevent")
    }

    func survey() throws -> [PCIDevice] {
      try #require(surveyPCIDevices(HostRoot(directory: path)).value)
    }
  }

  @Test func attributesThatAreEmptyHugeOrNoText() throws {
    let tree = try Tree()
    try tree.device("0000:00:00.0", "")
    try tree.write(
      [UInt8](repeating: UInt8(ascii: "A"), count: 1 << 20), at: tree.devices + "/0000:00:01.0/uevent")
    try tree.write((0...255).map { UInt8($0) }, at: tree.devices + "/0000:00:02.0/uevent")
    try tree.device("0000:00:03.0", "PCI_ID=\nPCI_ID=:\nPCI_ID=12345:1\nPCI_CLASS=123456789\nDRIVER=\n=\n\n")
    try tree.device("0000:00:04.0", "PCI_ID=8086:1533\nPCI_CLASS=20000\n")
    for name in ["numa_node", "reset_method", "driver_override", "vendor", "class"] {
      try tree.write([0xff, 0xfe, 0x00], at: "\(tree.devices)/0000:00:04.0/\(name)")
    }
    try FileManager.default.createDirectory(
      atPath: tree.devices + "/0000:00:05.0/uevent", withIntermediateDirectories: true)
    let found = try tree.survey()
    #expect(found.map(\.address.device) == [0, 1, 2, 3, 4, 5])
    #expect(found.map(\.vendor) == [nil, nil, nil, nil, 0x8086, nil])
    #expect(found[4].deviceClass == 0x020000 && found[4].numaNode == nil)
  }

  @Test func linksInCirclesAndFilesInTheirPlace() throws {
    let tree = try Tree()
    let manager = FileManager.default
    try manager.createSymbolicLink(
      atPath: tree.devices + "/0000:00:00.0", withDestinationPath: "0000:00:01.0")
    try manager.createSymbolicLink(
      atPath: tree.devices + "/0000:00:01.0", withDestinationPath: "0000:00:00.0")
    try tree.write([], at: tree.devices + "/0000:00:02.0")
    try tree.device("0000:00:03.0", "PCI_ID=8086:1533\nPCI_CLASS=20000\n")
    let device = tree.devices + "/0000:00:03.0"
    for name in ["driver", "iommu_group", "physfn", "numa_node"] {
      try manager.createSymbolicLink(atPath: "\(device)/\(name)", withDestinationPath: name)
    }
    let found = try tree.survey()
    #expect(found.map(\.address.device) == [3])
    #expect(found[0].group == nil && found[0].virtualFunctionOf == nil && found[0].numaNode == nil)
  }

  @Test func anAttributeThatIsALinkLeadsNowhere() throws {
    let tree = try Tree()
    try tree.write(Array("PCI_ID=8086:1533\n".utf8), at: tree.path + "/outside")
    try FileManager.default.createDirectory(
      atPath: tree.devices + "/0000:00:00.0", withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: tree.devices + "/0000:00:00.0/uevent", withDestinationPath: tree.path + "/outside")
    #expect(try tree.survey().map(\.vendor) == [nil])
  }

  @Test(.enabled(if: geteuid() == 0)) func aDeviceNodeInTheRoomOfAnAttributeIsNotOpened() throws {
    let tree = try Tree()
    try tree.device("0000:00:00.0", "PCI_ID=8086:1533\nPCI_CLASS=20000\n")
    let device = tree.devices + "/0000:00:00.0"
    for name in ["numa_node", "driver_override", "reset_method"] {
      // /dev/zero gives bytes without end to whoever opens it.
      try #require(mknod("\(device)/\(name)", S_IFCHR | 0o666, dev_t(0x105)) == 0)
    }
    let directory = try #require(
      try HostRoot(directory: tree.path).directory(at: "sys/bus/pci/devices/0000:00:00.0"))
    for name in ["numa_node", "driver_override"] {
      #expect { try directory.attribute(name) } throws: { ($0 as? HostFileError)?.code == EINVAL }
    }
    let found = try tree.survey()
    #expect(found.map(\.vendor) == [0x8086] && found[0].resetMethods == nil)
  }

  @Test func aDirectoryIsReachedThroughDirectoriesAlone() throws {
    let tree = try Tree()
    try tree.write(Array("1".utf8), at: tree.path + "/outside/secret")
    try tree.write(Array("2".utf8), at: tree.path + "/sys/devices/pci0000:00/0000:00:00.0/secret")
    try FileManager.default.createSymbolicLink(
      atPath: tree.path + "/sys/devices/pci0000:01", withDestinationPath: "pci0000:00")
    let devices = try #require(try HostRoot(directory: tree.path).directory(at: "sys/devices"))
    #expect(try devices.directory("pci0000:00/0000:00:00.0")?.attribute("secret") == Array("2".utf8))
    for way in ["../../outside", "/outside", "pci0000:01/0000:00:00.0", "pci0000:00/../pci0000:01", "none"] {
      #expect(devices.directory(way) == nil, "\(way)")
    }
  }

  @Test func aLinkThatLiesIsStillFollowedInsideTheRoot() throws {
    let tree = try Tree()
    try tree.write(Array("PCI_ID=8086:1533\n".utf8), at: tree.path + "/elsewhere/uevent")
    let link = tree.devices + "/0000:00:00.0"
    for target in ["../../../../elsewhere", "/elsewhere", "../../../devices/../../elsewhere"] {
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
      try FileManager.default.createDirectory(
        atPath: tree.path + "/sys/devices", withIntermediateDirectories: true)
      #expect(try tree.survey().map(\.vendor) == [0x8086], "\(target)")
      try FileManager.default.removeItem(atPath: link)
    }
  }

  @Test func groupsWithoutMembersAndOfStrangeNames() throws {
    let tree = try Tree()
    let manager = FileManager.default
    try manager.createDirectory(atPath: tree.groups + "/3/devices", withIntermediateDirectories: true)
    for name in ["4", "-1", "x", "99999999999999999999", "5/devices/soc:platform"] {
      try manager.createDirectory(atPath: tree.groups + "/" + name, withIntermediateDirectories: true)
    }
    let found = try #require(surveyIOMMUGroups(HostRoot(directory: tree.path)).value)
    #expect(found.map(\.id) == [3, 5])
    #expect(found.map(\.otherMembers) == [[], ["soc:platform"]])
  }

  // Reading each link for each other would take days; a minute is too little for a slow computer that is busy.
  @Test(.timeLimit(.minutes(10))) func aHundredThousandLinks() throws {
    let tree = try Tree()
    for domain in 0..<2 {
      for bus in 0..<256 {
        for slot in 0..<196 {
          let name =
            hexText(UInt32(domain), digits: 4) + ":" + hexText(UInt32(bus), digits: 2) + ":"
            + hexText(UInt32(slot / 8), digits: 2) + ".\(slot % 8)"
          symlink("../../../devices/\(name)", "\(tree.devices)/\(name)")
        }
      }
    }
    #expect(try tree.survey().isEmpty)
  }

  @Test func devicesThatVanishWhileTheyAreRead() async throws {
    let tree = try Tree()
    let names = (0..<2048).map { index in
      "0000:" + hexText(UInt32(index / 256), digits: 2) + ":" + hexText(UInt32(index % 256 / 8), digits: 2)
        + ".\(index % 8)"
    }
    for name in names { try tree.device(name, "PCI_ID=8086:1533\nPCI_CLASS=20000\n") }
    let devices = tree.devices
    async let removal: Void = Task.detached {
      for name in names { try? FileManager.default.removeItem(atPath: "\(devices)/\(name)") }
    }.value
    // What was read is right, whatever was gone by then.
    for _ in 0..<5 {
      for device in try tree.survey() { #expect(device.vendor == 0x8086 || device.vendor == nil) }
    }
    await removal
    #expect(try tree.survey().isEmpty)
  }
}
