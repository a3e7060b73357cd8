import Foundation
import HostModel
import Testing

private let caseFolder = URL(fileURLWithPath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent().deletingLastPathComponent()
  .appendingPathComponent("shared/cases/grub-defaults").path

/// Files that people really have, beside the project where they are at hand.
@Suite(.enabled(if: ShellOracle.isAvailable && FileManager.default.fileExists(atPath: caseFolder)))
struct GrubDefaultsCasesTests {
  static let names = ["GRUB_CMDLINE_LINUX", "GRUB_CMDLINE_LINUX_DEFAULT"]
  static let wanted = ["intel_iommu=on", "iommu=pt"]

  static var cases: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: caseFolder)) ?? []).sorted()
  }

  /// With drop-ins and without, for both shells.
  @Test(arguments: ShellDialect.allCases)
  func everyFileEndsRightOrIsRefused(dialect: ShellDialect) throws {
    var lines: [String] = []
    for name in Self.cases {
      let withDropIns = try Self.files(name, dialect, dropIns: true)
      lines.append("\(name): \(try judge(withDropIns, name))")
      if withDropIns.dropIns != nil {
        lines.append("\(name), file alone: \(try judge(try Self.files(name, dialect, dropIns: false), name))")
      }
    }
    print("\(dialect)\n" + lines.joined(separator: "\n"))
    #expect(lines.count >= 38)
  }

  private func judge(_ files: GrubDefaultsFiles, _ name: String) throws -> String {
    let mustBeRefused = try Self.text(name, "class.txt").hasPrefix("refuse:")
    let before = try sourced(files)
    let edit: GrubDefaultsEdit
    do throws(GrubRefusal) {
      edit = try GrubDefaultsEdit.adding(Self.wanted, to: files)
    } catch {
      let mayBeRefused = mustBeRefused || error.kind == .conflict || before.status != 0
      #expect(mayBeRefused, "\(name) is refused: \(error)")
      return "refused, \(error.kind.rawValue): \(error)"
    }
    guard before.status == 0 else {
      // The caller sources the files first; what reading alone proves must not come to that.
      #expect(!edit.unproven.isEmpty, "\(name) does not source, and reading says it does")
      return "refused by sourcing, which ends with \(before.status): \(edit.unproven.last ?? "")"
    }
    #expect(!mustBeRefused, "\(name) must be refused")
    let changed = files.applying(edit)
    let after = try sourced(changed)
    let added = edit.arguments.joined(separator: " ")
    let old = before.values["GRUB_CMDLINE_LINUX"] ?? []
    var expected = before
    if !added.isEmpty {
      expected.values["GRUB_CMDLINE_LINUX"] = old.isEmpty ? Array(added.utf8) : old + [0x20] + added.utf8
    }
    #expect(after == expected, "\(name)")
    let present = after.values["GRUB_CMDLINE_LINUX"].map {
      KernelCommandLine(parsing: $0).parameters.map(\.text)
    }
    #expect(Self.wanted.allSatisfy { present?.contains($0) == true }, "\(name)")
    #expect(try GrubDefaultsEdit.adding(Self.wanted, to: changed).place == .nothing, "\(name)")
    #expect(
      changed.applying(try GrubDefaultsEdit.removing(edit.arguments, from: changed)) == files, "\(name)")
    return "\(edit.place.rawValue): \(edit.reason)"
  }

  /// As dash and bash showed when the cases were gathered.
  @Test(arguments: ShellDialect.allCases)
  func knownValuesAreTheShells(dialect: ShellDialect) throws {
    for name in Self.cases {
      let files = try Self.files(name, dialect, dropIns: true)
      guard let reading = try? GrubDefaultsReading(files), let known = reading.linux.value.bytes else {
        continue
      }
      let before = try sourced(files)
      if before.status == 0 {
        #expect(before.values["GRUB_CMDLINE_LINUX"] ?? [] == known, "\(name)")
      }
    }
  }

  static func files(_ name: String, _ dialect: ShellDialect, dropIns: Bool) throws -> GrubDefaultsFiles {
    let directory = caseFolder + "/" + name
    var found: [GrubDefaultsFile]?
    if dropIns, let names = try? FileManager.default.contentsOfDirectory(atPath: directory + "/grub.d") {
      found = try names.filter { $0.hasSuffix(".cfg") }.sorted().map {
        GrubDefaultsFile(
          path: "etc/default/grub.d/" + $0,
          bytes: [UInt8](try Data(contentsOf: URL(fileURLWithPath: directory + "/grub.d/" + $0))))
      }
    }
    let main = [UInt8](try Data(contentsOf: URL(fileURLWithPath: directory + "/input")))
    return GrubDefaultsFiles(main: main, dropIns: found, dialect: dialect)
  }

  static func text(_ name: String, _ file: String) throws -> String {
    try String(contentsOfFile: caseFolder + "/" + name + "/" + file, encoding: .utf8)
  }

  private func sourced(_ files: GrubDefaultsFiles) throws -> ShellOracle.Outcome {
    // Fedora's file reads /etc/system-release, which only Fedora has.
    let texts = ([files.main] + (files.dropIns ?? []).map(\.bytes)).map { bytes in
      Array(
        String(decoding: bytes, as: UTF8.self).replacing("/etc/system-release", with: "/etc/os-release").utf8)
    }
    return try ShellOracle(dialect: files.dialect, names: Self.names)
      .outcomes(of: [texts], path: "/usr/sbin:/usr/bin:/sbin:/bin")[0]
  }
}
