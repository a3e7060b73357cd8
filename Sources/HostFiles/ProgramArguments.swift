import CLinux

/// The arguments that this program was started with, without its name. They do not come from /proc: in a
/// chroot that has none, `CommandLine.arguments` is empty, and a command would become another one.
package func programArguments() -> [String] {
  (1..<max(1, linux_argument_count())).compactMap { linux_argument($0).map { String(cString: $0) } }
}
