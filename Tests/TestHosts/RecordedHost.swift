import Foundation
import HostFiles
import HostModel

/// A host of Tests/Hosts, in the form that `passthru-doctor snapshot` writes.
package struct RecordedHost {
  package var files: RecordedFiles

  /// The folder that holds them.
  package static let folder =
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().path + "/Hosts"

  /// The names of all, without `.host`.
  package static var names: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
      .filter { $0.hasSuffix(".host") }.map { String($0.dropLast(5)) }.sorted()
  }

  package init(named name: String) throws {
    let data = try Data(contentsOf: URL(fileURLWithPath: "\(Self.folder)/\(name).host"))
    files = try SnapshotText.parse(Array(data))
  }

  /// The host to survey.
  package var root: HostRoot { HostRoot(recording: files, name: "recorded") }

  /// With the text of a file replaced where it stands; nothing else changes.
  package mutating func replace(_ old: String, with new: String, in path: String) {
    guard case .file(let bytes) = files.entries[path] else { return }
    files.add(.file(Array(bytes.text.replacingOccurrences(of: old, with: new).utf8)), at: path)
  }
}
