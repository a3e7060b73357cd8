import Glibc

/// A program of the host that ran to its end.
package struct ProgramResult: Sendable, Equatable {
  /// 0...255, or 128 + the signal that ended it, as the shell counts.
  package let status: Int32
  package let output: [UInt8]
  /// Whether more was printed than was kept.
  package let outputIsCut: Bool
}

/// Why a program gave no result.
package enum ProgramError: Error, Sendable, Equatable, CustomStringConvertible {
  case couldNotStart(program: String, reason: String)
  case tookTooLong(program: String, seconds: Double)

  package var description: String {
    switch self {
    case .couldNotStart(let program, let reason): "starting \(program): \(reason)"
    case .tookTooLong(let program, let seconds):
      "\(program) did not end within \(Int(seconds)) s and was stopped"
    }
  }
}

/// Runs a program by its absolute path, with nothing on standard input and only the environment
/// given, and returns what it printed.
///
/// - Parameters:
///   - limit: bytes of standard output that are kept.
///   - seconds: after which the program is killed.
package func runProgram(
  _ program: String, _ arguments: [String], environment: [String] = ["LC_ALL=C"],
  keeping limit: Int = 32 << 20,
  within seconds: Double
) throws(ProgramError) -> ProgramResult {
  var ends: [Int32] = [-1, -1]
  guard pipe(&ends) == 0 else {
    throw .couldNotStart(program: program, reason: String(cString: strerror(errno)))
  }
  // Neither end is for the child under its own number.
  for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
  defer { close(ends[0]) }
  let child: pid_t
  do {
    defer { close(ends[1]) }
    child = try spawn(program, arguments, environment, standardOutput: ends[1])
  }
  var collector = OutputCollector(descriptor: ends[0], limit: limit)
  guard collector.collect(until: monotonicSeconds() + seconds) else {
    kill(child, SIGKILL)
    _ = reap(child)
    throw .tookTooLong(program: program, seconds: seconds)
  }
  // The pipe is closed, so the child is about to end; it gets the rest of its time to do so.
  return ProgramResult(status: reap(child), output: collector.output, outputIsCut: collector.isCut)
}

private func spawn(
  _ program: String, _ arguments: [String], _ environment: [String], standardOutput: Int32
) throws(ProgramError) -> pid_t {
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
  posix_spawn_file_actions_adddup2(&actions, standardOutput, STDOUT_FILENO)
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
  let argumentPointers = ([program] + arguments).map { strdup($0) } + [nil]
  let environmentPointers = environment.map { strdup($0) } + [nil]
  defer { (argumentPointers + environmentPointers).forEach { free($0) } }
  var child: pid_t = 0
  let code = posix_spawn(&child, program, &actions, nil, argumentPointers, environmentPointers)
  guard code == 0 else {
    throw .couldNotStart(program: program, reason: String(cString: strerror(code)))
  }
  return child
}

/// Reads a pipe to its end, keeping at most `limit` bytes.
private struct OutputCollector {
  let descriptor: Int32
  let limit: Int
  var output: [UInt8] = []
  var isCut = false

  /// False when the deadline passed first.
  mutating func collect(until deadline: Double) -> Bool {
    while true {
      let left = deadline - monotonicSeconds()
      guard left > 0 else { return false }
      var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let ready = poll(&waiting, 1, Int32(min(left * 1000 + 1, 60_000)))
      if ready <= 0 { continue }
      var got = 0
      let piece = [UInt8](unsafeUninitializedCapacity: 64 << 10) { buffer, count in
        got = read(descriptor, buffer.baseAddress, buffer.count)
        count = max(0, got)
      }
      if got < 0, errno == EINTR { continue }
      guard got > 0 else { return true }
      let room = limit - output.count
      if piece.count > room { isCut = true }
      output += piece.prefix(max(0, room))
    }
  }
}

/// Waits for the child's end and gives its status as the shell counts it.
private func reap(_ child: pid_t) -> Int32 {
  var status: Int32 = 0
  while waitpid(child, &status, 0) < 0, errno == EINTR {}
  let signal = status & 0x7f
  return signal == 0 ? (status >> 8) & 0xff : 128 + signal
}

private func monotonicSeconds() -> Double {
  var now = timespec()
  clock_gettime(CLOCK_MONOTONIC, &now)
  return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
}
