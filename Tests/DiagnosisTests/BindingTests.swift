import Diagnosis
import HostModel
import Testing

/// The stage of binding: a host on which all of it went well, and one thing broken.
@Suite struct BindingTests {
  @Test func whatWentWellPasses() {
    #expect(
      verdicts { _ in } == [
        "binding.hook pass: The hook for dracut is installed.",
        "binding.initramfs pass: The choice is in the initramfs of 6.1.0-18-amd64, 6.1.0-21-amd64.",
        "binding.boot pass: Every chosen device was bound before the host's drivers.",
      ])
  }

  @Test func withoutAChoiceThereIsNothingToLookAt() {
    let skipped = ["binding.hook", "binding.initramfs", "binding.boot"].map {
      "\($0) skipped: No device is chosen for guests."
    }
    #expect(verdicts { $0.bindings = .absent(source: BindingConfiguration.path) } == skipped)
    #expect(
      verdicts { $0.bindings = .found(BindingConfiguration(), source: BindingConfiguration.path) } == skipped)
  }

  @Test func aChoiceThatCannotBeReadIsNoChoiceOfNothing() {
    let found = verdicts {
      $0.bindings = .unreadable(source: BindingConfiguration.path, reason: "others may write to it")
    }
    #expect(found.count == 3)
    for line in found {
      #expect(line.hasSuffix("unknown: Which devices are chosen could not be read: others may write to it."))
    }
  }

  @Test(
    arguments: [
      (builders: [], "no-initramfs-tool: No tool that makes an initramfs is installed."),
      (
        [.mkinitcpio],
        "other-tool-in-charge: mkinitcpio makes the initramfs here, and there is no hook of this program for it."
      ),
      (
        [.booster],
        "other-tool-in-charge: booster makes the initramfs here, and there is no hook of this program for it."
      ),
      (
        [.dracut, .initramfsTools],
        "other-tool-in-charge: Several tools that make an initramfs are installed, and nothing says which of them "
          + "makes this host's: dracut, initramfs-tools."
      ),
      (
        [.initramfsTools],
        "not-installed: /usr/share/initramfs-tools/hooks/passthru-doctor is not installed."
      ),
    ] as [(builders: [InitramfsBuilder], String)])
  func theToolInChargeNeedsAHook(builders: [InitramfsBuilder], words: String) {
    #expect(failures(.hook) { $0.changeInitramfs { $0.builders = builders } } == [words])
  }

  @Test func ofTwoToolsTheOneThatKernelsCallIsInCharge() {
    let found = failures(.hook) {
      $0.changeInitramfs {
        $0.builders = [.dracut, .initramfsTools]
        $0.calledForKernels = [.dracut]
      }
    }
    #expect(found.isEmpty)
  }

  @Test func unifiedImagesAndAMissingProgramAreTold() {
    #expect(
      failures(.hook) { $0.changeInitramfs { $0.unifiedImages = ["boot/efi/EFI/Linux/a.efi"] } } == [
        "other-tool-in-charge: This host starts from unified kernel images, which carry an initramfs of their "
          + "own: /boot/efi/EFI/Linux/a.efi."
      ])
    #expect(
      failures(.hook) { $0.changeInitramfs { $0.missingProgram = InitramfsContents.programs[0] } } == [
        "not-installed: /usr/lib/passthru-doctor/passthru-early-bind is not installed."
      ])
  }

  /// A kernel update whose image was made without the hook, and each lesser fault of the newer image:
  /// what is in it, in the form of recorded hosts.
  @Test(arguments: [
    ("", "without-hook", "/usr/lib/passthru-doctor/passthru-early-bind is not in it"),
    (
      "usr/lib/passthru-doctor/passthru-early-bind hook vfio_pci configuration\n\(choice.text)",
      "without-hook",
      "/usr/lib/passthru-doctor/passthru-early-load is not in it"
    ),
    (
      "program vfio_pci configuration\n\(choice.text)", "without-hook",
      "nothing in it starts the boot program"
    ),
    ("program hook configuration\n\(choice.text)", "without-hook", "the driver vfio-pci is not in it"),
    (
      "program hook mlx5_vfio_pci configuration\n\(choice.text)", "without-hook",
      "the driver vfio-pci is not in it"
    ),
    ("program hook vfio_pci", "stale", "the choice is not in it"),
    ("program hook vfio_pci configuration\nversion 1\n", "stale", "the choice in it is not the one of now"),
    ("program hook vfio_pci configuration\nnonsense", "stale", "the choice in it is not the one of now"),
  ])
  func everyImageIsLookedInto(image: String, cause: String, words: String) throws {
    let contents = InitramfsContents(text: image)
    let finding = try #require(verdict(.initramfs) { $0.setNewerImage(.found(contents, source: newer)) })
    #expect(finding.status == .fail)
    #expect(finding.cause?.id == cause)
    #expect(finding.summary == "The initramfs of 6.1.0-21-amd64: \(words).")
    #expect(finding.commands.map(\.description) == ["dracut --force --kver 6.1.0-21-amd64 /\(newer)"])
  }

  @Test func aKernelWithoutAnImageIsFound() {
    #expect(
      failures(.initramfs) { $0.setNewerImage(.absent(source: newer)) } == [
        "without-hook: The initramfs of 6.1.0-21-amd64: there is none."
      ])
  }

  @Test func anImageThatCannotBeLookedIntoIsUnknown() throws {
    let finding = try #require(
      verdict(.initramfs) { $0.setNewerImage(.unreadable(source: newer, reason: "zstd is not installed")) })
    #expect(finding.status == .unknown)
    #expect(
      finding.summary == "The initramfs of 6.1.0-21-amd64 could not be looked into: zstd is not installed.")
  }

  @Test(arguments: [
    (
      "event=switched-off reason=argument detail=\"rd.passthru=0 is on the kernel command line\"",
      "switched-off: Nothing was bound at boot: rd.passthru=0 is on the kernel command line."
    ),
    (
      "event=declined chosen=0000:01:00.0 reason=stranger detail=\"0000:01:00.1 was not chosen\"",
      "identity-changed: 0000:01:00.0 was not bound: 0000:01:00.1 was not chosen."
    ),
    (
      "event=declined chosen=0000:01:00.0 reason=iommu-off detail=\"0000:01:00.0 is in no IOMMU group\"",
      "not-bound: 0000:01:00.0 was not bound: 0000:01:00.0 is in no IOMMU group."
    ),
    (
      "event=gave-back chosen=0000:01:00.0 reason=not-bound detail=\"0000:01:00.0 has no driver, not vfio-pci\"",
      "not-bound: 0000:01:00.0 was not bound: 0000:01:00.0 has no driver, not vfio-pci."
    ),
    ("", "not-bound: 0000:01:00.0 is chosen for guests and is on e1000e."),
  ])
  func whatTheBootProgramLeftIsTold(log: String, words: String) {
    let found = failures(.boot) {
      $0.bootLog = .found(BootEvent.parse(log), source: BootEvent.path)
      $0.pciDevices = .found([card(driver: "e1000e")], source: "sys/bus/pci/devices")
    }
    #expect(found == [words])
  }

  @Test func aDeviceThatIsGoneIsTold() {
    #expect(
      failures(.boot) {
        $0.pciDevices = .found([], source: "sys/bus/pci/devices")
        $0.bootLog = .absent(source: BootEvent.path)
      } == ["identity-changed: The device that was chosen at 0000:01:00.0 is not to be found."])
  }

  /// On vfio-pci, but the boot program had no part in it, or took it from a driver of the host.
  @Test(arguments: [
    "", "event=bound chosen=0000:01:00.0 address=0000:01:00.0 driver=vfio-pci from=e1000e",
    "event=switched-off reason=argument detail=off",
  ])
  func boundLateIsAWarning(log: String) throws {
    let finding = try #require(
      verdict(.boot) { $0.bootLog = .found(BootEvent.parse(log), source: BootEvent.path) })
    #expect(finding.status == .warn)
    #expect(finding.cause?.id == "bound-late")
    #expect(finding.summary == "0000:01:00.0 was not bound by the boot program.")
  }
}

private let newer = "boot/initrd.img-6.1.0-21-amd64"

private let goodContents: InitramfsContents = {
  var contents = InitramfsContents()
  contents.programs = Set(InitramfsContents.programs)
  contents.hasHook = true
  contents.drivers = ["vfio_pci"]
  contents.configuration = Array(choice.text.utf8)
  return contents
}()

private func card(driver: String?) -> PCIDevice {
  PCIDevice(
    address: cardAddress, vendor: 0x8086, device: 0x10d3, deviceClass: 0x020000, subsystemVendor: 0x8086,
    subsystemDevice: 0, driver: driver, group: 7)
}

private let cardAddress: PCIAddress = {
  guard let address = PCIAddress("0000:01:00.0") else { preconditionFailure("a plain address") }
  return address
}()

private let choice: BindingConfiguration = {
  let device = card(driver: nil)
  guard let identity = DeviceIdentity(of: device, among: [device]) else {
    preconditionFailure("a device with ids")
  }
  return BindingConfiguration(groups: [ChosenGroup(devices: [ChosenDevice(identity: identity)])])
}()

/// Made by dracut, bound at boot.
private func boundHost() -> HostEvidence {
  var host = readyHost()
  host.bindings = .found(choice, source: BindingConfiguration.path)
  let images = ["6.1.0-18-amd64", "6.1.0-21-amd64"].map { kernel in
    InitramfsImage(
      kernel: kernel, path: "boot/initrd.img-\(kernel)",
      contents: .found(goodContents, source: "boot/initrd.img-\(kernel)"))
  }
  host.initramfs = .found(
    InitramfsEvidence(builders: [.dracut], hooks: [.dracut], images: images),
    source: "lib/modules")
  host.pciDevices = .found([card(driver: "vfio-pci")], source: "sys/bus/pci/devices")
  host.bootLog = .found(
    BootEvent.parse("event=bound chosen=0000:01:00.0 address=0000:01:00.0 driver=vfio-pci from=none"),
    source: BootEvent.path)
  return host
}

extension HostEvidence {
  fileprivate mutating func changeInitramfs(_ change: (inout InitramfsEvidence) -> Void) {
    guard case .found(var evidence, let source) = initramfs else { return }
    change(&evidence)
    initramfs = .found(evidence, source: source)
  }

  fileprivate mutating func setNewerImage(_ contents: Observed<InitramfsContents>) {
    changeInitramfs {
      $0.images[1] = InitramfsImage(kernel: "6.1.0-21-amd64", path: newer, contents: contents)
    }
  }
}

extension BootEvent {
  fileprivate static func parse(_ log: String) -> [BootEvent] {
    Array(log.utf8).lines.compactMap { BootEvent($0) }
  }
}

private enum BindingCheck: String {
  case hook = "binding.hook"
  case initramfs = "binding.initramfs"
  case boot = "binding.boot"
}

private func findings(_ change: (inout HostEvidence) -> Void) -> [Finding] {
  var host = boundHost()
  change(&host)
  return Report(on: host, checks: [BindingHook.self, BindingInitramfs.self, BindingBoot.self]).findings
}

private func verdicts(_ change: (inout HostEvidence) -> Void) -> [String] {
  findings(change).map { "\($0.check.id) \($0.verdict.status.rawValue): \($0.verdict.summary)" }
}

private func verdict(_ check: BindingCheck, _ change: (inout HostEvidence) -> Void) -> Verdict? {
  findings(change).first { $0.check.id == check.rawValue }?.verdict
}

/// Cause and sentence of what failed.
private func failures(_ check: BindingCheck, _ change: (inout HostEvidence) -> Void) -> [String] {
  verdict(check, change).map { $0.status == .fail ? ["\($0.cause?.id ?? "none"): \($0.summary)"] : [] } ?? []
}
