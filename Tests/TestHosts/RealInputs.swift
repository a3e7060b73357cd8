import Foundation

/// Collected real inputs, which may lie beside the checkout; tests over them run only then.
package enum RealInputs {
  package static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "shared/cases")

  package static let areThere = FileManager.default.fileExists(atPath: folder.path)

  /// Names of the files in a folder that end so, in order, without that ending.
  package static func names(in subfolder: String, endingWith suffix: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: subfolder).path)
      .filter { $0.hasSuffix(suffix) }.map { String($0.dropLast(suffix.count)) }.sorted()
  }

  package static func bytes(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: folder.appending(path: path)))
  }

  package static func json(_ path: String) throws -> [String: Any] {
    let object = try JSONSerialization.jsonObject(with: try Data(contentsOf: folder.appending(path: path)))
    return object as? [String: Any] ?? [:]
  }
}
