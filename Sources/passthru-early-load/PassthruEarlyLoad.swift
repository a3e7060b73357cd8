import CLinux
import Glibc
import KernelModules

/// Loads modules for the boot program: a name comes in on standard input with a line feed, and what went wrong
/// goes out, a line that is empty when nothing did.
///
/// A program of its own, for it takes the dynamic loader longer to get libkmod ready, with all the libraries
/// that come with it, than it takes the boot program to find out what is to be bound: so both happen at once.
@main
struct PassthruEarlyLoad {
  nonisolated static func main() {
    let modules = open()
    var followers: [String] = []
    while let line = linux_next_line(STDIN_FILENO) {
      _ = linux_tell(STDOUT_FILENO, failureOfLoading(String(cString: line), modules, &followers))
    }
    // Nobody waits any more.
    for module in followers { try? modules.get().load(module) }
  }

  private static func open() -> Result<KmodContext, KmodError> {
    do throws(KmodError) {
      return .success(
        try KmodContext(
          moduleDirectory: nil,
          configuration: ["/etc/modprobe.d", "/run/modprobe.d", "/usr/lib/modprobe.d", "/lib/modprobe.d"]))
    } catch {
      return .failure(error)
    }
  }

  private static func failureOfLoading(
    _ module: String, _ modules: Result<KmodContext, KmodError>, _ followers: inout [String]
  ) -> String {
    do throws(KmodError) {
      followers += try modules.get().loadWithoutFollowers(module)
      return ""
    } catch {
      return error.description
    }
  }
}
