import HostFiles
import HostModel
import PCISurvey
import TestHosts
import Testing

@testable import HostSurvey

/// Hosts with two SATA controllers, an NVMe drive and a USB controller; each test says what stands on them.
struct StorageUsesTests {
  static let first = "0000:00:17.0"
  static let second = "0000:02:00.0"
  static let nvme = "0000:03:00.0"
  static let usb = "0000:00:14.0"

  static var host: PCITree {
    var tree = PCITree()
    tree.add(first, class: "010601", driver: "ahci")
    tree.add("0000:00:1c.0", class: "060400", driver: "pcieport")
    tree.add(second, class: "010601", driver: "ahci", below: "0000:00:1c.0")
    tree.add(nvme, class: "010802", driver: "nvme")
    tree.add(usb, class: "0c0330", driver: "xhci_hcd")
    return tree
  }

  /// Kinds by address, of functions that have any.
  static func kinds(_ tree: PCITree) -> [String: [String]] {
    let uses = survey(tree)
    var result: [String: [String]] = [:]
    for (address, list) in uses.uses {
      result[address.description] = list.map(\.kind.rawValue).sorted()
    }
    return result
  }

  static func survey(_ tree: PCITree) -> HostUses {
    StorageUses.survey(tree.root, PCIPlaces(surveyPCIDevices(tree.root).value ?? []))
  }

  @Test func aPlainPartition() throws {
    var tree = Self.host
    tree.addDisk("sda", "8:0", on: Self.first)
    tree.addPartition(
      "sda1", "8:1", of: "sda", "FS_TYPE=vfat PART_ENTRY_TYPE=c12a7328-f81f-11d2-ba4b-00a0c93ec93b")
    tree.addPartition("sda2", "8:2", of: "sda", "FS_TYPE=ext4 FS_UUID=aa")
    tree.addDisk("sdb", "8:16", on: Self.second)
    tree.addPartition("sdb1", "8:17", of: "sdb", "FS_TYPE=ext4 FS_UUID=bb FS_LABEL=old")
    tree.mount(["8:2 / ext4 /dev/sda2", "8:1 /boot/efi vfat /dev/sda1", "0:21 /proc proc proc"])
    #expect(Self.kinds(tree) == [Self.first: ["esp", "root"], Self.second: ["signature"]])
    let uses = Self.survey(tree)
    let address = try #require(PCIAddress(Self.first))
    #expect(uses.of(address).map(\.detail).contains("/ is mounted from sda2 (ext4)."))
    #expect(uses.gaps.isEmpty)
  }

  @Test func logicalVolumesOnAMirrorOverTwoControllersAndSwapOnAThird() {
    var tree = Self.host
    tree.addDisk("sda", "8:0", on: Self.first)
    tree.addDisk("sdb", "8:16", on: Self.second)
    tree.addVolume("md0", "9:0", on: ["sda", "sdb"], level: "raid1")
    tree.addVolume("dm-0", "253:0", on: ["md0"], mapping: ("vg-root", "LVM-abc"))
    tree.addDisk("nvme0n1", "259:0", on: Self.nvme, via: "nvme/nvme0")
    tree.addPartition("nvme0n1p3", "259:3", of: "nvme0n1", "FS_TYPE=swap")
    tree.mount(["253:0 / ext4 /dev/mapper/vg-root"], swaps: ["/dev/nvme0n1p3 partition"])
    #expect(
      Self.kinds(tree) == [
        Self.first: ["lvm", "raid", "root"], Self.second: ["lvm", "raid", "root"], Self.nvme: ["swap"],
      ])
  }

  @Test func anEncryptedDisk() {
    var tree = Self.host
    tree.addDisk("sda", "8:0", on: Self.first)
    tree.addPartition("sda3", "8:3", of: "sda", "FS_TYPE=crypto_LUKS FS_UUID=cc")
    tree.addVolume("dm-0", "253:0", on: ["sda3"], mapping: ("cryptroot", "CRYPT-LUKS2-cc-cryptroot"))
    tree.mount(["253:0 / ext4 /dev/mapper/cryptroot"])
    #expect(Self.kinds(tree) == [Self.first: ["crypt", "root"]])
  }

  @Test func bothDisksOfAFileSystemOverTwo() {
    var tree = Self.host
    tree.addDisk("sda", "8:0", on: Self.first, "FS_TYPE=btrfs FS_UUID=dd")
    tree.addDisk("sdb", "8:16", on: Self.second, "FS_TYPE=btrfs FS_UUID=dd")
    tree.link("sys/fs/btrfs/dd/devices/sda", to: "../../../../x/sda")
    tree.link("sys/fs/btrfs/dd/devices/sdb", to: "../../../../x/sdb")
    tree.add("version", "1", to: "sys/fs/btrfs/features")
    tree.mount(["0:26 / btrfs /dev/sda"])
    #expect(Self.kinds(tree) == [Self.first: ["btrfs", "root"], Self.second: ["btrfs", "root"]])
  }

  @Test func everyDiskOfAnImportedPoolAndNoneOfAnother() {
    var tree = Self.host
    tree.addDisk("sda", "8:0", on: Self.first)
    tree.addPartition("sda1", "8:1", of: "sda", "FS_TYPE=zfs_member FS_LABEL=tank")
    tree.addDisk("sdb", "8:16", on: Self.second, "FS_TYPE=zfs_member FS_LABEL=tank")
    tree.addDisk("nvme0n1", "259:0", on: Self.nvme, via: "nvme/nvme0", "FS_TYPE=zfs_member FS_LABEL=other")
    tree.add("proc/spl/kstat/zfs/tank", .directory)
    tree.add("arcstats", "1", to: "proc/spl/kstat/zfs")
    tree.mount(["0:30 / zfs tank/root", "0:31 /home zfs tank/home"])
    #expect(
      Self.kinds(tree) == [
        Self.first: ["root", "zfs"], Self.second: ["root", "zfs"], Self.nvme: ["signature"],
      ])
  }

  @Test func aDiskBehindUSBAndAMultipathNamespace() {
    var tree = Self.host
    tree.addDisk("sdc", "8:32", on: Self.usb, via: "usb1/1-1/1-1:1.0/host4/target4:0:0/4:0:0:0/block")
    let subsystem = "sys/devices/virtual/nvme-subsystem/nvme-subsys0"
    tree.addBlock("nvme0n1", "259:0", at: subsystem + "/nvme0n1", "FS_TYPE=xfs")
    tree.link(
      subsystem + "/nvme0", to: "../../../../" + tree.path(of: Self.nvme).dropFirst(4) + "/nvme/nvme0")
    tree.mount(["259:0 / xfs /dev/nvme0n1", "8:32 /srv ext4 /dev/sdc", "8:32 /var/srv ext4 /dev/sdc"])
    #expect(Self.kinds(tree) == [Self.nvme: ["root"], Self.usb: ["mount"]])
  }

  @Test func aDriveBehindVMDHoldsTheControllerToo() {
    var tree = PCITree()
    tree.add("0000:00:0e.0", class: "010400", driver: "vmd")
    let path = tree.path(of: "0000:00:0e.0") + "/pci10000:e0/10000:e1:00.0/nvme/nvme0/nvme0n1"
    tree.addBlock("nvme0n1", "259:0", at: path, "FS_TYPE=ext4")
    tree.mount(["259:0 / ext4 /dev/nvme0n1"])
    #expect(Self.kinds(tree) == ["0000:00:0e.0": ["root"], "10000:e1:00.0": ["root"]])
  }

  @Test func tablesNameWhatIsNotMountedNow() {
    var tree = Self.host
    tree.addDisk("sda", "8:0", on: Self.first, "FS_TYPE=ext4 FS_UUID=AA")
    tree.addDisk("sdb", "8:16", on: Self.second, "FS_TYPE=ext4 FS_LABEL=backup")
    tree.addDisk("nvme0n1", "259:0", on: Self.nvme, via: "nvme/nvme0", "FS_TYPE=crypto_LUKS FS_UUID=cc")
    tree.mount(["8:0 / ext4 /dev/sda"])
    let fstab = """
      # a comment
      UUID=aa / ext4 defaults 0 1
      LABEL="backup" /mnt/back\\040up ext4 noauto 0 0
      UUID=not-plugged-in /mnt/usb vfat noauto 0 0
      server:/export /srv nfs defaults 0 0
      tmpfs /tmp tmpfs defaults 0 0
      /dev/mapper/safe /safe ext4 noauto 0 0
      """
    tree.add("fstab", fstab, to: "etc")
    tree.add("crypttab", "safe UUID=cc none luks\n", to: "etc")
    #expect(
      Self.kinds(tree) == [Self.first: ["root"], Self.second: ["fstab"], Self.nvme: ["crypt", "fstab"]])
    #expect(Self.survey(tree).gaps.isEmpty)
  }

  @Test func aSwapFileAndALoopDeviceStandOnTheirFileSystem() {
    var tree = Self.host
    tree.addDisk("sda", "8:0", on: Self.first, "FS_TYPE=ext4")
    tree.addDisk("sdb", "8:16", on: Self.second, "FS_TYPE=ext4")
    tree.addVolume("loop0", "7:0", on: [], backingFile: "/data/live.img")
    tree.mount(
      ["7:0 / squashfs /dev/loop0", "8:16 /data ext4 /dev/sdb", "8:0 /var ext4 /dev/sda"],
      swaps: ["/var/swapfile file"])
    #expect(Self.kinds(tree) == [Self.first: ["mount", "swap"], Self.second: ["mount", "root"]])
  }

  @Test func whatIsNotKnownIsADoubtAboutEveryDisk() throws {
    var tree = Self.host
    tree.addDisk("sda", "8:0", on: Self.first)
    let disks = try #require(PCIAddress(Self.first))
    let uses = Self.survey(tree)
    #expect(uses.gaps.map(\.scope) == [.devices([disks]), .devices([disks])])
    #expect(uses.gaps.first?.reason == "the mount table is not known, for there is no /proc/self/mountinfo")
    let nothing = Self.survey(Self.host)
    #expect(nothing.gaps.map(\.scope) == [.storage])
  }

  @Test func aMountThatCannotBeFollowedIsADoubt() {
    var tree = Self.host
    tree.addDisk("sda", "8:0", on: Self.first)
    tree.mount(["99:9 / ext4 /dev/strange"])
    #expect(Self.survey(tree).gaps.count == 1)
  }

  @Test func anInactiveVolumeOfTheTableMayBeOnAnyMember() throws {
    var tree = Self.host
    tree.addDisk("sda", "8:0", on: Self.first, "FS_TYPE=ext4")
    tree.addDisk("sdb", "8:16", on: Self.second, "FS_TYPE=LVM2_member")
    tree.mount(["8:0 / ext4 /dev/sda"])
    tree.add("fstab", "/dev/vg/data /data ext4 noauto 0 0\n", to: "etc")
    let uses = Self.survey(tree)
    let second = try #require(PCIAddress(Self.second))
    #expect(uses.gaps.map(\.scope) == [.devices([second])])
  }

  @Test func linksInCirclesEnd() {
    var tree = Self.host
    tree.addDisk("sda", "8:0", on: Self.first)
    tree.addVolume("dm-0", "253:0", on: ["dm-1"], mapping: ("a", "LVM-a"))
    tree.addVolume("dm-1", "253:1", on: ["dm-0", "sda"], mapping: ("b", "LVM-b"))
    tree.mount(["253:0 / ext4 /dev/dm-0"])
    #expect(Self.kinds(tree) == [Self.first: ["lvm", "lvm", "root"]])
  }
}
