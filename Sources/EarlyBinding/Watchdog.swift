import CLinux
import Glibc

/// Runs `body` in a child and waits until it lets go or ends, but not longer than so many milliseconds: a driver that
/// hangs in the kernel must not hold up the boot. Returns whether it did.
///
/// Only for a program with one thread. Where there can be no child, `body` runs right here. The child is not reaped,
/// which would take the boot some milliseconds: who has time does it, with `__WCLONE`; else init does it soon.
///
/// - Parameter body: is handed what lets the caller go; what it does after that, nobody waits for.
package func runWatched(milliseconds: Int32, _ body: (_ letGo: () -> Void) -> Void) -> Bool {
  var ends: [Int32] = [-1, -1]
  guard pipe(&ends) == 0, let reading = ends.first, let writing = ends.last else {
    body({})
    return true
  }
  let child = linux_fork_unseen()
  if child == 0 {
    close(reading)
    let letGo = {
      var done: UInt8 = 0
      _ = write(writing, &done, 1)
    }
    body(letGo)
    // Before it ends, which takes the kernel a while.
    letGo()
    _exit(0)
  }
  close(writing)
  defer { close(reading) }
  guard child > 0 else {
    body({})
    return true
  }
  // The pipe closes when the child is gone without a word, whatever became of it.
  var waiting = pollfd(fd: reading, events: Int16(POLLIN), revents: 0)
  let deadline = Deadline(milliseconds: Int64(milliseconds))
  while !deadline.isOver {
    let left = Int32(clamping: Int64(milliseconds) - deadline.elapsedMilliseconds)
    if poll(&waiting, 1, max(0, left)) > 0 { return true }
  }
  return false
}
