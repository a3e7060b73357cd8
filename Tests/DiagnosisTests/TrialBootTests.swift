import Diagnosis
import HostModel
import Testing

/// `boot.trial`: each way in which a trial can go has its finding.
struct TrialBootTests {
  private static func host(_ block: String, running: String) -> HostEvidence {
    let entry = GrubMenuEntry(
      title: "Debian", script: "10_linux", options: [],
      body: [Array("linux /vmlinuz root=UUID=1 ro intel_iommu=on panic=5".utf8)])
    var trial = BootTrialEvidence(folder: "boot/grub", config: [])
    trial.custom = TrialBlock.added(entry, trying: ["intel_iommu=on"], to: nil)
    let text = Array("# GRUB Environment Block\n\(block)".utf8)
    trial.environment = text + [UInt8](repeating: UInt8(ascii: "#"), count: 1024 - text.count)
    var evidence = HostEvidence(root: "/", isRunningHost: true)
    evidence.bootTrial = .found(trial, source: "boot/grub/custom.cfg")
    evidence.commandLine = .found(KernelCommandLine(parsing: running.utf8), source: "proc/cmdline")
    return evidence
  }

  private static let usual = "BOOT_IMAGE=/vmlinuz root=UUID=1 ro"

  @Test(arguments: [
    ("next_entry=passthru-doctor-trial\n", usual, "not-booted"),
    ("next_entry=\npassthru_doctor_trial=started\n", usual + " intel_iommu=on panic=5", "not-kept"),
    ("next_entry=\npassthru_doctor_trial=started\n", usual, "fell-back"),
    ("", usual, "not-started"),
  ])
  func howItWentIsTold(block: String, running: String, cause: String) {
    let verdict = TrialBoot.judge(Self.host(block, running: running))
    #expect(verdict.status == .warn && verdict.cause?.id == cause)
    #expect(!verdict.commands.isEmpty)
  }

  @Test func whatRanWellIsKeptByOneCommand() {
    let verdict = TrialBoot.judge(
      Self.host("passthru_doctor_trial=started\n", running: Self.usual + " intel_iommu=on panic=5"))
    #expect(verdict.commands.map(\.description) == ["passthru-doctor kargs add intel_iommu=on"])
  }

  @Test func withoutATrialThereIsNothingToSay() {
    var evidence = Self.host("", running: Self.usual)
    evidence.bootTrial = .found(
      BootTrialEvidence(folder: "boot/grub", config: []), source: "boot/grub/custom.cfg")
    #expect(TrialBoot.judge(evidence).status == .skipped)
    evidence.bootTrial = .absent(source: "boot/grub/grub.cfg")
    #expect(TrialBoot.judge(evidence).status == .skipped)
  }

  @Test func whatCouldNotBeReadIsUnknown() {
    var evidence = Self.host("", running: Self.usual)
    evidence.bootTrial = .unreadable(source: "boot/grub/grubenv", reason: "permission denied")
    #expect(TrialBoot.judge(evidence).status == .unknown)
    evidence = Self.host("passthru_doctor_trial=started\n", running: Self.usual)
    evidence.commandLine = .unreadable(source: "proc/cmdline", reason: "permission denied")
    #expect(TrialBoot.judge(evidence).status == .unknown)
  }
}
