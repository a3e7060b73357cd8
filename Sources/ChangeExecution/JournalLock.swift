import Glibc
import HostFiles

extension Journal {
  /// One change at a time: the lock, or who has it.
  ///
  /// - Parameter patience: seconds to wait for another change to end. Guests that start together hand over
  ///   their devices together.
  func lock(for command: String, patience: Int = 0) throws(ChangeFailure) -> FileLock {
    let path = Self.directory + "/lock"
    do throws(HostFileError) {
      return try FileLock(at: path, of: root, holder: "process \(getpid()): passthru-doctor \(command)")
    } catch {
      guard error.code == EWOULDBLOCK else { throw ChangeFailure(error) }
      if patience > 0 {
        sleep(1)
        return try lock(for: command, patience: patience - 1)
      }
      let holder = error.reason.isEmpty ? "another process" : error.reason
      throw ChangeFailure(
        "This host is being changed already, by \(holder), or by a program that it started and that still runs. "
          + "Wait until that is done, and try again.")
    }
  }
}
