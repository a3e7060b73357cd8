import EarlyBinding
import Glibc
import HostFiles
import HostModel

/// Runs in the initramfs, once, before any driver is loaded. Its exit status is 0 whatever
/// happened: it never stands in the way of a boot. What happened is in the log.
@main
struct PassthruEarlyBind {
  /// The boot goes on after this long, whatever becomes of the rest.
  private static let longestWait: Int32 = 1950
  /// Nothing is begun after this long.
  private static let longestWork: Int64 = 1800

  nonisolated static func main() {
    guard let path = rootPath(programArguments()[...]) else { return }
    guard let root = try? HostRoot(directory: path) else { return complain("cannot open \(path)") }
    if path != "/" { return showPlan(root) }
    let loader = DriverLoader()
    let log = BootLogWriter(root)
    let deadline = Deadline(milliseconds: longestWork)
    let ended = runWatched(milliseconds: longestWait) { letGo in
      let control = KernelDriverControl(root, loader)
      bindEarly(root, control, log.tell, deadline: deadline, whenSettled: letGo)
    }
    if !ended { log.tell(BootEvent(.timeout, [.init("milliseconds", "\(longestWait)")])) }
    // Nothing is left to be flushed, and the boot waits.
    _exit(0)
  }

  /// `--root DIR`, to see what would be done there; nothing is changed. Nil when there is nothing to do.
  private static func rootPath(_ arguments: ArraySlice<String>) -> String? {
    switch (arguments.first, arguments.dropFirst().first, arguments.count) {
    case (nil, _, _): return "/"
    case ("--root", let path?, 2): return path
    default:
      complain("usage: passthru-early-bind [--root DIR]")
      return nil
    }
  }

  private static func showPlan(_ root: HostRoot) {
    switch planBoot(root) {
    case .switchedOff(let reason, let detail): print("switched-off \(reason): \(detail)")
    case .groups(let groups):
      for (chosen, decision) in groups {
        let addresses = chosen.devices.map { $0.identity.address.description }.joined(separator: ",")
        switch decision {
        case .success(let bindings):
          print(
            "bind \(addresses): \(bindings.map { "\($0.address) to \($0.chosen.driver)" }.joined(separator: ", "))"
          )
        case .failure(let decline):
          print("decline \(addresses): \(decline.reason.rawValue): \(decline.detail)")
        }
      }
    }
  }

  private static func complain(_ text: String) {
    var line = "passthru-early-bind: \(text)\n"
    line.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }
}
