import ArgumentParser
import HostFiles
import Reporting

/// When to use colour and Unicode marks.
package enum ColorChoice: String, ExpressibleByArgument, CaseIterable, Sendable {
  case auto, always, never
}

/// The options that every command takes.
struct CommonOptions: ParsableArguments {
  @Option(
    name: .customLong("root"),
    help: ArgumentHelp(
      "Look at (and change) the host whose root directory this is, or the recorded host in this snapshot.",
      valueName: "dir"),
    completion: .directory)
  var rootPath = "/"

  @Flag(help: "Print one JSON document on standard output, nothing else.")
  var json = false

  @Option(help: "Colour and Unicode marks: auto (on a terminal), always, never. NO_COLOR is honoured.")
  var color = ColorChoice.auto

  @Flag(name: .shortAndLong, help: "Print only what is wrong or could not be measured.")
  var quiet = false

  @Flag(name: .shortAndLong, help: "Print every piece of evidence.")
  var verbose = false

  var style: TerminalStyle { .forStandardOutput(color) }

  var verbosity: Verbosity { quiet ? .quiet : verbose ? .verbose : .normal }

  func validate() throws {
    if quiet && verbose { throw ValidationError("--quiet and --verbose exclude each other") }
    if rootPath.isEmpty { throw ValidationError("--root needs a directory or a snapshot file") }
  }

  /// The host to look at: a directory, or a snapshot file.
  func openRoot() throws(CommandError) -> HostRoot {
    do throws(HostFileError) {
      return try HostRoot(directory: rootPath)
    } catch {
      guard error.isNotADirectory else {
        throw CommandError(.usage, "--root \(rootPath): \(error.reason); name a directory or a snapshot file")
      }
      return try openSnapshot()
    }
  }

  private func openSnapshot() throws(CommandError) -> HostRoot {
    let bytes: [UInt8]
    do throws(HostFileError) {
      bytes = try readFile(atHostPath: rootPath)
    } catch {
      throw CommandError(.usage, "--root \(rootPath): \(error.reason)")
    }
    do throws(SnapshotError) {
      return HostRoot(recording: try SnapshotText.parse(bytes), name: rootPath)
    } catch {
      throw CommandError(.usage, "--root \(rootPath): \(error)")
    }
  }
}
