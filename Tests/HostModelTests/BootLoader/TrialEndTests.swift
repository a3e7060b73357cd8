import HostModel
import Testing

/// How the boot of a trial ended, by what outlives a boot.
struct TrialEndTests {
  @Test(arguments: [
    (
      "systemd[1]: Reached target reboot.target - System Reboot.\nsystemd-journald[1]: Journal stopped",
      "restarted"
    ),
    ("systemd[1]: Reached target poweroff.target - System Power Off.", "restarted"),
    ("usb 1-1: new device\nsystemd[1]: Started cron.service", "cut-off"), ("", "cut-off"),
  ])
  func theLastMessagesTell(messages: String, word: String) {
    #expect(TrialEnd(lastMessages: Array(messages.utf8)).word == word)
  }

  @Test func aBootIsKnownByItsCommandLine() {
    let messages = """
      1700000000.000001 host kernel: Linux version 6.1.0
      1700000000.000002 host kernel: Command line: BOOT_IMAGE=/vmlinuz root=UUID=1 ro intel_iommu=on
      1700000000.000003 host kernel: Kernel command line: BOOT_IMAGE=/other

      """
    let line = TrialEnd.commandLine(in: Array(messages.utf8))
    #expect(line?.parameters.map(\.text) == ["BOOT_IMAGE=/vmlinuz", "root=UUID=1", "ro", "intel_iommu=on"])
    #expect(TrialEnd.commandLine(in: Array("kernel: Linux version".utf8)) == nil)
  }

  @Test func aPanicIsFoundInWhatTheFirmwareKept() {
    let record = "Panic#1 Part1\n<0>[ 1.2] Kernel panic - not syncing: VFS: Unable to mount root fs\n"
    let end = TrialEnd(record: Array(record.utf8), path: "sys/fs/pstore/dmesg-efi-1")
    #expect(end?.sentence.contains("Unable to mount root fs") == true)
    #expect(TrialEnd(record: Array("Oops#1 Part1\nBUG: something\n".utf8), path: "x") == nil)
  }

  @Test func theTextFormIsReadBack() {
    let ends: [TrialEnd] = [
      .restarted, .cutOff, .leftNothing,
      .panicked(quote: "Kernel panic - not syncing: x y", path: "sys/fs/pstore/d"),
    ]
    for end in ends { #expect(TrialEnd(end.text) == end) }
    #expect(TrialEnd("panicked") == nil && TrialEnd("") == nil)
  }
}
