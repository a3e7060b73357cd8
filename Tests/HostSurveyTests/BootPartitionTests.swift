import HostFiles
import HostModel
import Testing

@testable import HostSurvey

/// The EFI system partition: by its type in the partition table, as udev's database or libblkid has it; then whether
/// it is mounted, and whether etc/fstab knows it.
struct BootPartitionTests {
  private static let espType = "c12a7328-f81f-11d2-ba4b-00a0c93ec93b"

  /// A disk with two partitions, of which the first may be an ESP; files are added to it.
  private func partitions(_ files: [String: String], mounts: [String] = []) -> [BootPartition] {
    var all = [
      "sys/class/block/vda/dev": "253:0\n", "sys/class/block/vda1/dev": "253:1\n",
      "sys/class/block/vda1/partition": "1\n", "sys/class/block/vda2/dev": "253:2\n",
      "sys/class/block/vda2/partition": "2\n",
      "proc/self/mountinfo": (["253:2 / ext4 /dev/vda2"] + mounts).enumerated().map { index, mount in
        let words = mount.split(separator: " ")
        return "\(20 + index) 1 \(words[0]) / \(words[1]) rw shared:1 - \(words[2]) \(words[3]) rw\n"
      }.joined(),
    ]
    all.merge(files) { $1 }
    let root = HostRoot(
      recording: RecordedFiles(all.mapValues { .file(Array($0.utf8)) }), name: "test")
    return surveyBoot(root).bootLoader.value?.partitions ?? []
  }

  private static func record(_ type: String) -> String {
    "E:ID_FS_TYPE=vfat\nE:ID_FS_UUID=AAAA-BBBB\nE:ID_PART_ENTRY_TYPE=\(type)\nE:ID_PART_ENTRY_UUID=0123\n"
  }

  @Test(arguments: [espType, espType.uppercased(), "0xef"])
  func udevKnowsIt(type: String) {
    let found = partitions(
      ["run/udev/data/b253:1": Self.record(type)], mounts: ["253:1 /boot/efi vfat /dev/vda1"])
    #expect(found == [BootPartition(kind: .esp, device: "vda1", mountPoint: "boot/efi", isInFstab: false)])
  }

  /// Where udev has no record, what libblkid said of the device counts.
  @Test func libblkidKnowsItWithoutUdev() {
    let answer = "ID_FS_TYPE=vfat\nID_FS_UUID=AAAA-BBBB\nID_PART_ENTRY_TYPE=\(Self.espType)\n"
    let found = partitions(
      [".passthru-doctor/block/vda1": answer, "etc/fstab": "UUID=AAAA-BBBB /efi vfat defaults 0 2\n"],
      mounts: ["253:1 /efi vfat /dev/vda1"])
    #expect(found == [BootPartition(kind: .esp, device: "vda1", mountPoint: "efi", isInFstab: true)])
  }

  @Test(arguments: [
    "UUID=aaaa-bbbb /boot/efi vfat defaults 0 2", "PARTUUID=0123 /boot/efi vfat defaults 0 2",
    "/dev/vda1 /boot/efi vfat defaults 0 2", "/dev/disk/by-uuid/AAAA-BBBB /boot/efi vfat noauto 0 0",
    "UUID=\"AAAA-BBBB\" /boot/efi vfat defaults 0 2",
  ])
  func fstabNamesItInManyWays(line: String) {
    let found = partitions(["run/udev/data/b253:1": Self.record(Self.espType), "etc/fstab": line + "\n"])
    #expect(found == [BootPartition(kind: .esp, device: "vda1", mountPoint: nil, isInFstab: true)])
    #expect(found.first?.clause == "/dev/vda1, an EFI system partition, not mounted")
  }

  @Test func theExtendedBootLoaderPartitionIsOneToo() {
    let found = partitions(
      [
        "run/udev/data/b253:1": Self.record(Self.espType),
        "run/udev/data/b253:2": Self.record("bc13c2ff-59e6-4262-a352-b275fd6f7172"),
      ], mounts: ["253:1 /efi vfat /dev/vda1", "253:2 /boot ext4 /dev/vda2"])
    #expect(found.map(\.kind) == [.esp, .xbootldr])
  }

  /// Any other FAT is none, also where an ESP is mounted by custom.
  @Test func theTypeDecidesNotTheFileSystem() {
    let data = "ebd0a0a2-b9e5-4433-87c0-68b6b72699c7"
    #expect(
      partitions(["run/udev/data/b253:1": Self.record(data)], mounts: ["253:1 /boot/efi vfat /dev/vda1"])
        .isEmpty)
  }

  @Test(arguments: ["/boot/efi", "/efi", "/boot"])
  func anImageIsJudgedByItsFstab(place: String) {
    let root = HostRoot(
      recording: RecordedFiles([
        "etc/fstab": .file(Array("UUID=AAAA-BBBB \(place) vfat umask=0077 0 2\n".utf8))
      ]),
      name: "test")
    let found = surveyBoot(root).bootLoader.value?.partitions
    #expect(
      found == [
        BootPartition(kind: .esp, device: nil, mountPoint: String(place.dropFirst()), isInFstab: true)
      ])
  }
}
