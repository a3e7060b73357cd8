import Glibc
import HostModel

/// What reading a file that decides what the program does gave.
package enum TrustedFile: Sendable, Equatable {
  case found([UInt8])
  case absent
  /// It is there, but others than root could have written it; the reason is a clause.
  case untrusted(String)
}

extension HostRoot {
  /// Reads a file that only root can have written: root owns it, and neither its group nor others
  /// may write to it. Owner and mode are those of the very file that is read.
  ///
  /// A recorded host has no owners: its file counts as trusted, as nothing is ever done to it.
  package func trustedFile(at path: String) throws(HostFileError) -> TrustedFile {
    guard let files = backing as? DirectoryFiles else {
      return try bytes(at: path).map { .found($0) } ?? .absent
    }
    return try files.trustedFile(at: path)
  }
}

extension DirectoryFiles {
  func trustedFile(at path: String) throws(HostFileError) -> TrustedFile {
    guard let kind = try kind(at: path) else { return .absent }
    guard kind == .file else { return .untrusted("it is no regular file") }
    guard let file = try opened(path, O_RDONLY | O_NONBLOCK | O_NOCTTY, operation: "reading") else {
      return .absent
    }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw HostFileError("reading", path, code: errno) }
    guard status.st_mode & S_IFMT == S_IFREG else { return .untrusted("it is no regular file") }
    guard status.st_uid == 0 else { return .untrusted("it belongs to user \(status.st_uid), not to root") }
    guard status.st_mode & (S_IWGRP | S_IWOTH) == 0 else {
      return .untrusted("others than its owner may write to it")
    }
    return .found(try readToEnd(file, path: path))
  }
}

extension HostRoot {
  /// A regular file, open for reading, which the caller closes; nil when there is none. For files that
  /// are too large to be read at once. A recorded host gives ENOTSUP.
  package func openedFile(at path: String) throws(HostFileError) -> Int32? {
    guard let files = backing as? DirectoryFiles else { throw HostFileError("opening", path, code: ENOTSUP) }
    guard let kind = try kind(at: path) else { return nil }
    guard kind == .file else { throw HostFileError("opening", path, code: EINVAL) }
    return try files.opened(path, O_RDONLY | O_NONBLOCK | O_NOCTTY, operation: "opening")
  }
}
