import Glibc
import ProgramRunning

/// What journalctl prints on the running host; nil where there is none, or no such journal.
///
/// - Parameter timeLimit: in milliseconds.
func journalMessages(_ options: [String], timeLimit: Int) throws(ProgramRun.Failure) -> [UInt8]? {
  let paths = ["/usr/bin/journalctl", "/bin/journalctl", "/run/current-system/sw/bin/journalctl"]
  guard let path = paths.first(where: { access($0, X_OK) == 0 }) else { return nil }
  let run = ProgramRun(
    path, options + ["--no-pager", "-q"], timeLimit: timeLimit, outputLimit: 16 << 20)
  let outcome = try run.run()
  return outcome.status == 0 ? outcome.output : nil
}
