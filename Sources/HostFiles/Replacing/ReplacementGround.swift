import CLinux
import Glibc
import HostModel

/// What can be known of replacing a file before it is tried, and the directories that it needs.
extension HostRoot {
  /// The file's metadata, or the directory's; nil when there is no such file.
  package func metadata(at path: String) throws(HostFileError) -> FileMetadata? {
    guard let files = backing as? DirectoryFiles else { throw HostFileError("looking at", path, code: EROFS) }
    guard let file = try files.opened(path, O_RDONLY | O_NONBLOCK | O_NOCTTY, operation: "looking at") else {
      return nil
    }
    defer { close(file) }
    do throws(SystemFailure) {
      return try FileMetadata(of: file)
    } catch {
      throw HostFileError("looking at", path, code: error.code)
    }
  }

  /// The path that a chain of links at the end of `path` leads to, inside the root: what has to be
  /// replaced so that the links stay.
  package func resolvedPath(_ path: String) throws(HostFileError) -> String {
    var path = path
    for _ in 0..<40 {
      guard let target = try linkTarget(at: path) else { return path }
      if target.hasPrefix("/") {
        path = String(target.drop { $0 == "/" })
      } else {
        let folder = path.split(separator: "/").dropLast().joined(separator: "/")
        path = folder.isEmpty ? target : folder + "/" + target
      }
    }
    throw HostFileError("following the links of", path, code: ELOOP)
  }

  /// Why the file cannot be replaced by another one under its name, a clause that goes on from its
  /// path; nil when nothing speaks against it. Room and read-only mounts: see `space`.
  package func obstacle(toReplacing path: String) throws(HostFileError) -> String? {
    let path = try resolvedPath(path)
    guard let files = backing as? DirectoryFiles else { return "is of a recorded host" }
    let folder = path.split(separator: "/").dropLast().joined(separator: "/")
    if let attributes = try attributes(of: folder, files), let kind = attributes.lock {
      return "cannot be replaced: the directory /\(folder) is \(kind)"
    }
    guard let attributes = try attributes(of: path, files) else { return nil }
    if attributes.status.st_mode & S_IFMT != S_IFREG { return "is no regular file" }
    if let kind = attributes.lock { return "is \(kind)" }
    if attributes.flags & LINUX_ATTRIBUTE_MOUNT_ROOT != 0 {
      return "is a mount point of its own, as containers have, and cannot be replaced from within"
    }
    if attributes.status.st_nlink > 1 {
      return "has \(attributes.status.st_nlink) names (hard links); the others would keep the old contents"
    }
    return nil
  }

  private struct Attributes {
    var status = stat()
    var flags: UInt64 = 0

    /// What chattr(1) set on it that forbids replacing.
    var lock: String? {
      if flags & LINUX_ATTRIBUTE_IMMUTABLE != 0 { return "immutable (chattr -i takes that back)" }
      if flags & LINUX_ATTRIBUTE_APPEND != 0 { return "open to additions only (chattr -a takes that back)" }
      return nil
    }
  }

  private func attributes(of path: String, _ files: DirectoryFiles) throws(HostFileError) -> Attributes? {
    guard let file = try files.opened(path, LINUX_O_PATH, operation: "looking at") else { return nil }
    defer { close(file) }
    var attributes = Attributes()
    guard fstat(file, &attributes.status) == 0 else { throw HostFileError("looking at", path, code: errno) }
    attributes.flags = linux_file_attributes(file)
    return attributes
  }

  /// Makes a directory and those above it where they are missing. True when the last one is new.
  @discardableResult
  package func makeDirectory(_ path: String, mode: mode_t = 0o755) throws(HostFileError) -> Bool {
    guard let files = backing as? DirectoryFiles else { throw HostFileError("creating", path, code: EROFS) }
    var made = false
    var parent = ""
    for name in path.split(separator: "/").map(String.init) {
      guard let folder = try files.opened(parent, O_RDONLY | O_DIRECTORY, operation: "opening") else {
        throw HostFileError("opening", parent, code: ENOENT)
      }
      defer { close(folder) }
      made = mkdirat(folder, name, mode) == 0
      let code = errno
      guard made || code == EEXIST else { throw HostFileError("creating", path, code: code) }
      if made, linux_synchronize_names(folder) != 0 {
        let code = errno
        unlinkat(folder, name, AT_REMOVEDIR)
        throw HostFileError("creating", path, code: code)
      }
      parent += parent.isEmpty ? name : "/" + name
    }
    return made
  }

  /// Sets the permission bits of a directory.
  package func setMode(of path: String, _ mode: mode_t) throws(HostFileError) {
    guard let files = backing as? DirectoryFiles,
      let folder = try files.opened(path, O_RDONLY | O_DIRECTORY, operation: "opening")
    else { throw HostFileError("opening", path, code: ENOENT) }
    defer { close(folder) }
    var status = stat()
    guard fstat(folder, &status) == 0, status.st_mode & 0o7777 == mode || fchmod(folder, mode) == 0 else {
      throw HostFileError("setting the mode of", path, code: errno)
    }
  }

  /// Gives a directory another name in the directory that it is in, which must be free.
  package func renameDirectory(_ path: String, to new: String) throws(HostFileError) {
    let (old, other) = (
      path.split(separator: "/").map(String.init), new.split(separator: "/").map(String.init)
    )
    guard let files = backing as? DirectoryFiles, let name = old.last, let newName = other.last,
      old.dropLast() == other.dropLast(),
      let folder = try files.opened(
        old.dropLast().joined(separator: "/"), O_RDONLY | O_DIRECTORY, operation: "opening")
    else { throw HostFileError("renaming", path, code: EINVAL) }
    defer { close(folder) }
    guard renameat(folder, name, folder, newName) == 0 else {
      throw HostFileError("renaming", path, code: errno)
    }
    guard linux_synchronize_names(folder) == 0 else {
      let code = errno
      _ = renameat(folder, newName, folder, name)
      throw HostFileError("renaming", path, code: code)
    }
  }

  /// Removes a directory that is empty; one that is not, or is not there, stays as it is.
  ///
  /// - Returns: false where an empty one is left that could not be removed.
  @discardableResult
  package func removeEmptyDirectory(_ path: String) -> Bool {
    guard let files = backing as? DirectoryFiles else { return true }
    let parts = path.split(separator: "/").map(String.init)
    let parent = parts.dropLast().joined(separator: "/")
    guard let name = parts.last,
      let folder = try? files.opened(parent, LINUX_O_PATH | O_DIRECTORY, operation: "opening")
    else { return true }
    defer { close(folder) }
    return unlinkat(folder, name, AT_REMOVEDIR) == 0 || [ENOENT, ENOTEMPTY, EEXIST, EBUSY].contains(errno)
  }

  /// Bytes that root may still write to the file system of a directory, and whether it is read-only.
  package func space(at path: String) throws(HostFileError) -> (free: UInt64, isReadOnly: Bool) {
    guard let files = backing as? DirectoryFiles else { throw HostFileError("measuring", path, code: EROFS) }
    guard let folder = try files.opened(path, O_RDONLY | O_DIRECTORY, operation: "measuring") else {
      throw HostFileError("measuring", path, code: ENOENT)
    }
    defer { close(folder) }
    var status = statvfs()
    guard fstatvfs(folder, &status) == 0 else { throw HostFileError("measuring", path, code: errno) }
    let free = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
    return (free.overflow ? .max : free.partialValue, status.f_flag & UInt(ST_RDONLY_VALUE) != 0)
  }

  /// How large a regular file is; nil when there is none.
  package func size(of path: String) throws(HostFileError) -> UInt64? {
    guard let file = try openedFile(at: path) else { return nil }
    defer { close(file) }
    var facts = stat()
    guard fstat(file, &facts) == 0 else { throw HostFileError("measuring", path, code: errno) }
    return UInt64(max(0, facts.st_size))
  }
}

/// ST_RDONLY of sys/statvfs.h, an enumerator that is not imported.
private let ST_RDONLY_VALUE = 1
