import ArgumentParser
import HostFiles
import HostSurvey

/// `snapshot FILE`: records this host's evidence, to be judged elsewhere with `--root FILE`.
struct SnapshotCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "snapshot",
    abstract: "Record this host's evidence in a text file, to be judged elsewhere with --root FILE.",
    discussion: """
      Serial numbers, MAC addresses and UUIDs are replaced by stable stand-ins. The file is text: \
      read it before you pass it on. An existing file is not overwritten; "-" is standard output.
      """)

  @OptionGroup var common: CommonOptions

  @Argument(help: "The file to write.", completion: .file())
  var file: String

  func run() throws {
    let recorder: RecordingFiles
    do throws(HostFileError) {
      recorder = try RecordingFiles(common.rootPath)
    } catch {
      throw CommandError(.usage, "--root \(common.rootPath): \(error.reason); name a directory")
    }
    _ = surveyHost(HostRoot(recordingInto: recorder))
    var replacement = IdentifierReplacement()
    let text = SnapshotText.print(replacement.apply(to: recorder.recording))
    guard file != "-" else { return try writeToStandardOutput(text) }
    do throws(HostFileError) {
      try createFile(atHostPath: file, text)
    } catch {
      throw CommandError(.failed, "\(error.operation) \(file): \(error.reason)")
    }
  }
}
