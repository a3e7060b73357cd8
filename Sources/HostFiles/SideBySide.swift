import CLinux
import Glibc
import Synchronization

/// How many results make a second thread worth its start (tens of microseconds).
private let worthAThread = 256

/// How many results a thread takes at once: few enough that both end at nearly the same time, however
/// busy one processor is with something else.
private let stretchLength = 64

/// `body` of every element, in order and without nil, computed by two threads where there is enough
/// to do: reading sysfs is system calls, and most machines have a second core for them.
///
/// `body` must close what it opens: a descriptor that it leaves open is lost with its thread.
/// Plain POSIX threads: the boot program shares this target and does without Concurrency.
package func sideBySide<Element: Sendable, Result: Sendable>(
  _ elements: [Element], _ body: @escaping @Sendable (Element) -> Result?
) -> [Result] {
  let stretches = stretchesSideBySide(elements.count) { elements[$0].compactMap(body) }
  var results: [Result] = []
  results.reserveCapacity(elements.count)
  for stretch in stretches { results += stretch }
  return results
}

/// The same of short stretches that make up `0..<count`: one result for each.
package func stretchesSideBySide<Result: Sendable>(
  _ count: Int, _ body: @escaping @Sendable (Range<Int>) -> Result
) -> [Result] {
  let work = Stretches(count, body)
  let other = count >= worthAThread ? Worker.start { work.computeWhatIsLeft() } : nil
  let results = work.computeWhatIsLeft() + (other?.join() ?? [])
  return results.sorted { $0.start < $1.start }.map { $0.value }
}

/// Stretches of which every thread takes the next that no other has.
private final class Stretches<Result: Sendable>: Sendable {
  private let count: Int
  private let body: @Sendable (Range<Int>) -> Result
  private let next = Atomic(0)

  init(_ count: Int, _ body: @escaping @Sendable (Range<Int>) -> Result) {
    self.count = count
    self.body = body
  }

  func computeWhatIsLeft() -> [(start: Int, value: Result)] {
    var results: [(start: Int, value: Result)] = []
    while true {
      let start = next.wrappingAdd(stretchLength, ordering: .relaxed).oldValue
      guard start < count else { return results }
      results.append((start, body(start..<min(start + stretchLength, count))))
    }
  }
}

/// One thread that computes a value.
private final class Worker<Value> {
  private var value: Value?
  private var thread = pthread_t()

  /// Nil when the system has no thread to give.
  static func start(_ compute: @escaping () -> Value) -> Worker? {
    let worker = Worker()
    let task = Unmanaged.passRetained(Task { worker.value = compute() })
    guard pthread_create(&worker.thread, nil, runTask, task.toOpaque()) == 0 else {
      task.release()
      return nil
    }
    return worker
  }

  /// Waits for the thread; joining orders its writes before our reads.
  func join() -> Value? {
    pthread_join(thread, nil)
    return value
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
