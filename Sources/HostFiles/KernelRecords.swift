import Glibc

/// What reading dev/kmsg to its end gave.
package struct KernelRecords: Sendable, Equatable {
  /// The records as they come, a line each.
  package var text: [UInt8]
  /// Whether the first record there is not the first of this boot (the buffer had wrapped), or some
  /// were overwritten while they were being read.
  package var lostSome: Bool
}

extension HostRoot {
  /// The kernel's own buffer of messages (Documentation/ABI/testing/dev-kmsg): one record a read,
  /// EAGAIN at the end, EPIPE where a record was overwritten while it was being read.
  ///
  /// A recorded host holds the records as a file. Below any other root a device node is never opened:
  /// it would be this system's log. Nil where there are no records.
  package func kernelRecords() throws(HostFileError) -> KernelRecords? {
    let path = "dev/kmsg"
    guard isRunningHost else {
      guard try kind(at: path) == .file, let text = try bytes(at: path) else { return nil }
      return KernelRecords(text: text, lostSome: !Self.isFirst(text[...]))
    }
    let records = try bufferedRecords(path)
    if let records { note(records.text, at: path) }
    return records
  }

  private func bufferedRecords(_ path: String) throws(HostFileError) -> KernelRecords? {
    let log = open("/" + path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
    guard log >= 0 else {
      let code = errno
      if code == ENOENT { return nil }
      throw HostFileError("reading", path, code: code)
    }
    defer { close(log) }
    var records = KernelRecords(text: [], lostSome: false)
    var failure: Int32 = 0
    var hasLost = false
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 8192) { buffer in
      while records.text.count < HostRoot.sizeLimit {
        let got = read(log, buffer.baseAddress, buffer.count)
        if got > 0 {
          records.text.append(contentsOf: UnsafeBufferPointer(rebasing: buffer[..<got]))
          continue
        }
        let code = errno
        if got == 0 || code == EAGAIN { break }
        // EPIPE: the record was overwritten; the next read gives the oldest that is left.
        if code == EPIPE { hasLost = true }
        if code == EINTR || code == EPIPE { continue }
        failure = code
        break
      }
    }
    guard failure == 0 else { throw HostFileError("reading", path, code: failure) }
    records.lostSome = hasLost || !Self.isFirst(records.text[...])
    return records
  }

  /// Whether the first record's sequence number is 0: `6,0,0,-;Linux version`.
  private static func isFirst(_ text: ArraySlice<UInt8>) -> Bool {
    let fields = text.prefix(64).split(separator: UInt8(ascii: ","), maxSplits: 2)
    return fields.count == 3 && fields[1].elementsEqual([UInt8(ascii: "0")])
  }
}
