import Glibc
import HostFiles
import HostModel

/// Why an image could not be looked into, a clause.
package struct InitramfsError: Error, Equatable, Sendable {
  package let reason: String
}

/// Looks for early binding in an initramfs: an archive, after it perhaps a compressed one, and so on.
package func readInitramfs(_ path: String, _ root: HostRoot) -> Result<InitramfsContents, InitramfsError> {
  let file: Int32
  do throws(HostFileError) {
    guard let opened = try root.openedFile(at: path) else {
      return .failure(InitramfsError(reason: "it is gone"))
    }
    file = opened
  } catch {
    return .failure(InitramfsError(reason: error.reason))
  }
  defer { close(file) }
  let found = Collected()
  do throws(InitramfsError) {
    var offset: Int64 = 0
    // Microcode comes first, uncompressed; then the rest.
    for _ in 0..<16 {
      guard let next = try skipPadding(file, from: offset) else { break }
      let begin = head(file, at: next)
      if begin.starts(with: "07070".utf8) {
        offset = try readArchive(plainReader(file, from: next), found, startingAt: next)
      } else {
        try readCompressed(file, from: next, begin, found)
        break
      }
    }
  } catch {
    return .failure(error)
  }
  return .success(found.contents)
}

private final class Collected {
  var contents = InitramfsContents()

  var reader: CpioReader {
    CpioReader(
      isWanted: InitramfsContents.isTelling,
      found: { [self] name, bytes in contents.note(name, contents: bytes) })
  }
}

private func head(_ file: Int32, at offset: Int64) -> [UInt8] {
  var bytes = [UInt8](repeating: 0, count: 8)
  let count = pread(file, &bytes, bytes.count, off_t(offset))
  return Array(bytes.prefix(max(0, count)))
}

/// The first byte that is not zero; nil at the end of the file.
private func skipPadding(_ file: Int32, from offset: Int64) throws(InitramfsError) -> Int64? {
  var offset = offset
  var buffer = [UInt8](repeating: 0, count: 4096)
  while true {
    let count = pread(file, &buffer, buffer.count, off_t(offset))
    guard count >= 0 else { throw InitramfsError(reason: systemMessage(errno)) }
    guard count > 0 else { return nil }
    if let place = buffer[..<count].firstIndex(where: { $0 != 0 }) { return offset + Int64(place) }
    offset += Int64(count)
  }
}

private func plainReader(_ file: Int32, from offset: Int64) -> () -> [UInt8]? {
  var offset = offset
  return {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    let count = pread(file, &buffer, buffer.count, off_t(offset))
    guard count > 0 else { return nil }
    offset += Int64(count)
    return Array(buffer[..<count])
  }
}

/// Reads one archive to its end; where that is, counted from the beginning of the file.
private func readArchive(
  _ next: () -> [UInt8]?, _ found: Collected, startingAt offset: Int64
) throws(InitramfsError) -> Int64 {
  var reader = found.reader
  while reader.state == .reading, let piece = next() { reader.take(piece) }
  switch reader.state {
  case .ended: return offset + Int64(reader.consumed)
  case .broken: throw InitramfsError(reason: "what is in it is no cpio archive")
  case .reading: throw InitramfsError(reason: "its archive is cut short")
  }
}

/// Programs that unpack, by the first bytes of what they made (lib/decompress.c).
private func decompressor(_ begin: [UInt8]) -> [String]? {
  switch (begin.first, begin.dropFirst().first) {
  case (0x28, 0xb5): ["zstd", "-dcq"]
  case (0x1f, 0x8b): ["gzip", "-dcq"]
  case (0xfd, 0x37): ["xz", "-dcq"]
  case (0x02, 0x21), (0x04, 0x22): ["lz4", "-dcq"]
  case (0x42, 0x5a): ["bzip2", "-dcq"]
  case (0x89, 0x4c): ["lzop", "-dcq"]
  default: nil
  }
}

private func readCompressed(
  _ file: Int32, from offset: Int64, _ begin: [UInt8], _ found: Collected
) throws(InitramfsError) {
  guard let command = decompressor(begin), let program = command.first else {
    throw InitramfsError(reason: "how it is compressed is not known")
  }
  lseek(file, off_t(offset), SEEK_SET)
  var ends: [Int32] = [-1, -1]
  guard pipe(&ends) == 0 else { throw InitramfsError(reason: systemMessage(errno)) }
  // Neither end is for the child under its own number.
  for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
  defer { close(ends[0]) }
  let child: pid_t
  do {
    defer { close(ends[1]) }
    guard let started = spawn(command, from: file, to: ends[1]) else {
      throw InitramfsError(reason: "\(program), which unpacks it, could not be started")
    }
    child = started
  }
  defer {
    kill(child, SIGKILL)
    waitpid(child, nil, 0)
  }
  let source = ends[0]
  _ = try readArchive(
    {
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      let count = read(source, &buffer, buffer.count)
      return count > 0 ? Array(buffer[..<count]) : nil
    }, found, startingAt: 0)
}

/// Nil when the program could not be started.
private func spawn(_ command: [String], from input: Int32, to output: Int32) -> pid_t? {
  var actions = posix_spawn_file_actions_t()
  guard posix_spawn_file_actions_init(&actions) == 0 else { return nil }
  defer { posix_spawn_file_actions_destroy(&actions) }
  posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO)
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
  let arguments = command.map { strdup($0) } + [nil]
  defer { arguments.forEach { free($0) } }
  let environment = [strdup("PATH=/usr/bin:/bin:/usr/local/bin"), nil]
  defer { environment.forEach { free($0) } }
  var child: pid_t = 0
  // posix_spawnp looks along the caller's PATH.
  guard posix_spawnp(&child, command[0], &actions, nil, arguments, environment) == 0 else { return nil }
  return child
}
