import Glibc

/// A directory of its own for one test, removed afterwards.
package final class ScratchDirectory {
  package let path: String

  package init() throws {
    var template = Array("/tmp/passthru-test.XXXXXX".utf8CString)
    let made = template.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.flatMap(mkdtemp).map { String(cString: $0) }
    }
    guard let made else { throw ScratchError(code: errno) }
    path = made
    // For tests that look as somebody else.
    chmod(path, 0o755)
  }

  deinit { Self.removeAll(path) }

  package func directory(_ name: String) {
    var here = path
    for component in name.split(separator: "/") {
      here += "/" + component
      mkdir(here, 0o755)
    }
  }

  package func file(_ name: String, _ content: String = "") {
    file(name, Array(content.utf8))
  }

  package func file(_ name: String, _ bytes: [UInt8]) {
    makeParents(of: name)
    let descriptor = open(path + "/" + name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    defer { close(descriptor) }
    let written = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    precondition(written == bytes.count, "a test's scratch file could not be written")
  }

  package func link(_ name: String, to target: String) {
    makeParents(of: name)
    symlink(target, path + "/" + name)
  }

  package func fifo(_ name: String) {
    makeParents(of: name)
    mkfifo(path + "/" + name, 0o644)
  }

  package func remove(_ name: String) { Self.removeAll(path + "/" + name) }

  private func makeParents(of name: String) {
    if let slash = name.lastIndex(of: "/") { directory(String(name[..<slash])) }
  }

  private static func removeAll(_ path: String) {
    if unlink(path) == 0 { return }
    if let stream = opendir(path) {
      while let entry = readdir(stream) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) { field in
          field.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != "." && name != ".." { removeAll(path + "/" + name) }
      }
      closedir(stream)
    }
    rmdir(path)
  }
}

/// errno of what could not be set up.
package struct ScratchError: Error {
  package let code: Int32

  package init(code: Int32) { self.code = code }
}
