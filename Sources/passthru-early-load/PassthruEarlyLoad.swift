import CLinux
import Glibc
import KernelModules

/// Loads drivers for the boot program: a name comes in on standard input with a line feed, and what went wrong
/// goes out, a line that is empty when nothing did.
///
/// A program of its own, for it takes the dynamic loader longer to get libkmod ready, with all the libraries
/// that come with it, than it takes the boot program to find out what is to be bound: so both happen at once.
@main
struct PassthruEarlyLoad {
  nonisolated static func main() {
    let modules = open()
    while let driver = linux_next_line(STDIN_FILENO) {
      let name = String(cString: driver)
      let answer = failure(of: modules) { (modules) throws(KmodError) in try modules.load(name) }
      _ = linux_tell(STDOUT_FILENO, answer)
      // What maps a guest's memory: not every kernel asks for it by itself, and nobody waits for it now.
      _ = failure(of: modules) { (modules) throws(KmodError) in try modules.load("vfio_iommu_type1") }
    }
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

  private static func failure(
    of modules: Result<KmodContext, KmodError>, _ load: (KmodContext) throws(KmodError) -> Void
  ) -> String {
    do throws(KmodError) {
      try load(try modules.get())
      return ""
    } catch {
      return error.description
    }
  }
}
