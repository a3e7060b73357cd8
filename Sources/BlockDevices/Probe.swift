import CBlkid
import Glibc
import HostModel

/// Looks, read-only, at what stands on a block device or in a region of a file.
///
/// - Parameters:
///   - path: the device node or file, as the running system names it.
///   - offset: first byte of the region.
///   - size: bytes of the region; 0 for all that follows.
/// - Returns: what was found; all nil on a device that carries nothing known.
package func probeBlockDevice(
  _ path: String, offset: Int64 = 0, size: Int64 = 0
) throws(BlockProbeError) -> BlockContent {
  // O_NONBLOCK: an optical drive is not to close its tray.
  let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
  guard file >= 0 else { throw BlockProbeError(operation: "opening \(path)", code: errno) }
  defer { close(file) }
  let probe = try BlkidProbe(file, offset: offset, size: size, path: path)
  return try probe.content()
}

/// A failed look at a block device.
package struct BlockProbeError: Error, Sendable, Equatable, CustomStringConvertible {
  package let operation: String
  /// errno.
  package let code: Int32

  package init(operation: String, code: Int32) {
    self.operation = operation
    self.code = code
  }

  package var description: String { "\(operation): \(String(cString: strerror(code)))" }
}

/// A low-level probe of libblkid: looks at the device only, at no cache and no configuration.
private struct BlkidProbe: ~Copyable {
  private let probe: OpaquePointer
  private let path: String

  init(_ file: Int32, offset: Int64, size: Int64, path: String) throws(BlockProbeError) {
    guard let probe = blkid_new_probe() else {
      throw BlockProbeError(operation: "probing \(path)", code: ENOMEM)
    }
    errno = 0
    let isSet =
      blkid_probe_set_device(probe, file, offset, size) == 0
      && blkid_probe_enable_superblocks(probe, 1) == 0
      && blkid_probe_set_superblocks_flags(
        probe, BLKID_SUBLKS_LABEL | BLKID_SUBLKS_UUID | BLKID_SUBLKS_TYPE | BLKID_SUBLKS_USAGE) == 0
      && blkid_probe_enable_partitions(probe, 1) == 0
      && blkid_probe_set_partitions_flags(probe, BLKID_PARTS_ENTRY_DETAILS) == 0
    guard isSet else {
      let code = errno
      blkid_free_probe(probe)
      throw BlockProbeError(operation: "probing \(path)", code: code == 0 ? EIO : code)
    }
    self.probe = probe
    self.path = path
  }

  deinit { blkid_free_probe(probe) }

  func content() throws(BlockProbeError) -> BlockContent {
    errno = 0
    let result = blkid_do_safeprobe(probe)
    switch result {
    // 1: nothing known stands there.
    case 0, 1: break
    // -2: signatures of two kinds contradict each other; which one counts, nobody knows.
    case -2: throw BlockProbeError(operation: "telling the signatures on \(path) apart", code: EEXIST)
    default: throw BlockProbeError(operation: "probing \(path)", code: errno == 0 ? EIO : errno)
    }
    var content = BlockContent()
    content.type = value("TYPE")
    content.usage = value("USAGE")
    content.uuid = value("UUID")
    content.label = value("LABEL")
    content.partitionUUID = value("PART_ENTRY_UUID")
    content.partitionLabel = value("PART_ENTRY_NAME")
    content.partitionType = value("PART_ENTRY_TYPE")
    return content
  }

  private func value(_ name: String) -> String? {
    var data: UnsafePointer<CChar>?
    guard blkid_probe_lookup_value(probe, name, &data, nil) == 0, let data else { return nil }
    return String(cString: data)
  }
}
