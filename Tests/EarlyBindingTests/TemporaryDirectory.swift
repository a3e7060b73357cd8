import Foundation
import Glibc

let isRoot = geteuid() == 0

struct NoTemporaryDirectory: Error {}

func temporaryDirectory() throws -> String {
  var template = Array("/tmp/passthru-early.XXXXXX".utf8CString)
  guard let path = mkdtemp(&template) else { throw NoTemporaryDirectory() }
  return String(cString: path)
}

func makeDirectory(_ path: String) throws {
  guard mkdir(path, 0o755) == 0 else { throw NoTemporaryDirectory() }
}

func removeTree(_ path: String) {
  try? FileManager.default.removeItem(atPath: path)
}
