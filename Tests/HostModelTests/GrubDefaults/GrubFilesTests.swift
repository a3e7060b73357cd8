import Foundation
import HostModel
import Testing

/// Files of every form that people write, with what must be said of each: `Tests/GrubFiles`.
@Suite(.enabled(if: ShellOracle.isAvailable))
struct GrubFilesTests {
  static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("GrubFiles").path

  /// The lines of `expected`: a file's name, then the outcome by dash and by bash.
  static let expected: [(name: String, outcomes: [ShellDialect: String])] = {
    let text = (try? String(contentsOfFile: folder + "/expected", encoding: .utf8)) ?? ""
    return text.split(separator: "\n").filter { !$0.hasPrefix("#") }.compactMap { line in
      let fields = line.split(separator: "\t").map(String.init)
      return fields.count == 3 ? (fields[0], [.dash: fields[1], .bash: fields[2]]) : nil
    }
  }()

  @Test(arguments: ShellDialect.allCases)
  func everyFileEndsAsWritten(dialect: ShellDialect) throws {
    let folders = try FileManager.default.contentsOfDirectory(atPath: Self.folder + "/files")
    #expect(folders.sorted() == Self.expected.map(\.name).sorted())
    for (name, outcomes) in Self.expected {
      let outcome = try Self.outcome(name, dialect)
      if ProcessInfo.processInfo.environment["PASSTHRU_GRUB_SHOW"] != nil {
        print("\(dialect)\t\(name)\t\(outcome)")
      }
      #expect(outcome == outcomes[dialect], "\(name)")
    }
  }

  /// Where the arguments went; or why nothing was done, with line and column where the file is at fault.
  static func outcome(_ name: String, _ dialect: ShellDialect) throws -> String {
    let files = try Self.files(name, dialect)
    let oracle = ShellOracle(dialect: dialect, names: GrubDefaultsCasesTests.names)
    let path = "/usr/sbin:/usr/bin:/sbin:/bin"
    let before = try oracle.outcomes(of: [files], path: path)[0]
    let edit: GrubDefaultsEdit
    do throws(GrubRefusal) {
      // As the command does: what reading refuses comes first, then what the shell says.
      _ = try GrubDefaultsReading(files)
      guard before.status == 0 else { return "the shell stops with \(before.status)" }
      edit = try GrubDefaultsEdit.adding(
        GrubDefaultsCasesTests.wanted, to: files, sourced: before.commandLines)
    } catch {
      return ([error.kind.rawValue] + (error.position.map { ["\($0.line):\($0.column)"] } ?? []))
        .joined(separator: " ")
    }
    let changed = files.applying(edit)
    let after = try oracle.outcomes(of: [changed], path: path)[0]
    var expected = before
    let old = before.values["GRUB_CMDLINE_LINUX"] ?? []
    let added = Array(edit.arguments.joined(separator: " ").utf8)
    if !added.isEmpty { expected.values["GRUB_CMDLINE_LINUX"] = old.isEmpty ? added : old + [0x20] + added }
    #expect(after == expected, "\(name)")
    let again = try GrubDefaultsEdit.adding(
      GrubDefaultsCasesTests.wanted, to: changed, sourced: after.commandLines)
    #expect(again.place == .nothing, "\(name) is not the same when added twice")
    let restored = changed.applying(try GrubDefaultsEdit.removing(edit.arguments, from: changed))
    #expect(restored == files, "\(name) is not restored")
    return edit.place.rawValue
  }

  static func files(_ name: String, _ dialect: ShellDialect) throws -> GrubDefaultsFiles {
    func bytes(_ path: String) throws -> [UInt8] {
      [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder + "/files/" + path)))
    }
    let names = try? FileManager.default.contentsOfDirectory(atPath: folder + "/files/\(name)/grub.d")
    let dropIns = try names?.filter { $0.hasSuffix(".cfg") }.sorted().map {
      GrubDefaultsFile(path: "etc/default/grub.d/" + $0, bytes: try bytes("\(name)/grub.d/\($0)"))
    }
    return GrubDefaultsFiles(main: try bytes(name + "/grub"), dropIns: dropIns, dialect: dialect)
  }
}
