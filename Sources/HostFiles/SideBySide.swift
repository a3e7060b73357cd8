import CLinux
import Glibc

/// How many results make a second thread worth its start (tens of microseconds).
private let worthAThread = 256

/// `body` of every index in `0..<count`, in order, computed by two threads where there is enough
/// to do: reading sysfs is system calls, and most machines have a second core for them.
///
/// `body` must close what it opens: a descriptor that it leaves open is lost with its thread.
/// Plain POSIX threads: the boot program shares this target and does without Concurrency.
package func sideBySide<Result: Sendable>(_ count: Int, _ body: @escaping @Sendable (Int) -> Result)
  -> [Result]
{
  let half = count / 2
  guard count >= worthAThread, let other = Worker.start(half..<count, body) else {
    return (0..<count).map(body)
  }
  return (0..<half).map(body) + other.join()
}

/// One thread that maps a range.
private final class Worker<Result: Sendable> {
  private let range: Range<Int>
  private let body: @Sendable (Int) -> Result
  private var results: [Result] = []
  private var thread = pthread_t()

  private init(_ range: Range<Int>, _ body: @escaping @Sendable (Int) -> Result) {
    self.range = range
    self.body = body
  }

  /// Nil when the system has no thread to give.
  static func start(_ range: Range<Int>, _ body: @escaping @Sendable (Int) -> Result) -> Worker? {
    let worker = Worker(range, body)
    let task = Unmanaged.passRetained(Task { worker.results = worker.range.map(worker.body) } as Task)
    let failed = pthread_create(&worker.thread, nil, runTask, task.toOpaque())
    guard failed == 0 else {
      task.release()
      return nil
    }
    return worker
  }

  /// Waits for the thread; joining orders its writes before our reads.
  func join() -> [Result] {
    pthread_join(thread, nil)
    return results
  }
}

/// What a thread runs: a C function pointer cannot be generic.
private final class Task {
  let run: () -> Void
  init(_ run: @escaping () -> Void) { self.run = run }
}

private func runTask(_ pointer: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let pointer else { return nil }
  // With descriptors of its own (a copy), neither thread pays for locking a shared table at each
  // open, read and close. Where it fails, the table stays shared, and all works as well.
  _ = linux_unshare_files()
  Unmanaged<Task>.fromOpaque(pointer).takeRetainedValue().run()
  return nil
}
