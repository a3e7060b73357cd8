import Foundation
import Testing

/// The built program, run as a user would.
struct Program {
  struct Result {
    let status: Int32
    let output: String
    let errors: String
  }

  static let packageRoot = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

  /// $PASSTHRU_DOCTOR, or what the test run itself has built.
  static let path =
    ProcessInfo.processInfo.environment["PASSTHRU_DOCTOR"] ?? packageRoot + "/.build/debug/passthru-doctor"

  /// Runs the program, or with `wrapper` a program that runs it (strace, setpriv).
  static func run(
    _ arguments: [String], wrapper: [String] = [], standardOutput: String? = nil,
    environment: [String: String] = [:]
  ) throws -> Result {
    try runTool(wrapper + [path] + arguments, standardOutput: standardOutput, environment: environment)
  }

  /// Runs another program: one that judges what ours has printed.
  static func runTool(
    _ command: [String], standardOutput: String? = nil, environment: [String: String] = [:]
  ) throws -> Result {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let outputPath = standardOutput ?? directory.path + "/output"
    let errorPath = directory.path + "/errors"
    for path in [outputPath, errorPath] where !FileManager.default.fileExists(atPath: path) {
      _ = FileManager.default.createFile(atPath: path, contents: nil)
    }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments =
      ["-i"] + (["PATH=/usr/sbin:/usr/bin:/sbin:/bin"] + environment.map { "\($0)=\($1)" }) + command
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle(forWritingAtPath: outputPath)
    process.standardError = FileHandle(forWritingAtPath: errorPath)
    try process.run()
    process.waitUntilExit()
    return Result(
      status: process.terminationStatus,
      output: standardOutput == nil
        ? String(decoding: try Data(contentsOf: URL(fileURLWithPath: outputPath)), as: UTF8.self) : "",
      errors: String(decoding: try Data(contentsOf: URL(fileURLWithPath: errorPath)), as: UTF8.self))
  }

  static let isRoot = geteuid() == 0

  /// Whether a command can have mounts of its own: as root, but not in a chroot, where nothing is mounted at
  /// the root, so that unshare(1) cannot keep them from the host.
  static let canMount: Bool = {
    guard isRoot else { return false }
    let unshare = Process()
    unshare.executableURL = URL(fileURLWithPath: "/usr/bin/unshare")
    unshare.arguments = ["--mount", "true"]
    unshare.standardError = FileHandle.nullDevice
    guard (try? unshare.run()) != nil else { return false }
    unshare.waitUntilExit()
    return unshare.terminationStatus == 0
  }()
}

/// A directory that is gone after the test.
final class TemporaryDirectory {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file below it, and the folders above.
  func write(_ text: String, at name: String) throws {
    let url = URL(fileURLWithPath: path + "/" + name)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
  }

  func makeDirectory(_ name: String) throws {
    try FileManager.default.createDirectory(atPath: path + "/" + name, withIntermediateDirectories: true)
  }
}
