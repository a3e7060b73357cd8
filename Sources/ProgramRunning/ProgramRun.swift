import Glibc

/// Runs another program and waits for it: by absolute path, without a shell, with exactly the
/// environment given, nothing on its standard input, its standard error thrown away or kept with its
/// output, and an end to its time and to its output.
package struct ProgramRun: Sendable {
  package let path: String
  package let arguments: [String]
  /// `NAME=value`; nothing of this program's own environment is handed on.
  package let environment: [String]
  /// Milliseconds until it is killed, with everything that it started.
  package let timeLimit: Int
  /// Bytes of output after which it is killed.
  package let outputLimit: Int
  /// Whether standard error goes where its output goes.
  package let keepsErrors: Bool

  package init(
    _ path: String, _ arguments: [String],
    environment: [String] = ["LC_ALL=C", "PATH=/usr/sbin:/usr/bin:/sbin:/bin"],
    timeLimit: Int, outputLimit: Int, keepsErrors: Bool = false
  ) {
    self.path = path
    self.arguments = arguments
    self.environment = environment
    self.timeLimit = timeLimit
    self.outputLimit = outputLimit
    self.keepsErrors = keepsErrors
  }

  /// What came of it.
  package struct Outcome: Sendable, Equatable {
    package let output: [UInt8]
    /// Exit status, or 128 + the number of the signal that ended it.
    package let status: Int32
  }

  /// Why there is no outcome.
  package enum Failure: Error, Sendable, Equatable {
    /// It could not be started; errno.
    case notStarted(Int32)
    case tookTooLong
    case saidTooMuch
  }

  /// Runs it to its end.
  package func run() throws(Failure) -> Outcome {
    let pipe = try Pipe()
    let process = try start(writingTo: pipe.writeEnd)
    pipe.closeWriteEnd()
    let deadline = Moment.now + timeLimit
    var output: [UInt8] = []
    do throws(Failure) {
      try pipe.readAll(into: &output, limit: outputLimit, until: deadline)
      return Outcome(output: output, status: try wait(for: process, until: deadline))
    } catch {
      // Its own process group: what it started ends with it.
      kill(-process, SIGKILL)
      var status: Int32 = 0
      while waitpid(process, &status, 0) < 0, errno == EINTR {}
      throw error
    }
  }

  private func start(writingTo output: Int32) throws(Failure) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    if keepsErrors {
      posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO)
    } else {
      posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
    }

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    var all = sigset_t()
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))

    var process: pid_t = 0
    let code = withCStrings([path] + arguments) { words in
      withCStrings(environment) { posix_spawn(&process, path, &actions, &attributes, words, $0) }
    }
    guard code == 0 else { throw .notStarted(code) }
    return process
  }

  /// Its output has ended; its life may go on a little.
  private func wait(for process: pid_t, until deadline: Moment) throws(Failure) -> Int32 {
    var status: Int32 = 0
    while true {
      let ended = waitpid(process, &status, WNOHANG)
      if ended == process { return status & 0x7f == 0 ? status >> 8 & 0xff : 128 + status & 0x7f }
      guard ended == 0 || errno == EINTR else { return 255 }
      guard deadline.millisecondsLeft > 0 else { throw .tookTooLong }
      usleep(500)
    }
  }
}

/// The pipe that carries a program's output.
private final class Pipe {
  private let readEnd: Int32
  private(set) var writeEnd: Int32

  init() throws(ProgramRun.Failure) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw .notStarted(errno) }
    // The child gets the write end as its standard output alone.
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    readEnd = ends[0]
    writeEnd = ends[1]
  }

  deinit {
    close(readEnd)
    closeWriteEnd()
  }

  func closeWriteEnd() {
    if writeEnd >= 0 { close(writeEnd) }
    writeEnd = -1
  }

  func readAll(into output: inout [UInt8], limit: Int, until deadline: Moment) throws(ProgramRun.Failure) {
    while true {
      var waiting = pollfd(fd: readEnd, events: Int16(POLLIN), revents: 0)
      let ready = poll(&waiting, 1, Int32(clamping: deadline.millisecondsLeft))
      if ready < 0, errno == EINTR { continue }
      guard ready > 0 else { throw .tookTooLong }
      var failure: Int32 = 0
      let piece = [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
        let got = read(readEnd, buffer.baseAddress, buffer.count)
        if got < 0 { failure = errno }
        count = max(0, got)
      }
      if failure == EINTR { continue }
      if piece.isEmpty { return }
      output += piece
      guard output.count <= limit else { throw .saidTooMuch }
    }
  }
}

/// A point of the monotonic clock.
private struct Moment {
  private let milliseconds: Int

  static var now: Moment {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Moment(milliseconds: time.tv_sec &* 1000 &+ time.tv_nsec / 1_000_000)
  }

  static func + (moment: Moment, milliseconds: Int) -> Moment {
    Moment(milliseconds: moment.milliseconds &+ milliseconds)
  }

  var millisecondsLeft: Int { max(0, milliseconds &- Moment.now.milliseconds) }
}

/// Hands an array of C strings that ends with a null pointer to `body`.
private func withCStrings<Result>(
  _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
  var pointers = strings.map { strdup($0) }
  defer { pointers.forEach { free($0) } }
  pointers.append(nil)
  return pointers.withUnsafeBufferPointer { buffer in
    // The array holds at least the null pointer, so that it has an address.
    buffer.baseAddress.map(body) ?? withUnsafePointer(to: nil, body)
  }
}
