import Glibc
import HostFiles
import Testing

/// The kernel ends a write to a full pipe only when somebody reads: a write that hangs, for real.
struct LimitedWriteTests {
  @Test func aWriteThatHangsIsGivenUpAndSaysWhere() throws {
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    defer { ends.forEach { close($0) } }
    #expect(fcntl(ends[1], F_SETPIPE_SZ_NUMBER, 4096) >= 0)
    let root = try HostRoot(directory: "/")
    try root.writeBytes([UInt8](repeating: 0x61, count: 4096), to: ends[1], at: "pipe", within: 5000)
    let begin = milliseconds()
    do throws(LimitedWrite) {
      try root.writeBytes([0x61], to: ends[1], at: "pipe", within: 200)
      Issue.record("the write to a full pipe came back")
    } catch {
      guard case .timedOut("pipe", 200, let frames) = error else {
        Issue.record("\(error)")
        return
      }
      // /proc/PID/stack and wchan may be kept from the test's user.
      if geteuid() == 0, !frames.isEmpty { #expect(frames.contains { $0.contains("pipe") }) }
    }
    #expect((200..<2000).contains(milliseconds() - begin))
  }

  @Test func theKernelsRefusalComesBack() throws {
    let full = open("/dev/full", O_WRONLY)
    defer { close(full) }
    #expect(throws: LimitedWrite.refused(HostFileError("writing", "dev/full", code: ENOSPC))) {
      try HostRoot(directory: "/").writeBytes([0x61], to: full, at: "dev/full", within: 5000)
    }
  }

  @Test func anotherRootHasNoKernel() throws {
    #expect(throws: LimitedWrite.refused(HostFileError("writing", "sys/x", code: EROFS))) {
      try HostRoot(directory: "/tmp").writeAttribute("sys/x", "1", within: 10)
    }
  }

  /// F_SETPIPE_SZ is hidden behind _GNU_SOURCE.
  private let F_SETPIPE_SZ_NUMBER: Int32 = 1031

  private func milliseconds() -> Int {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return now.tv_sec * 1000 + now.tv_nsec / 1_000_000
  }
}
