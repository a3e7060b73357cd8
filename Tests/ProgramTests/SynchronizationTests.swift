import Foundation
import Testing

/// How what was written gets to the disk, seen by strace; the file system's kind is what strace says.
@Suite(.enabled(if: GrubTree.isPossible))
struct SynchronizationTests {
  /// The calls of one `kargs add` that give names and synchronize, in order.
  private func calls(fileSystem magic: String?) throws -> [String] {
    let tree = try GrubTree()
    let log = tree.path + "/tmp/calls"
    let lie = magic.map { ["-e", "inject=fstatfs:poke_exit=@arg2=\($0)"] } ?? []
    let added = try Program.run(
      ["kargs", "add", "intel_iommu=on", "--yes", "--root", tree.path],
      wrapper: ["strace", "-qq", "-o", log, "-e", "trace=fstatfs,renameat2,renameat,fsync,syncfs"] + lie)
    #expect(added.status == 4, "\(added.errors)")
    return try tree.text("tmp/calls").split(separator: "\n").compactMap { line in
      line.hasPrefix("---") || line.contains(" = -1 ")
        ? nil : line.split(separator: "(").first.map(String.init)
    }
  }

  /// FAT keeps a file's size and place in the directory and writes them with the file: synchronizing the directory
  /// alone would leave a new name that leads to nothing.
  @Test func afterEachNewNameTheWholeFATIsSynchronized() throws {
    let calls = try calls(fileSystem: "444d000000000000")
    let names = calls.indices.filter { calls[$0].hasPrefix("renameat") }
    #expect(names.count >= 2)
    for index in names {
      #expect(calls[(index + 1)...].first { $0 != "fstatfs" } == "syncfs", "\(calls)")
    }
  }

  @Test func elsewhereTheDirectoryIs() throws {
    let calls = try calls(fileSystem: nil)
    #expect(!calls.contains("syncfs"))
    for index in calls.indices where calls[index].hasPrefix("renameat") {
      #expect(calls[(index + 1)...].first { $0 != "fstatfs" } == "fsync", "\(calls)")
    }
  }
}
