import Glibc

/// Reads a file that the user named, relative to the current directory: not evidence of a host.
package func readFile(atHostPath path: String) throws(HostFileError) -> [UInt8] {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { throw HostFileError("reading", path, code: errno) }
  defer { close(descriptor) }
  return try readToEnd(descriptor, path: path)
}

/// Writes a new file that the user named; an existing one is not overwritten.
package func createFile(atHostPath path: String, _ bytes: [UInt8]) throws(HostFileError) {
  let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
  guard descriptor >= 0 else { throw HostFileError("creating", path, code: errno) }
  var failure: Int32 = 0
  var written = 0
  while written < bytes.count, failure == 0 {
    let count = bytes[written...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    if count >= 0 { written += count } else if errno != EINTR { failure = errno }
  }
  if close(descriptor) != 0, failure == 0 { failure = errno }
  guard failure == 0 else {
    unlink(path)
    throw HostFileError("writing", path, code: failure)
  }
}

/// All bytes of an open file, up to `HostRoot.sizeLimit`; more is EFBIG.
func readToEnd(_ file: Int32, path: String, expecting size: Int = 0) throws(HostFileError) -> [UInt8] {
  // Kernel files report size 0 or one page; regular ones their size.
  var bytes: [UInt8] = []
  var room = max(4096, min(size, HostRoot.sizeLimit) + 1)
  while true {
    var failure: Int32 = 0
    let piece = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
      let got = read(file, buffer.baseAddress, buffer.count)
      if got < 0 { failure = errno }
      count = max(0, got)
    }
    if failure == EINTR { continue }
    guard failure == 0 else { throw HostFileError("reading", path, code: failure) }
    if piece.isEmpty { return bytes }
    if bytes.isEmpty { bytes = piece } else { bytes += piece }
    guard bytes.count <= HostRoot.sizeLimit else { throw HostFileError("reading", path, code: EFBIG) }
    room = max(4096, min(bytes.count, 1 << 20))
  }
}
