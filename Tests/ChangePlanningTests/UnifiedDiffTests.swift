import ChangePlanning
import Foundation
import Testing

/// Held against diffutils: what `diff -u` prints, and what `patch` makes of it.
struct UnifiedDiffTests {
  private struct Files {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

    func write(_ name: String, _ text: String) throws {
      try Data(text.utf8).write(to: folder.appendingPathComponent(name))
    }

    func text(_ name: String) throws -> String {
      String(decoding: try Data(contentsOf: folder.appendingPathComponent(name)), as: UTF8.self)
    }

    /// What a shell command prints, run in the folder.
    func run(_ command: String) throws -> String {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/bin/sh")
      process.arguments = ["-c", "LC_ALL=C; export LC_ALL; \(command) >output 2>&1"]
      process.currentDirectoryURL = folder
      try process.run()
      process.waitUntilExit()
      return try text("output")
    }
  }

  private func ours(_ before: String, _ after: String) -> String {
    String(
      decoding: UnifiedDiff.text(path: "file", before: Array(before.utf8), after: Array(after.utf8)),
      as: UTF8.self)
  }

  private static let numbers = (1...40).map { "line \($0)\n" }

  private static func changed(_ change: (inout [String]) -> Void) -> String {
    var lines = numbers
    change(&lines)
    return lines.joined()
  }

  /// Edits as they are made: one line, several far from each other, near each other, at the ends, without a last
  /// line end, beside lines of the same text.
  private static let edits: [(String, String)] = [
    (numbers.joined(), changed { $0[9] = "other\n" }),
    (numbers.joined(), changed { ($0[4], $0[30]) = ("one\n", "two\n") }),
    (numbers.joined(), changed { ($0[4], $0[11]) = ("one\n", "two\n") }),
    (numbers.joined(), changed { ($0[4], $0[12]) = ("one\n", "two\n") }),
    (numbers.joined(), changed { $0.insert("first\n", at: 0) }),
    (numbers.joined(), changed { $0.append("last\n") }),
    (numbers.joined(), changed { $0.append("last") }),
    (numbers.joined() + "open", numbers.joined() + "open\n"),
    (numbers.joined(), changed { $0.removeFirst() }), (numbers.joined(), changed { $0.removeLast(2) }),
    (numbers.joined(), changed { $0.removeSubrange(3..<9) }), ("one\n", "two\n"), ("", "one\ntwo\n"),
    ("one\ntwo\n", ""), ("a\na\na\nb\n", "a\na\na\na\nb\n"), ("a\na\na\nb\n", "a\na\nb\n"),
    ("a\n\nb\n\nc\n\nd\n", "a\n\nb\n\nnew\n\nc\n\nd\n"), ("a\r\nb\r\n", "a\r\nc\r\nb\r\n"),
  ]

  @Test(arguments: edits)
  func itIsWhatDiffPrints(before: String, after: String) throws {
    let files = try Files()
    defer { try? FileManager.default.removeItem(at: files.folder) }
    try files.write("before", before)
    try files.write("after", after)
    let theirs = try files.run("diff -u --label a/file --label b/file before after")
    #expect(ours(before, after) == theirs)
  }

  @Test func filesThatComeAndGoAreNamedSo() {
    let made = UnifiedDiff.text(path: "etc/x", before: nil, after: Array("a\n".utf8))
    #expect(String(decoding: made, as: UTF8.self) == "--- /dev/null\n+++ b/etc/x\n@@ -0,0 +1 @@\n+a\n")
    let gone = UnifiedDiff.text(path: "etc/x", before: Array("a\n".utf8), after: nil)
    #expect(String(decoding: gone, as: UTF8.self) == "--- a/etc/x\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n")
    #expect(UnifiedDiff.text(path: "etc/x", before: [0x61], after: [0x61]).isEmpty)
  }

  /// Files of few different lines, so that many lines are alike, with a few edits.
  @Test(arguments: 0..<120)
  func patchMakesTheNewFileOfTheOld(seed: Int) throws {
    var random = Generator(state: UInt64(seed) &* 0x9e37_79b9_7f4a_7c15 | 1)
    var lines = (0..<Int.random(in: 0...60, using: &random)).map { _ in
      ["a\n", "b\n", "\n", "}\n", "c d\n"][Int.random(in: 0..<5, using: &random)]
    }
    let before = lines.joined()
    for _ in 0..<Int.random(in: 1...6, using: &random) {
      let place = Int.random(in: 0...lines.count, using: &random)
      switch Int.random(in: 0..<3, using: &random) {
      case 0: lines.insert("a\n", at: place)
      case 1 where place < lines.count: lines.remove(at: place)
      default: lines.insert("new \(place)\n", at: place)
      }
    }
    var after = lines.joined()
    if seed.isMultiple(of: 3), after.last == "\n" { after.removeLast() }
    let files = try Files()
    defer { try? FileManager.default.removeItem(at: files.folder) }
    let diff = ours(before, after)
    try files.write("file", before)
    try files.write("diff", diff)
    try files.write("after", after)
    let said = diff.isEmpty ? "" : try files.run("patch --fuzz=0 -p1 <diff")
    #expect(try diff.isEmpty ? before == after : files.text("file") == after, "\(said)\n\(diff)")
    #expect(!said.contains("offset") && !said.contains("fuzz"), "\(said)")
    // As few lines as diff needs at least.
    try files.write("file", before)
    let fewest = try files.run("diff -d -u file after | grep -c '^[-+]'")
    let count = diff.split(separator: "\n").filter { $0.hasPrefix("+") || $0.hasPrefix("-") }.count
    #expect("\(count)\n" == fewest)
  }

  /// Two long files without a line in common: no search of minutes, and patch takes the answer.
  @Test(.timeLimit(.minutes(10))) func longFilesThatAreUnlikeAreOneChange() throws {
    let (before, after) = ((0..<30_000).map { "old \($0)\n" }, (0..<30_000).map { "new \($0)\n" })
    let files = try Files()
    defer { try? FileManager.default.removeItem(at: files.folder) }
    let diff = ours("same\n" + before.joined(), "same\n" + after.joined())
    try files.write("file", "same\n" + before.joined())
    try files.write("diff", diff)
    _ = try files.run("patch --fuzz=0 -p1 <diff")
    #expect(try files.text("file") == "same\n" + after.joined())
    #expect(diff.split(separator: "\n").count { $0.hasPrefix("@@") } == 1)
  }

  private struct Generator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return state
    }
  }
}
