import HostModel

/// A run of the distribution's own tool that keeps the boot entries, and how to take it back.
package struct ToolRun: Sendable, Equatable {
  /// Where it shows that the tool did what was wanted.
  package enum Proof: Sendable, Equatable {
    /// Nowhere but in its exit status: what it writes is not mounted.
    case exitStatus
    /// In the files that it writes.
    case files
    /// In what a command prints: the program's path below the root, then its arguments.
    case output([String])
  }

  /// The program's path below the root, then its arguments.
  package var command: [String]
  /// What takes it back, in the same form. A tool that only spreads what files hold is run again.
  package var inverse: [String]
  /// Files that the tool writes, as far as they can be seen; they are put back as they were.
  package var writes: [String]
  package var proof: Proof
  package var present: [String]
  package var absent: [String]

  /// Whether the tool only spreads what files hold, so that it follows them in both directions.
  package var spreadsFiles: Bool { command == inverse }

  package init(
    command: [String], inverse: [String], writes: [String] = [], proof: Proof, present: [String] = [],
    absent: [String] = []
  ) {
    self.command = command
    self.inverse = inverse
    self.writes = writes
    self.proof = proof
    self.present = present
    self.absent = absent
  }

  /// For people: `kernelstub -a intel_iommu=on`.
  package static func text(_ command: [String]) -> String {
    ([command.first.map(name) ?? ""] + command.dropFirst()).joined(separator: " ")
  }

  private static func name(_ path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  /// Why what a file holds afterwards is not what was wanted, as a full sentence; nil when it is.
  package func fault(in bytes: [UInt8], of path: String) -> String? {
    let arguments: [String]? =
      if path == KernelstubConfiguration.path {
        KernelstubConfiguration(bytes)?.options
      } else if path.hasSuffix(".conf") {
        LoaderEntry(bytes, path: path).parameters.map(\.text)
      } else {
        []
      }
    guard let arguments else { return "/\(path) cannot be read any more." }
    return fault(in: arguments, of: "/" + path)
  }

  /// The same of what the proving command printed.
  package func fault(inOutput output: [UInt8], of command: [String]) -> String? {
    fault(
      in: KernelCommandLine(parsing: output).parameters.map(\.text), of: "what \(Self.text(command)) prints")
  }

  private func fault(in arguments: [String], of place: String) -> String? {
    if let missing = present.first(where: { !arguments.holdArgument($0) }) {
      return "\(Self.text(command)) succeeded, and \(missing) is not in \(place)."
    }
    if let left = absent.first(where: { arguments.holdArgument($0) }) {
      return "\(Self.text(command)) succeeded, and \(left) is still in \(place)."
    }
    return nil
  }
}
