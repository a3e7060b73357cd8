import Glibc

/// Runs a program of the host and waits for it, without a shell and without a terminal.
///
/// - Parameters:
///   - lock: a descriptor that the program keeps open, so that a lock lasts as long as it runs.
///   - interruption: ends it, and what it started.
///   - tell: called every few seconds with the time that has passed.
/// - Returns: nil when it ended with status 0; else why not, with the last of what it said.
func runHostProgram(
  _ command: [String], limit seconds: Int, keeping lock: Int32, until interruption: Interruption? = nil,
  tell: (Int) -> Void
)
  -> String?
{
  guard let name = command.first else { return "there is no program to run" }
  var ends: [Int32] = [-1, -1]
  guard pipe(&ends) == 0 else { return "a pipe could not be made" }
  // Neither end is for the child under its own number.
  for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
  defer { close(ends[0]) }
  guard let child = start(command, output: ends[1], lock) else {
    close(ends[1])
    return "\(name) could not be started"
  }
  close(ends[1])
  var said: [UInt8] = []
  var waiting = [ends[0], interruption?.descriptor ?? -1].map {
    pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
  }
  var buffer = [UInt8](repeating: 0, count: 4096)
  let begin = now()
  var told = 0
  while true {
    let passed = now() - begin
    guard passed < seconds else {
      kill(-child, SIGKILL)
      waitpid(child, nil, 0)
      return "\(name) did not end within \(seconds) s and was stopped"
    }
    if passed >= told + 10 {
      told = passed
      tell(passed)
    }
    guard poll(&waiting, 2, 1000) > 0 else { continue }
    if waiting[1].revents != 0, interruption?.hasCome == true {
      kill(-child, SIGKILL)
      waitpid(child, nil, 0)
      return "\(name) was interrupted"
    }
    guard waiting[0].revents != 0 else { continue }
    let count = read(ends[0], &buffer, buffer.count)
    guard count > 0 else { break }
    said = Array((said + buffer[..<count]).suffix(2000))
  }
  var status: Int32 = 0
  while waitpid(child, &status, 0) < 0, errno == EINTR {}
  guard status != 0 else { return nil }
  let words = String(decoding: said, as: UTF8.self).split(separator: "\n").suffix(4).joined(separator: "; ")
  return "\(name) failed" + (words.isEmpty ? "" : ": " + words)
}

private func now() -> Int {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return time.tv_sec
}

private func start(_ command: [String], output: Int32, _ lock: Int32) -> pid_t? {
  var actions = posix_spawn_file_actions_t()
  guard posix_spawn_file_actions_init(&actions) == 0 else { return nil }
  defer { posix_spawn_file_actions_destroy(&actions) }
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
  posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO)
  // To its own number: that takes away that it would be closed.
  posix_spawn_file_actions_adddup2(&actions, lock, lock)
  var attributes = posix_spawnattr_t()
  guard posix_spawnattr_init(&attributes) == 0 else { return nil }
  defer { posix_spawnattr_destroy(&attributes) }
  // A group of its own: what it started ends with it.
  // And with no signal held back.
  var none = sigset_t()
  sigemptyset(&none)
  posix_spawnattr_setsigmask(&attributes, &none)
  posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK))
  let arguments = command.map { strdup($0) } + [nil]
  defer { arguments.forEach { free($0) } }
  let variables = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", "HOME=/root"]
  let environment = variables.map { strdup($0) } + [nil]
  defer { environment.forEach { free($0) } }
  var child: pid_t = 0
  guard posix_spawnp(&child, command[0], &actions, &attributes, arguments, environment) == 0 else {
    return nil
  }
  return child
}
