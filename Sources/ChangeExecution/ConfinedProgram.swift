import CLinux
import Glibc
import HostModel

/// A program run with a directory as its root, in namespaces of its own: everything it starts ends
/// with it. Read-only it can write nothing, reach no network, and has none of root's powers.
package struct ConfinedProgram {
  package struct Outcome: Sendable, Equatable {
    /// Exit status, or 128 + the number of the signal that ended it.
    package var status: Int32
    package var output: [UInt8]
    package var errors: [UInt8]
  }

  package enum Failure: Error, Sendable, Equatable, CustomStringConvertible {
    case notStarted(Int32)
    case notConfined
    case tookTooLong(seconds: Int)
    case saidTooMuch
    case interrupted
    case startedTooMany

    package var description: String {
      switch self {
      case .notStarted(let code): "it could not be started (error \(code))"
      case .notConfined: "it could not be run in namespaces of its own, which takes root's privilege"
      case .tookTooLong(let seconds): "it was not done after \(seconds) seconds"
      case .saidTooMuch: "it printed without end"
      case .interrupted: "it was interrupted"
      case .startedTooMany: "it started processes without end"
      }
    }
  }

  package var root: String
  package var isReadOnly: Bool
  /// Files that appear at /`scratch`/0, /`scratch`/1, ….
  package var files: [[UInt8]] = []
  package var scratch = "tmp"
  /// Files and folders below the root of which the program gets a copy: what it writes there is lost.
  package var shielded: [String] = []
  /// The program's path as seen inside, then its arguments.
  package var arguments: [String]
  package var secondsLimit: Int
  /// As LANG has it (de_DE.UTF-8); nil: none, C.
  package var language: String?

  static let outputLimit = 4 << 20
  /// Seconds after which somebody who waits wants to hear something.
  private static let silence = 5
  /// How many processes may live at once while a file of settings is read.
  static let processLimit: Int32 = 200

  package init(
    root: String, isReadOnly: Bool, files: [[UInt8]] = [], scratch: String = "tmp", arguments: [String],
    secondsLimit: Int
  ) {
    self.root = root
    self.isReadOnly = isReadOnly
    self.files = files
    self.scratch = scratch
    self.arguments = arguments
    self.secondsLimit = secondsLimit
  }

  /// Runs it to its end, or to an interruption; `onError` gets what it writes to standard error as it
  /// comes, `onWait` the seconds that have passed, each time that it has been silent for a while.
  package func run(
    until interruption: Interruption? = nil, onError: (([UInt8]) -> Void)? = nil,
    onWait: ((Int) -> Void)? = nil
  ) throws(Failure) -> Outcome {
    var output = try pipeEnds()
    var errors = try pipeEnds()
    defer { for end in [output.read, output.write, errors.read, errors.write] where end >= 0 { close(end) } }
    let process = start(output: output.write, errors: errors.write)
    guard process > 0 else { throw .notStarted(errno) }
    close(output.write)
    close(errors.write)
    (output.write, errors.write) = (-1, -1)
    do throws(Failure) {
      let (said, complained) = try listen(output.read, errors.read, interruption, onError, onWait)
      let status = waitFor(process)
      // Its own parent's words, which no exit status of the program can be taken for.
      if status & 0x7f == SIGUSR1 { throw .startedTooMany }
      if status & 0x7f == SIGUSR2 { throw .notConfined }
      return Outcome(
        status: status & 0x7f == 0 ? status >> 8 & 0xff : 128 + status & 0x7f, output: said,
        errors: complained)
    } catch {
      kill(-process, SIGKILL)
      _ = waitFor(process)
      throw error
    }
  }

  private func pipeEnds() throws(Failure) -> (read: Int32, write: Int32) {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw .notStarted(errno) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }

  private func start(output: Int32, errors: Int32) -> pid_t {
    let words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
    let locale = language.map { "LANG=" + $0 } ?? "LC_ALL=C"
    let environment = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", locale, "HOME=/root"]
    let variables: [UnsafeMutablePointer<CChar>?] = environment.map { strdup($0) } + [nil]
    defer { for text in words + variables { free(text) } }
    // The buffers must stay where they are until the child has its copy of them.
    let buffers = files.map { file -> UnsafeMutableRawBufferPointer in
      let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, file.count), alignment: 1)
      buffer.copyBytes(from: file)
      return buffer
    }
    defer { for buffer in buffers { buffer.deallocate() } }
    let covers: [UnsafePointer<CChar>?] = shielded.map { UnsafePointer(strdup("/" + $0)) }
    defer { for text in covers { free(UnsafeMutablePointer(mutating: text)) } }
    let contents: [UnsafeRawPointer?] = buffers.map { UnsafeRawPointer($0.baseAddress) }
    let sizes = files.map(\.count)
    return root.withCString { root in
      scratch.withCString { scratch in
        var confinement = linux_confinement()
        confinement.root = root
        confinement.scratch = scratch
        confinement.read_only = isReadOnly ? 1 : 0
        confinement.file_count = files.count
        confinement.shielded_count = covers.count
        confinement.process_limit = Self.processLimit
        return words.withUnsafeBufferPointer { words in
          variables.withUnsafeBufferPointer { variables in
            contents.withUnsafeBufferPointer { contents in
              sizes.withUnsafeBufferPointer { sizes in
                covers.withUnsafeBufferPointer { covers in
                  confinement.arguments = words.baseAddress
                  confinement.environment = variables.baseAddress
                  confinement.contents = contents.baseAddress
                  confinement.sizes = sizes.baseAddress
                  confinement.shielded = covers.baseAddress
                  return linux_start_confined(&confinement, output, errors)
                }
              }
            }
          }
        }
      }
    }
  }

  /// As wait(2) has it.
  private func waitFor(_ process: pid_t) -> Int32 {
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 {
      if errno != EINTR { return 255 << 8 }
    }
    return status
  }

  /// Reads both pipes until they end.
  private func listen(
    _ output: Int32, _ errors: Int32, _ interruption: Interruption?, _ onError: (([UInt8]) -> Void)?,
    _ onWait: ((Int) -> Void)?
  ) throws(Failure) -> ([UInt8], [UInt8]) {
    var texts: [[UInt8]] = [[], []]
    var open = [output, errors]
    let begin = time(nil)
    let deadline = begin + secondsLimit
    let processesBefore = linux_process_count()
    while open.contains(where: { $0 >= 0 }) {
      // poll(2) passes over what is -1.
      var waiting = (open + [interruption?.descriptor ?? -1]).map {
        pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
      }
      let left = deadline - time(nil)
      guard left > 0 else { throw .tookTooLong(seconds: secondsLimit) }
      // For kernels that cannot ask before a fork (before Linux 5.5): then it is noticed a little later.
      if isReadOnly, Self.processes(since: processesBefore) > 2 * Self.processLimit { throw .startedTooMany }
      let ready = poll(&waiting, 3, isReadOnly ? 20 : Int32(clamping: min(left, Self.silence) * 1000))
      if ready == 0, !isReadOnly { onWait?(time(nil) - begin) }
      if ready <= 0 { continue }
      if waiting[2].revents != 0, interruption?.hasCome == true { throw .interrupted }
      for index in 0..<2 where waiting[index].revents != 0 {
        let piece = readPiece(open[index])
        guard let piece else { continue }
        if piece.isEmpty { open[index] = -1 }
        texts[index] += piece
        if index == 1 { onError?(piece) }
        guard texts[index].count <= Self.outputLimit else { throw .saidTooMuch }
      }
    }
    return (texts[0], texts[1])
  }

  /// How many more the system has than before; root has no limit of its own.
  private static func processes(since before: Int32) -> Int32 {
    Int32(Int16(truncatingIfNeeded: linux_process_count() &- before))
  }

  /// Nil: nothing yet.
  private func readPiece(_ descriptor: Int32) -> [UInt8]? {
    var failure: Int32 = 0
    let piece = [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
      let got = read(descriptor, buffer.baseAddress, buffer.count)
      if got < 0 { failure = errno }
      count = max(0, got)
    }
    return failure == EINTR || failure == EAGAIN ? nil : piece
  }
}
