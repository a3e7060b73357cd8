import Foundation
import HostModel

/// The shells themselves: what files really do when grub-mkconfig sources them.
struct ShellOracle {
  struct Outcome: Equatable {
    /// Of `set -e; . file…`.
    var status: Int
    /// Every variable of `names` that is set.
    var values: [String: [UInt8]]

    /// What a caller of the editor knows; nil where sourcing did not come to its end.
    var commandLines: SourcedValues? {
      status == 0
        ? SourcedValues(
          linux: values["GRUB_CMDLINE_LINUX"], linuxDefault: values["GRUB_CMDLINE_LINUX_DEFAULT"])
        : nil
    }
  }

  /// Why there is no answer.
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  let dialect: ShellDialect
  let names: [String]

  /// Whether both shells are installed.
  static let isAvailable = ["/bin/dash", "/bin/bash"].allSatisfy(
    FileManager.default.isExecutableFile(atPath:))

  /// A file made at random may start itself again and again, or write where it should not.
  private static var limits: [String] {
    let asNobody = ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    return (geteuid() == 0 ? asNobody : []) + [
      "/usr/bin/prlimit", "--nproc=\(geteuid() == 0 ? 200 : 2000)", "/usr/bin/timeout", "-k", "1", "300",
    ]
  }

  /// Sources each host's files, in order, in a shell of its own, and tells the variables.
  func outcomes(of hosts: [GrubDefaultsFiles], path: String = "/nonexistent") throws -> [Outcome] {
    try outcomes(of: hosts.map(\.texts), path: path)
  }

  /// Sources each list of files, in order, in a shell of its own, and tells the variables.
  ///
  /// Programs are found only in `path`: by default nowhere, so that a file made at random runs none.
  func outcomes(of hosts: [[[UInt8]]], path: String = "/nonexistent") throws -> [Outcome] {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("sh-" + UUID().uuidString)
    try FileManager.default.createDirectory(
      at: directory.appendingPathComponent("scratch"), withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    for (index, files) in hosts.enumerated() {
      for (number, file) in files.enumerated() {
        try Data(file).write(to: directory.appendingPathComponent("\(index).\(number)"))
      }
    }
    let output = directory.appendingPathComponent("output")
    _ = FileManager.default.createFile(atPath: output.path, contents: nil)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    let shell = dialect == .dash ? ["/bin/dash"] : ["/bin/bash", "--posix"]
    process.arguments =
      ["-i", "PATH=" + path, "LC_ALL=C"] + Self.limits + shell + [
        "-c", driver, "driver", String(hosts.count), directory.path,
      ]
    process.currentDirectoryURL = directory.appendingPathComponent("scratch")
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle(forWritingAtPath: output.path)
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    var answer = try Data(contentsOf: output)
    // A file may ask where it is; the same file has the same answer next time.
    let own = Data(directory.lastPathComponent.utf8)
    while let place = answer.range(of: own) { answer.replaceSubrange(place, with: Data("here".utf8)) }
    return try parse([UInt8](answer), count: hosts.count)
  }

  /// Descriptor 9 is the answer: what the files print goes nowhere.
  private var driver: String {
    let prints = names.map { "[ \"${\($0)+x}\" ] && printf '%s\\0%s\\0' \($0) \"$\($0)\" >&9" }
    // Its variables have names that no file of this world has: a file may reckon with an n.
    return """
      passthru_count=$1 passthru_directory=$2
      exec 9>&1 >/dev/null 2>&1
      passthru_i=0
      while [ $passthru_i -lt $passthru_count ]; do
        (
          ulimit -t 2
          set -e
          set --
          for passthru_file in "$passthru_directory/$passthru_i".*; do . "$passthru_file"; done 9>&-
          set +eux
          unalias -a
          unset -f printf
          \(prints.joined(separator: "\n    "))
          printf 'done\\0\\0' >&9
        )
        printf 'status\\0%s\\0' $? >&9
        passthru_i=$((passthru_i + 1))
      done

      """
  }

  private func parse(_ output: [UInt8], count: Int) throws -> [Outcome] {
    let fields = output.split(separator: 0, omittingEmptySubsequences: false)
    var outcomes: [Outcome] = []
    var values: [String: [UInt8]] = [:]
    var isDone = false
    for index in stride(from: 0, to: fields.count - 1, by: 2) {
      let name = String(decoding: fields[index], as: UTF8.self)
      switch name {
      case "status":
        // `exit 0` in a file ends grub-mkconfig with nothing made: no success.
        let status = isDone ? 0 : max(1, Int(String(decoding: fields[index + 1], as: UTF8.self)) ?? 1)
        outcomes.append(Outcome(status: status, values: isDone ? values : [:]))
        values = [:]
        isDone = false
      case "done": isDone = true
      default: values[name] = Array(fields[index + 1])
      }
    }
    guard outcomes.count == count else {
      throw Failure(description: "the shell answered for \(outcomes.count) files of \(count)")
    }
    return outcomes
  }
}

extension GrubDefaultsFiles {
  /// The files' bytes in the order of sourcing.
  var texts: [[UInt8]] { [main] + (dropIns ?? []).map(\.bytes) }
}
