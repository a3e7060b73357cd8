import HostFiles
import HostModel

/// Lets the shell of the host's grub-mkconfig source the files that it sources, where they can harm nothing.
package struct SourcingCheck {
  /// Values by name, of those that are set.
  package typealias Values = [String: [UInt8]]

  package enum Failure: Error, Sendable, Equatable, CustomStringConvertible {
    /// The shell stopped: grub-mkconfig would stop, too. With what it said.
    case stopped(status: Int32, message: String)
    /// It does not come to an end with these files, and grub-mkconfig would not, either. With how it went on.
    case endless(String)
    /// It could not be asked.
    case notAsked(String)

    package var description: String {
      switch self {
      case .stopped(let status, let message):
        "The shell that grub-mkconfig uses stops at these files"
          + (message.isEmpty
            ? " without a word (status \(status)): the last command is false."
            : " (status \(status)): \(message)")
      case .endless(let reason):
        "The shell that grub-mkconfig uses does not come to an end with these files: \(reason)."
      case .notAsked(let reason): "The files could not be tried with the shell: \(reason)."
      }
    }
  }

  let root: HostRoot
  let interpreter: [String]
  let secondsLimit: Int

  /// - Parameters:
  ///   - interpreter: the shell of the host's grub-mkconfig, by absolute path, with its arguments.
  ///   - secondsLimit: for how long it may run.
  package init(_ root: HostRoot, interpreter: [String], secondsLimit: Int = 20) {
    self.root = root
    self.interpreter = interpreter
    self.secondsLimit = secondsLimit
  }

  /// The value of every GRUB_ variable that the files name, after all of them.
  package func values(of files: GrubDefaultsFiles) throws(Failure) -> Values {
    guard let directory = root.directoryPath else { throw .notAsked("a recorded host has no shell") }
    guard let shell = interpreter.first, root.exists(String(shell.drop { $0 == "/" })) else {
      throw .notAsked("there is no \(interpreter.first ?? "shell")")
    }
    guard let scratch = root.scratchDirectory else {
      throw .notAsked("there is no directory to put them into")
    }
    let texts = [files.main] + (files.dropIns ?? []).map(\.bytes)
    let paths = [GrubDefaultsFiles.mainPath] + (files.dropIns ?? []).map(\.path)
    let names = Self.names(in: texts)
    let program = ConfinedProgram(
      root: directory, isReadOnly: true, files: texts, scratch: scratch,
      arguments: interpreter + ["-c", Self.script(count: texts.count, scratch: scratch, names: names)],
      secondsLimit: secondsLimit)
    let outcome: ConfinedProgram.Outcome
    do throws(ConfinedProgram.Failure) {
      outcome = try program.run()
    } catch {
      switch error {
      case .tookTooLong, .saidTooMuch, .startedTooMany: throw .endless(error.description)
      case .notStarted, .notConfined, .interrupted: throw .notAsked(error.description)
      }
    }
    guard let values = Self.parse(outcome.output) else {
      var message = outcome.errors.lines.last?.text ?? ""
      for (index, path) in paths.enumerated() {
        message = Self.name("/\(scratch)/\(index)", as: "/" + path, in: message)
      }
      throw .stopped(status: outcome.status, message: message)
    }
    return values
  }

  /// Descriptor 9 is the answer: what the files print goes nowhere.
  private static func script(count: Int, scratch: String, names: [String]) -> String {
    let sources = (0..<count).map { ". /\(scratch)/\($0)" }.joined(separator: "\n")
    let prints = names.map { "[ \"${\($0)+x}\" ] && printf '%s\\0%s\\0' \($0) \"$\($0)\" >&9" }
    return """
      exec 9>&1 >/dev/null
      set -e
      \(sources)
      set +eux
      unset -f printf
      \(prints.joined(separator: "\n"))
      printf 'end\\0\\0' >&9
      """
  }

  private static func parse(_ output: [UInt8]) -> Values? {
    let fields = output.split(separator: 0, omittingEmptySubsequences: false)
    var values: Values = [:]
    for index in stride(from: 0, to: fields.count - 1, by: 2) {
      if fields[index].elementsEqual("end".utf8) { return values }
      values[fields[index].text] = Array(fields[index + 1])
    }
    return nil
  }

  private static func name(_ word: String, as other: String, in text: String) -> String {
    guard let start = text.indices.first(where: { text[$0...].hasPrefix(word) }) else { return text }
    return text[..<start] + other + text[start...].dropFirst(word.count)
  }

  /// All GRUB_… names in the texts, and the two that matter.
  private static func names(in texts: [[UInt8]]) -> [String] {
    var names: Set<String> = ["GRUB_CMDLINE_LINUX", "GRUB_CMDLINE_LINUX_DEFAULT"]
    let begin = Array("GRUB_".utf8)
    for text in texts {
      var rest = text[...]
      while let start = rest.firstIndex(of: begin[0]) {
        let word = text[start...].prefix {
          $0 == 0x5f || (0x30...0x39).contains($0) || (0x41...0x5a).contains($0)
        }
        if word.starts(with: begin), names.count < 500 { names.insert(word.text) }
        rest = text[(start + max(1, word.count))...]
      }
    }
    return names.sorted()
  }
}

extension SourcedValues {
  package init(_ values: SourcingCheck.Values) {
    self.init(linux: values["GRUB_CMDLINE_LINUX"], linuxDefault: values["GRUB_CMDLINE_LINUX_DEFAULT"])
  }
}
