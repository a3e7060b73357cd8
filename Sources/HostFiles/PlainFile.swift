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

/// The bytes of an open file, to its end or to `limit`, whichever comes first. Without a limit more
/// than `HostRoot.sizeLimit` is EFBIG.
///
/// Kernel files report size 0 or one page and may give less than was asked for before their
/// end, so only a read of nothing tells that the end was reached.
///
/// `size` is how much will come as far as is known, so that a large file finds its place at once.
func readToEnd(
  _ file: Int32, path: String, upTo limit: Int? = nil, size: Int = 0
) throws(HostFileError) -> [UInt8] {
  var bytes: [UInt8] = []
  let most = limit ?? HostRoot.sizeLimit &+ 1
  bytes.reserveCapacity(max(0, min(size, most)))
  let failure = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 16 << 10) { buffer -> Int32 in
    while bytes.count < most {
      let got = read(file, buffer.baseAddress, min(buffer.count, most &- bytes.count))
      if got < 0 {
        let code = errno
        if code == EINTR { continue }
        return code
      }
      if got == 0 { break }
      bytes.append(contentsOf: UnsafeBufferPointer(rebasing: buffer[..<got]))
    }
    return 0
  }
  guard failure == 0 else { throw HostFileError("reading", path, code: failure) }
  guard limit != nil || bytes.count <= HostRoot.sizeLimit else {
    throw HostFileError("reading", path, code: EFBIG)
  }
  return bytes
}
