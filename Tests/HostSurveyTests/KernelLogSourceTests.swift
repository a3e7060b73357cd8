import HostFiles
import HostModel
import HostSurvey
import Testing

struct KernelLogSourceTests {
  private func read(_ entries: [String: RecordedFiles.Entry]) -> Observed<KernelLog> {
    KernelLogSource.read(HostRoot(recording: RecordedFiles(entries), name: "test"))
  }

  private let saved = RecordedFiles.Entry.file(Array("[    0.000000] Linux version 6.1.0 (saved)\n".utf8))

  @Test func recordsOfTheRingBufferComeFirst() {
    let log = read([
      "dev/kmsg": .file(Array("5,0,0,-;Linux version 6.1.0 (ring)\n".utf8)), "var/log/dmesg": saved,
    ])
    #expect(log.source == "dev/kmsg")
    #expect(log.value?.origin == .ringBuffer)
    #expect(log.value?.startIsLost == false)
    #expect(log.value?.messages == [KernelMessage(seconds: 0, text: "Linux version 6.1.0 (ring)")])
  }

  @Test func wrappedRingBufferHasLostItsStart() {
    let log = read(["dev/kmsg": .file(Array("6,812,9000000,-;usb 1-1: new device\n".utf8))])
    #expect(log.value?.startIsLost == true)
  }

  @Test func savedLogIsRead() {
    let log = read(["var/log/dmesg": saved])
    #expect(log.source == "var/log/dmesg")
    #expect(log.value?.origin == .savedFile)
  }

  @Test func deviceNodeBelowAnotherRootIsNotOpened() {
    #expect(read(["dev/kmsg": .device(.characterDevice), "var/log/dmesg": saved]).source == "var/log/dmesg")
    #expect(read(["dev/kmsg": .device(.characterDevice)]).unreadableReason == nil)
  }

  @Test func refusalIsNotAbsence() {
    #expect(
      read(["dev/kmsg": .denied(1)]).unreadableReason == "operation not permitted (kernel.dmesg_restrict)")
    #expect(read([:]).unreadableReason == nil)
    #expect(read([:]).value == nil)
  }

  @Test func runningHostAnswersOrSaysWhyNot() throws {
    let log = KernelLogSource.read(try HostRoot(directory: "/"))
    if let value = log.value {
      #expect(!value.messages.isEmpty)
    } else {
      #expect(log.unreadableReason?.isEmpty == false || log.source == "dev/kmsg")
    }
  }
}
