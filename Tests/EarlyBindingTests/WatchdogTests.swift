import EarlyBinding
import Foundation
import Glibc
import Testing

/// Forks: one at a time, so that no other thread of these holds a lock at that moment.
@Suite(.serialized)
struct WatchdogTests {
  @Test func waitsForWorkThatEnds() {
    let others = openDescriptors()
    #expect(
      runWatched(milliseconds: 5000) { _ in
        others.forEach { close($0) }
        usleep(1000)
      })
    #expect(reapUnseen())
  }

  @Test func goesOnWhenItIsLetGo() {
    let others = openDescriptors()
    let time = Deadline(milliseconds: 0)
    let isLetGo = runWatched(milliseconds: 5000) { letGo in
      others.forEach { close($0) }
      letGo()
      sleep(2)
    }
    #expect(isLetGo)
    #expect(time.elapsedMilliseconds < 1500)
    #expect(reapUnseen())
  }

  @Test func leavesWorkThatHangs() {
    let others = openDescriptors()
    let time = Deadline(milliseconds: 0)
    let ended = runWatched(milliseconds: 100) { _ in
      others.forEach { close($0) }
      sleep(2)
    }
    #expect(!ended)
    #expect((100..<1500).contains(time.elapsedMilliseconds))
    #expect(reapUnseen())
  }

  /// Whether the child was one that only `__WCLONE` sees. Any other, not reaped, keeps those awake who wait for any
  /// child, as Swift Testing does.
  private func reapUnseen() -> Bool {
    var reaped: pid_t
    repeat { reaped = waitpid(-1, nil, Int32(bitPattern: 0x8000_0000)) } while reaped < 0 && errno == EINTR
    return reaped > 0
  }

  /// Those of other tests, whose locks the child must not keep: a lock belongs to all who have the file.
  private func openDescriptors() -> [Int32] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
    return names.compactMap { Int32($0) }.filter { $0 > 2 }
  }
}
