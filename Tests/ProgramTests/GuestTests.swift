import Foundation
import Testing

/// What `guest` prints is what libvirt takes: held against libvirt's own schema.
struct GuestTests {
  private static let validator = "/usr/bin/virt-xml-validate"

  @Test(
    .enabled(if: FileManager.default.isExecutableFile(atPath: validator)),
    arguments: [[], ["--managed", "no"]])
  func libvirtsSchemaAcceptsTheXML(options: [String]) throws {
    let host = try hostWithACard()
    let result = try Program.run(["guest", "xml", "01:00.1", "group:20", "--root", host.path] + options)
    #expect(result.status == 0)
    #expect(result.errors.contains("0000:01:00.1 stands for its whole group 13"))
    #expect(result.output.components(separatedBy: "<hostdev ").count == 4)
    try host.write(
      """
      <domain type='kvm'>
        <name>test</name>
        <memory unit='KiB'>1048576</memory>
        <os><type arch='x86_64' machine='q35'>hvm</type></os>
        <devices>
      \(result.output)</devices>
      </domain>

      """, at: "guest.xml")
    let check = try Program.runTool([Self.validator, host.path + "/guest.xml", "domain"])
    #expect(check.status == 0, "\(check.output)\(check.errors)")
  }

  /// What the boot program declined to take, libvirt must not take either.
  @Test(.enabled(if: Program.isRoot)) func whatIsBoundAtBootIsNotManagedByLibvirt() throws {
    let host = try hostWithACard()
    #expect(
      try Program.run(["guest", "xml", "05:00.0", "--root", host.path]).output.contains("managed='yes'"))
    try host.write(
      """
      version 1
      group
        device 0000:05:00.0
          id 10de:1b80
          class 010802
          path 0000:05/00.0
          driver vfio-pci

      """, at: "etc/passthru-doctor/bindings.conf")
    chmod(host.path + "/etc/passthru-doctor/bindings.conf", 0o644)
    let result = try Program.run(["guest", "xml", "05:00.0", "--root", host.path])
    #expect(result.output.contains("managed='no'"), "\(result.errors)")
    #expect(
      try Program.run(["guest", "xml", "06:00.0", "--root", host.path]).output.contains("managed='yes'"))
  }

  /// With managed='yes' libvirt would take the disk from under the host.
  @Test func whatTheHostLivesOnIsToldAndNotManagedByLibvirt() throws {
    let host = try hostWithACard()
    let disk = "sys/devices/pci0000:00/0000:05:00.0"
    try host.write("", at: "sys/bus/pci/drivers/nvme/bind")
    try host.link("../../../bus/pci/drivers/nvme", at: disk + "/driver")
    try host.write("259:0\n", at: disk + "/nvme/nvme0/nvme0n1/dev")
    try host.link("../../devices/pci0000:00/0000:05:00.0/nvme/nvme0/nvme0n1", at: "sys/class/block/nvme0n1")
    try host.link("../../devices/pci0000:00/0000:05:00.0/nvme/nvme0/nvme0n1", at: "sys/dev/block/259:0")
    try host.write(
      "22 1 259:0 / / rw,relatime shared:1 - ext4 /dev/nvme0n1 rw\n", at: "proc/self/mountinfo")
    let result = try Program.run(["guest", "xml", "05:00.0", "--root", host.path])
    #expect(result.status == 0 && result.output.contains("managed='no'"))
    #expect(result.errors.contains("a guest should not have 0000:05:00.0 now"), "\(result.errors)")
    let arguments = try Program.run(["guest", "qemu", "05:00.0", "--root", host.path])
    #expect(arguments.errors.contains("a guest should not have 0000:05:00.0 now"))
  }

  @Test func theQEMUArgumentsNameEveryFunction() throws {
    let host = try hostWithACard()
    let result = try Program.run(["guest", "qemu", "pci_0000_01_00_0", "--root", host.path])
    #expect(
      result.output == """
        -device pcie-root-port,id=passthru0,chassis=100 \\
        -device vfio-pci,host=0000:01:00.0,bus=passthru0,addr=00.0,multifunction=on \\
        -device vfio-pci,host=0000:01:00.1,bus=passthru0,addr=00.1

        """)
  }

  @Test(arguments: ["eth0", "02:00.0", "group:4"])
  func aTargetThatIsNoneIsAUsageError(target: String) throws {
    let result = try Program.run(["guest", "xml", target, "--root", try hostWithACard().path])
    #expect(result.status == 2)
    #expect(result.output.isEmpty && !result.errors.isEmpty)
  }

  private func hostWithACard() throws -> TemporaryDirectory {
    let root = try TemporaryDirectory()
    for (address, deviceClass, group) in [
      ("0000:00:01.0", "0x060400", 13), ("0000:01:00.0", "0x030000", 13), ("0000:01:00.1", "0x040300", 13),
      ("0000:05:00.0", "0x010802", 20), ("0000:06:00.0", "0x0c0330", 21),
    ] {
      let path = "sys/devices/pci0000:00/" + address
      try root.write(deviceClass + "\n", at: path + "/class")
      try root.write("0x10de\n", at: path + "/vendor")
      try root.write("0x1b80\n", at: path + "/device")
      try root.link("../../../kernel/iommu_groups/\(group)", at: path + "/iommu_group")
      try root.link("../../../devices/pci0000:00/" + address, at: "sys/bus/pci/devices/" + address)
      try root.link(
        "../../../../devices/pci0000:00/" + address, at: "sys/kernel/iommu_groups/\(group)/devices/" + address
      )
    }
    return root
  }
}

extension TemporaryDirectory {
  /// Makes a symbolic link below it, and the folders above.
  fileprivate func link(_ target: String, at name: String) throws {
    let url = URL(fileURLWithPath: path + "/" + name)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(atPath: url.path, withDestinationPath: target)
  }
}
