import Foundation
import Testing

/// A tree of Tests/Support/make-boot-tree, and what a boot loader would make of its files: a reader of its
/// own, so that the program is not held against itself.
final class BootTree {
  static let maker = Program.packageRoot + "/Tests/Support/make-boot-tree"

  struct Entry {
    let name: String
    let arguments: [String]
    /// Another system's, or one that is kept as the way back.
    let isUntouched: Bool
  }

  private let folder: TemporaryDirectory
  var path: String { folder.path }

  /// - Parameter maker: a program that takes the row and the folder.
  init(_ row: String, by maker: String = BootTree.maker) throws {
    folder = try TemporaryDirectory()
    let cache = ProcessInfo.processInfo.environment["PASSTHRU_CACHE"].map { ["PASSTHRU_CACHE": $0] } ?? [:]
    let made = try Program.runTool([maker, row, folder.path], environment: cache)
    guard made.status == 0 else { throw Unmade(description: "make-boot-tree \(row): \(made.errors)") }
  }

  struct Unmade: Error, CustomStringConvertible { let description: String }

  func doctor(_ arguments: String...) throws -> Program.Result {
    try Program.run(arguments + ["--root", path])
  }

  func show() throws -> [String: Any] {
    let shown = try doctor("kargs", "show", "--json").output
    return try #require(try JSONSerialization.jsonObject(with: Data(shown.utf8)) as? [String: Any])
  }

  func text(_ name: String) throws -> String {
    try String(contentsOfFile: path + "/" + name, encoding: .utf8)
  }

  /// Every file and link below etc, boot and the unmounted partition, with its mode.
  func files() throws -> [String: String] {
    var files: [String: String] = [:]
    for folder in ["etc", "boot", "var/lib/esp-AAAA-BBBB"] {
      for name in FileManager.default.enumerator(atPath: path + "/" + folder)?.allObjects as? [String] ?? [] {
        let full = "\(path)/\(folder)/\(name)"
        let facts = try FileManager.default.attributesOfItem(atPath: full)
        switch facts[.type] as? FileAttributeType {
        case .typeRegular:
          let mode = facts[.posixPermissions] as? Int ?? 0
          files["\(folder)/\(name)"] =
            "\(mode) " + (try Data(contentsOf: URL(fileURLWithPath: full))).base64EncodedString()
        case .typeSymbolicLink:
          files["\(folder)/\(name)"] = try FileManager.default.destinationOfSymbolicLink(atPath: full)
        default: break
        }
      }
    }
    return files
  }

  func expectFiles(_ before: [String: String], after what: String, but exceptions: [String] = []) throws {
    let now = try files()
    for path in Set(before.keys).union(now.keys).sorted() where !exceptions.contains(where: path.hasSuffix) {
      #expect(now[path] == before[path], "/\(path) after \(what)")
    }
  }

  /// What would boot.
  func entries() throws -> [Entry] {
    let folders = ["boot/loader/entries", "boot/efi/loader/entries", "var/lib/esp-AAAA-BBBB"]
    let variables = environment()
    var entries: [Entry] = []
    for folder in folders {
      for name in (try? FileManager.default.contentsOfDirectory(atPath: path + "/" + folder)) ?? []
      where name.hasSuffix(".conf") {
        let options = try text(folder + "/" + name).split(separator: "\n").filter { $0.hasPrefix("options ") }
        let words = options.joined(separator: " ").split(separator: " ").filter { $0 != "options" }
        let arguments = words.flatMap { word -> [String] in
          guard word.hasPrefix("$") else { return [String(word)] }
          return (variables[String(word.dropFirst())] ?? "").split(separator: " ").map(String.init)
        }
        let isUntouched = name.hasPrefix("9999") || name.contains("oldkern")
        entries.append(Entry(name: name, arguments: arguments, isUntouched: isUntouched))
      }
    }
    return entries.isEmpty ? try menu() : entries
  }

  private func environment() -> [String: String] {
    let places = ["boot/grub2/grubenv", "boot/grub/grubenv"]
    let lines = places.compactMap { try? text($0) }.first?.split(separator: "\n") ?? []
    return lines.reduce(into: [:]) { values, line in
      guard let equals = line.firstIndex(of: "=") else { return }
      values[String(line[..<equals])] = String(line[line.index(after: equals)...])
    }
  }

  /// The entries of grub.cfg where there are no others.
  private func menu() throws -> [Entry] {
    let vendors = ["fedora", "redhat"].map { "boot/efi/EFI/\($0)/grub.cfg" }
    let places = vendors + ["boot/grub2/grub.cfg", "boot/grub/grub.cfg"]
    let config = places.compactMap { try? text($0) }.first { $0.contains("menuentry") } ?? ""
    var title = ""
    var entries: [Entry] = []
    for line in config.split(separator: "\n") {
      if line.trimmingCharacters(in: .whitespaces).hasPrefix("menuentry") {
        title = line.split(separator: "'").dropFirst().first.map(String.init) ?? ""
      }
      guard line.trimmingCharacters(in: .whitespaces).hasPrefix("linux\t") else { continue }
      let words = line.split(whereSeparator: \.isWhitespace).dropFirst(2).map(String.init)
      entries.append(Entry(name: title, arguments: words, isUntouched: title.hasPrefix("Another")))
    }
    return entries
  }
}
