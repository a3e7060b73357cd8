import ArgumentParser
import Glibc
import HostFiles

/// Parses the arguments, runs the command, and returns the exit status.
package func runPassthruDoctor() -> Int32 {
  do {
    var command = try PassthruDoctor.parseAsRoot(commandFirst(programArguments()))
    try command.run()
    return ExitStatus.done.rawValue
  } catch let error as CommandError {
    complain("passthru-doctor: \(error)")
    return error.status.rawValue
  } catch let status as ExitCode {
    return status.rawValue
  } catch {
    let message = PassthruDoctor.fullMessage(for: error)
    guard PassthruDoctor.exitCode(for: error).isSuccess else {
      complain(message)
      return ExitStatus.usage.rawValue
    }
    // --help and --version arrive as errors.
    do throws(CommandError) {
      try writeToStandardOutput(Array((message + "\n").utf8))
      return ExitStatus.done.rawValue
    } catch {
      complain("passthru-doctor: \(error)")
      return error.status.rawValue
    }
  }
}
