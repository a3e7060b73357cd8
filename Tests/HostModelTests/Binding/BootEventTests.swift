import HostModel
import Testing

struct BootEventTests {
  @Test(arguments: [
    "plain", "", "two words", "a \"quoted\" word", "back\\slash and blank", "=", "a=b", "ümlaut",
  ])
  func valuesComeBack(_ value: String) {
    let event = BootEvent(.declined, [.init("chosen", "0000:00:1f.0,0000:00:1f.2"), .init("detail", value)])
    let line = event.description
    #expect(BootEvent(Array(line.utf8)) == event, "\(line)")
    #expect(!line.utf8.contains(0x0a))
  }

  @Test func readsAddresses() {
    let event = BootEvent(Array("event=declined chosen=0000:00:1f.0,0000:00:1f.2 reason=stranger".utf8))
    #expect(
      event?.chosen.map(\.description) == ["0000:00:1f.0", "0000:00:1f.2"] && event?["reason"] == "stranger")
  }

  @Test(arguments: ["", "event", "event=flew", "bound=1", "event=done detail=\"open", "event=done x"])
  func refusesOtherLines(_ line: String) { #expect(BootEvent(Array(line.utf8)) == nil) }

  @Test func lineFeedsInValuesDoNotMakeEvents() {
    let line = BootEvent(.switchedOff, [.init("detail", "x\nevent=bound")]).description
    #expect(!line.utf8.contains(0x0a))
  }
}
