import Glibc
import GuestDefinitions
import HostModel
import ProgramRunning

/// libvirt, asked through virsh: by absolute path, with an environment of its own.
package struct Virsh: Sendable {
  package static let path = "/usr/bin/virsh"

  /// Which libvirt: `qemu:///system`.
  package let connection: String

  package init(connection: String) { self.connection = connection }

  /// What libvirt refused, or did not answer: a clause in its own words.
  package struct Failure: Error, Sendable, CustomStringConvertible {
    package let description: String
  }

  /// The names of all guests, running or not.
  package func guests() throws(Failure) -> [String] {
    try ask(["list", "--all", "--name"]).lines.map(\.text).filter { !$0.isEmpty }
  }

  /// The guest's definition, as it will be at its next start.
  package func definition(of guest: String) throws(Failure) -> GuestDefinition {
    let text = try ask(["dumpxml", "--inactive", "--security-info", "--domain=" + guest])
    guard let definition = GuestDefinition(text) else {
      throw Failure(description: "what virsh says of the guest \(guest) is no definition of a guest")
    }
    return definition
  }

  package func isRunning(_ guest: String) throws(Failure) -> Bool {
    // running, idle, paused, pmsuspended…: everything but this has devices now.
    try ask(["domstate", "--domain=" + guest]).trimmed.text != "shut off"
  }

  /// Makes the definition the guest's; libvirt holds it against its schema.
  package func define(_ definition: GuestDefinition) throws(Failure) {
    try withFile(definition.text) { path throws(Failure) in
      try order(["define", "--validate", "--file", path])
    }
  }

  /// Plugs a device into the running guest.
  package func plug(_ element: String, into guest: String) throws(Failure) {
    try withFile(Array(element.utf8)) { path throws(Failure) in
      try order(["attach-device", "--domain=" + guest, "--file", path, "--live"])
    }
  }

  /// Takes a device out of the running guest, which may take its time to let go.
  package func unplug(_ element: String, from guest: String) throws(Failure) {
    try withFile(Array(element.utf8)) { path throws(Failure) in
      try order(["detach-device", "--domain=" + guest, "--file", path, "--live"])
    }
  }

  /// A question; its answer.
  private func ask(_ words: [String]) throws(Failure) -> [UInt8] {
    let outcome = try run(words, keepsErrors: false)
    if outcome.status == 0 { return outcome.output }
    // Asked once more for the reason, which is no part of an answer.
    throw failure(words, try run(words, keepsErrors: true))
  }

  /// An order, which is given once.
  private func order(_ words: [String]) throws(Failure) {
    let outcome = try run(words, keepsErrors: true)
    guard outcome.status == 0 else { throw failure(words, outcome) }
  }

  private func failure(_ words: [String], _ outcome: ProgramRun.Outcome) -> Failure {
    let said = outcome.output.lines.map { $0.trimmed.text }.filter { !$0.isEmpty }
      .map { $0.hasPrefix("error: ") ? String($0.dropFirst(7)) : $0 }
    return Failure(
      description: "virsh \(words.first ?? ""): "
        + (said.isEmpty ? "exit status \(outcome.status)" : said.joined(separator: "; ")))
  }

  private func run(_ words: [String], keepsErrors: Bool) throws(Failure) -> ProgramRun.Outcome {
    let program = ProgramRun(
      Self.path, ["--quiet", "--connect", connection] + words, timeLimit: 60_000, outputLimit: 16 << 20,
      keepsErrors: keepsErrors)
    do throws(ProgramRun.Failure) {
      return try program.run()
    } catch {
      switch error {
      case .notStarted(ENOENT): throw Failure(description: "\(Self.path) is not installed (libvirt-clients)")
      case .notStarted(let code):
        throw Failure(description: "\(Self.path) could not be started: error \(code)")
      case .tookTooLong: throw Failure(description: "libvirt did not answer within a minute")
      case .saidTooMuch: throw Failure(description: "libvirt's answer has no end")
      }
    }
  }
}

/// A file that virsh can read, gone when `body` is done; for nobody else's eyes, because a definition
/// may hold passwords.
private func withFile(
  _ bytes: [UInt8], _ body: (String) throws(Virsh.Failure) -> Void
) throws(Virsh.Failure) {
  var template = Array("/tmp/passthru-doctor.XXXXXX".utf8CString)
  let descriptor = template.withUnsafeMutableBufferPointer { $0.baseAddress.map { mkstemp($0) } ?? -1 }
  guard descriptor >= 0 else {
    throw Virsh.Failure(description: "no file could be made in /tmp: error \(errno)")
  }
  let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  defer {
    close(descriptor)
    unlink(path)
  }
  var written = 0
  while written < bytes.count {
    let count = bytes[written...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    if count < 0, errno == EINTR { continue }
    guard count > 0 else { throw Virsh.Failure(description: "writing \(path): error \(errno)") }
    written += count
  }
  try body(path)
}
