import EarlyBinding
import Glibc
import Testing

/// Forks: alone, so that no other thread holds a lock at that moment.
@Suite(.serialized)
struct WatchdogTests {
  @Test func waitsForWorkThatEnds() {
    #expect(runWatched(milliseconds: 5000) { usleep(1000) })
  }

  @Test func leavesWorkThatHangs() {
    let time = Deadline(milliseconds: 0)
    #expect(!runWatched(milliseconds: 100) { sleep(2) })
    #expect((100..<1500).contains(time.elapsedMilliseconds))
  }
}
