import CLinux
import Glibc
import HostModel

/// What became of a write to an attribute that may hang in the kernel.
package enum LimitedWrite: Error, Sendable, Equatable {
  /// The kernel refused.
  case refused(HostFileError)
  /// It was not done after the time; `blockedIn` are the kernel functions that it waits in, the
  /// innermost first, where they may be seen. The write may still come to an end later.
  case timedOut(path: String, milliseconds: Int, blockedIn: [String])
}

extension HostRoot {
  /// Writes to an attribute of the running kernel, which must be there, but waits no longer than so
  /// many milliseconds. The write itself happens in a child process, because a driver that does not
  /// let go sleeps where no signal reaches it.
  package func writeAttribute(
    _ path: String, _ value: String, within milliseconds: Int
  ) throws(LimitedWrite) {
    guard isRunningHost else { throw .refused(HostFileError("writing", path, code: EROFS)) }
    let file = open("/" + path, O_WRONLY | O_CLOEXEC | O_NOCTTY)
    guard file >= 0 else { throw .refused(HostFileError("writing", path, code: errno)) }
    defer { close(file) }
    try writeBytes(Array(value.utf8), to: file, at: path, within: milliseconds)
  }

  /// The same for an open file; `path` is for the words.
  package func writeBytes(
    _ bytes: [UInt8], to file: Int32, at path: String, within milliseconds: Int
  ) throws(LimitedWrite) {
    var child: pid_t = 0
    let result = linux_write_within(file, bytes, bytes.count, Int32(clamping: milliseconds), &child)
    guard result != 0 else { return }
    guard result < 0 else { throw .refused(HostFileError("writing", path, code: result)) }
    let frames = kernelFrames(of: child)
    _ = linux_abandon(child, 100)
    throw .timedOut(path: path, milliseconds: milliseconds, blockedIn: frames)
  }

  /// Functions of the kernel that a process sleeps in: /proc/PID/stack, for root alone, as
  /// `[<0>] wait_for_completion+0x8a/0x1a0 [module]`; else the one name of /proc/PID/wchan.
  private func kernelFrames(of process: pid_t) -> [String] {
    let stack = ((try? bytes(at: "proc/\(process)/stack")) ?? nil) ?? []
    let frames = stack.lines.compactMap { line in
      line.words.dropFirst().first.map { $0.prefix { $0 != UInt8(ascii: "+") }.text }
    }
    if !frames.isEmpty { return frames }
    let name = ((try? line(at: "proc/\(process)/wchan")) ?? nil) ?? "0"
    return name == "0" || name.isEmpty ? [] : [name]
  }
}
