import Foundation
import Testing

/// A root directory in which Debian's own grub-mkconfig runs, for one test.
struct GrubTree {
  static let isPossible =
    Program.isRoot && FileManager.default.isExecutableFile(atPath: "/usr/sbin/grub-mkconfig")

  let directory: TemporaryDirectory
  var path: String { directory.path }

  /// With the menu that grub-mkconfig makes of it.
  init() throws {
    directory = try TemporaryDirectory()
    let made = try Program.runTool([Program.packageRoot + "/Tests/Support/make-grub-tree", path])
    try #require(made.status == 0, "\(made.errors)")
    #expect(try makeMenu().status == 0)
  }

  func inside(_ command: [String], environment: [String: String] = [:]) throws -> Program.Result {
    try Program.runTool(["chroot", path] + command, environment: environment)
  }

  @discardableResult
  func makeMenu() throws -> Program.Result {
    try inside(["grub-mkconfig", "-o", "/boot/grub/grub.cfg"])
  }

  func doctor(_ arguments: [String]) throws -> Program.Result {
    try Program.run(arguments + ["--root", path])
  }

  func text(_ name: String) throws -> String {
    try String(contentsOfFile: path + "/" + name, encoding: .utf8)
  }

  func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path + "/" + name) }

  /// Bytes of every file below boot and etc, by name.
  func files() throws -> [String: Data] {
    var files: [String: Data] = [:]
    for folder in ["boot", "etc"] {
      let names = FileManager.default.enumerator(atPath: path + "/" + folder)
      while let name = names?.nextObject() as? String {
        let file = "\(path)/\(folder)/\(name)"
        if let data = FileManager.default.contents(atPath: file) { files["\(folder)/\(name)"] = data }
      }
    }
    return files
  }
}
