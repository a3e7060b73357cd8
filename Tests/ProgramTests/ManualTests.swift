import Foundation
import Testing

/// The man page says what the program takes: each option of each command, held against its own help.
struct ManualTests {
  private static let page = Program.packageRoot + "/packaging/man/passthru-doctor.8"

  @Test func everyOptionOfEveryCommandIsInTheManPage() throws {
    let sections = try ManualSections(Self.page)
    let common = sections["Options of every command"]
    let changing = sections["Options of every command that changes something"]
    for command in try commands() where !command.options.isEmpty {
      let section = sections[command.name]
      #expect(section != nil, "no section \"\(command.name)\" in the man page")
      let places = [section, common, changing].compactMap(\.self).joined(separator: "\n")
      for option in command.options {
        #expect(places.contains("Fl \(option)\n"), "\(command.name): -\(option) is not in the man page")
      }
    }
  }

  @Test(
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/mandoc")),
    arguments: [
      "passthru-doctor.8", "passthru-doctor-bindings.conf.5",
    ])
  func thePageIsRightMdoc(name: String) throws {
    let result = try Program.runTool(
      ["mandoc", "-T", "lint", "-W", "warning", Program.packageRoot + "/packaging/man/" + name])
    #expect(result.status == 0, "\(result.output)\(result.errors)")
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func theShellTakesTheCompletions(shell: String) throws {
    let script = try Program.run(["--generate-completion-script", shell])
    #expect(script.status == 0 && script.output.contains("detach"))
    let directory = try TemporaryDirectory()
    try directory.write(script.output, at: "script")
    let check = try Program.runTool([shell, "-n", directory.path + "/script"])
    #expect(check.status == 0, "\(check.errors)")
  }

  private struct Command {
    /// As a person types it, without the program's name.
    let name: String
    /// As mdoc writes them after `Fl`: `q`, `-quiet`.
    let options: [String]
  }

  private func commands() throws -> [Command] {
    let dump = try Program.run(["--experimental-dump-help"])
    let document = try JSONSerialization.jsonObject(with: Data(dump.output.utf8)) as? [String: Any]
    let root = try #require(document?["command"] as? [String: Any])
    return below(root, path: [])
  }

  private func below(_ command: [String: Any], path: [String]) -> [Command] {
    (command["subcommands"] as? [[String: Any]] ?? []).flatMap { sub -> [Command] in
      guard sub["shouldDisplay"] as? Bool ?? true, let name = sub["commandName"] as? String, name != "help"
      else { return [] }
      let own = Command(name: (path + [name]).joined(separator: " "), options: options(of: sub))
      let deeper = below(sub, path: path + [name])
      return deeper.isEmpty ? [own] : deeper
    }
  }

  private func options(of command: [String: Any]) -> [String] {
    (command["arguments"] as? [[String: Any]] ?? []).flatMap { argument -> [String] in
      guard argument["shouldDisplay"] as? Bool ?? true else { return [] }
      return (argument["names"] as? [[String: String]] ?? []).compactMap { name in
        name["name"].map { name["kind"] == "short" ? $0 : "-" + $0 }
      }
    }
  }
}

/// The text of each `.Ss` of an mdoc page, by heading; options that share a line are told apart.
private struct ManualSections {
  private var texts: [String: String] = [:]

  init(_ path: String) throws {
    var heading = ""
    for line in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n") {
      if line.hasPrefix(".Ss ") || line.hasPrefix(".Sh ") { heading = String(line.dropFirst(4)) }
      // `.It Fl q , -quiet`: each word after Fl is an option until something else comes.
      var isOption = false
      for word in line.split(separator: " ") {
        if word == "Fl" {
          isOption = true
        } else if word == "," {
          continue
        } else if isOption {
          if word.first?.isUppercase == true {
            isOption = false
          } else {
            texts[heading, default: ""] += "Fl \(word)\n"
          }
        }
      }
      texts[heading, default: ""] += ""
    }
  }

  subscript(heading: String) -> String? { texts[heading] }
}
