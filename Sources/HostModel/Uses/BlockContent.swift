/// What libblkid finds on a block device: a file system or a member of a volume, and its entry in
/// the partition table.
package struct BlockContent: Sendable, Equatable {
  /// ext4, swap, crypto_LUKS, LVM2_member, linux_raid_member, zfs_member…
  package var type: String?
  /// filesystem, raid, crypto, other.
  package var usage: String?
  package var uuid: String?
  package var label: String?
  package var partitionUUID: String?
  package var partitionLabel: String?
  /// The type's GUID in a GPT, `0x…` in an MBR.
  package var partitionType: String?

  package init() {}

  /// The GUID of an EFI system partition (UEFI specification, 5.3.3), and its MBR type.
  package var isEFISystemPartition: Bool {
    partitionType?.lowercased() == "c12a7328-f81f-11d2-ba4b-00a0c93ec93b" || partitionType == "0xef"
  }

  /// Reads `ID_FS_TYPE=ext4` lines, as udev's database has them (`E:` before each) and as
  /// `properties` writes them.
  package init(properties bytes: [UInt8]) {
    for line in bytes.lines {
      let property = line.starts(with: "E:".utf8) ? line.dropFirst(2) : line
      guard let equals = property.firstIndex(of: UInt8(ascii: "=")) else { continue }
      let value = property[(equals + 1)...].text
      guard let path = Self.path(of: property[..<equals].text), !value.isEmpty else { continue }
      self[keyPath: path] = value
    }
  }

  /// The lines that `init(properties:)` reads.
  package var properties: String {
    Self.names.compactMap { name in
      Self.path(of: name).flatMap { self[keyPath: $0] }.map { "\(name)=\($0)\n" }
    }.joined()
  }

  private static let names = [
    "ID_FS_TYPE", "ID_FS_USAGE", "ID_FS_UUID", "ID_FS_LABEL", "ID_PART_ENTRY_UUID", "ID_PART_ENTRY_NAME",
    "ID_PART_ENTRY_TYPE",
  ]

  private static func path(of name: String) -> WritableKeyPath<BlockContent, String?>? {
    switch name {
    case "ID_FS_TYPE": \.type
    case "ID_FS_USAGE": \.usage
    case "ID_FS_UUID": \.uuid
    case "ID_FS_LABEL": \.label
    case "ID_PART_ENTRY_UUID": \.partitionUUID
    case "ID_PART_ENTRY_NAME": \.partitionLabel
    case "ID_PART_ENTRY_TYPE": \.partitionType
    default: nil
    }
  }
}
