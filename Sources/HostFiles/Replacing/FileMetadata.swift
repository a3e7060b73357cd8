import CLinux
import Glibc
import HostModel

/// What a file is besides its bytes: owner, mode, times, ACLs and labels.
package struct FileMetadata: Sendable, Equatable {
  /// Permission bits only.
  package var mode: UInt32
  package var owner: UInt32
  package var group: UInt32
  /// Seconds and nanoseconds since 1970.
  package var modified: (seconds: Int, nanoseconds: Int)
  /// By name: system.posix_acl_access, security.selinux, user.…
  package var attributes: [String: [UInt8]]

  package init(
    mode: UInt32, owner: UInt32, group: UInt32, modified: (seconds: Int, nanoseconds: Int),
    attributes: [String: [UInt8]]
  ) {
    self.mode = mode
    self.owner = owner
    self.group = group
    self.modified = modified
    self.attributes = attributes
  }

  package static func == (one: FileMetadata, other: FileMetadata) -> Bool {
    one.mode == other.mode && one.owner == other.owner && one.group == other.group
      && one.modified == other.modified && one.attributes == other.attributes
  }

  /// Of an open file.
  init(of file: Int32) throws(SystemFailure) {
    var status = stat()
    guard fstat(file, &status) == 0 else { throw SystemFailure(code: errno) }
    mode = status.st_mode & 0o7777
    (owner, group) = (status.st_uid, status.st_gid)
    modified = (status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
    attributes = [:]
    // IMA's and EVM's digests are of the bytes: with other bytes they would be wrong.
    for name in try Self.attributeNames(of: file) where name != "security.ima" && name != "security.evm" {
      let value = try Self.read { linux_get_attribute(file, name, $0, $1) }
      if let value { attributes[name] = value }
    }
  }

  private static func attributeNames(of file: Int32) throws(SystemFailure) -> [String] {
    let list = try read { buffer, size in
      linux_list_attributes(file, buffer?.assumingMemoryBound(to: CChar.self), size)
    }
    return (list ?? []).split(separator: 0).map(\.text)
  }

  /// Nil where the file system knows no attributes, or the one asked for has gone.
  private static func read(
    _ call: (UnsafeMutableRawPointer?, Int) -> Int
  ) throws(SystemFailure) -> [UInt8]? {
    let size = call(nil, 0)
    if size < 0 {
      guard errno == ENOTSUP || errno == ENODATA || errno == ENOSYS else { throw SystemFailure(code: errno) }
      return nil
    }
    if size == 0 { return [] }
    var got = -1
    let value = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      got = call(buffer.baseAddress, buffer.count)
      count = max(0, got)
    }
    guard got >= 0 else { throw SystemFailure(code: errno) }
    return value
  }

  /// Makes an open file like this; the times only when asked.
  func apply(to file: Int32, withTimes: Bool) throws(SystemFailure) {
    // Owner first: chown(2) clears the set-id bits that the mode may hold.
    var status = stat()
    guard fstat(file, &status) == 0 else { throw SystemFailure(code: errno) }
    if status.st_uid != owner || status.st_gid != group {
      guard fchown(file, owner, group) == 0 else { throw SystemFailure(code: errno) }
    }
    // A default ACL of the directory gives a new file an ACL that the old one did not have, and its
    // mask would be the group's bits: away with it before the mode is set. Labels always stay.
    for name in try Self.attributeNames(of: file)
    where attributes[name] == nil && !name.hasPrefix("security.") {
      guard linux_remove_attribute(file, name) == 0 || errno == ENODATA || errno == ENOTSUP else {
        throw SystemFailure(code: errno)
      }
    }
    guard fstat(file, &status) == 0 else { throw SystemFailure(code: errno) }
    if status.st_mode & 0o7777 != mode {
      // vfat cannot keep a mode and says so.
      guard fchmod(file, mode) == 0 || errno == EPERM else { throw SystemFailure(code: errno) }
    }
    for (name, value) in attributes {
      let set = value.withUnsafeBytes { linux_set_attribute(file, name, $0.baseAddress, $0.count) }
      guard set == 0 || errno == ENOTSUP else { throw SystemFailure(code: errno) }
    }
    if withTimes {
      var times = [
        timespec(tv_sec: 0, tv_nsec: Int(UTIME_OMIT_VALUE)),
        timespec(tv_sec: modified.seconds, tv_nsec: modified.nanoseconds),
      ]
      guard futimens(file, &times) == 0 else { throw SystemFailure(code: errno) }
    }
  }
}

/// UTIME_OMIT of sys/stat.h, a macro that is not imported.
private let UTIME_OMIT_VALUE = (1 << 30) - 2
