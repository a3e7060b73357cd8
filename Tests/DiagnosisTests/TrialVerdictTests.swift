import Diagnosis
import HostModel
import Testing

/// Each refusal of the kernel becomes one cause, with the words and commands for this host.
struct TrialVerdictTests {
  private let card = PCIAddress(domain: 0, bus: 1, device: 0, function: 0)
  private let sound = PCIAddress(domain: 0, bus: 1, device: 0, function: 1)
  private let port = PCIAddress(domain: 0, bus: 0, device: 1, function: 0)

  @Test(arguments: [
    (VFIOCall.openContainer, KernelError.ENOENT, "vfio-not-loaded"),
    (.openContainer, .EACCES, "no-permission"),
    (.checkType, .ENODEV, "iommu-type-missing"), (.openGroup, .ENOENT, "not-bound"),
    (.openGroup, .EACCES, "no-permission"), (.openGroup, .EBUSY, "held-by-another"),
    (.setIOMMU, .EPERM, "unsafe-interrupts"), (.attachDevice, .EPERM, "unsafe-interrupts"),
    (.mapPage, .ENOMEM, "memlock"), (.getDevice, .EACCES, "vf-token"), (.getDevice, .EBUSY, "memory-claimed"),
    (.setIOMMU, .EINVAL, "refused"), (.resetDevice, .EIO, "refused"),
  ])
  func namesTheCause(call: VFIOCall, error: KernelError, cause: String) throws {
    let verdict = try verdict(call, error)
    #expect(verdict.status == .fail && verdict.cause?.id == cause)
    #expect(verdict.evidence.first?.quote.contains(error.name) == true)
  }

  @Test(arguments: [
    (VFIOCall.setContainer, KernelError.EINVAL), (.setIOMMU, .EPERM), (.setIOMMU, .EINVAL),
    (.attachDevice, .EINVAL),
  ])
  func reservedMemoryExplainsWhatElseWouldBeARiddle(call: VFIOCall, error: KernelError) throws {
    let region = ReservedRegion(first: 0x7d00_0000, last: 0x7dff_ffff, kind: "direct")
    let verdict = try verdict(call, error, regions: [region])
    #expect(verdict.cause?.id == "reserved-region" && verdict.cause?.mender == .firmware)
    #expect(verdict.evidence.last?.quote == "0x7d000000 0x7dffffff direct")
  }

  @Test func namesTheMembersThatKeepTheGroupFromAGuest() throws {
    let verdict = try verdict(.checkViability, .EBUSY, soundDriver: "snd_hda_intel")
    #expect(verdict.cause?.id == "not-viable")
    #expect(
      verdict.summary == "No guest can have group 13 now: 0000:01:00.1 is on snd_hda_intel.")
    #expect(verdict.commands == ["passthru-doctor detach 0000:01:00.0"])
  }

  @Test func aPortOnItsOwnDriverIsNoObstacle() throws {
    let verdict = try verdict(.checkViability, .EBUSY)
    #expect(!verdict.summary.contains("pcieport"))
  }

  @Test func namesTheProcessThatHoldsTheGroup() throws {
    let holder = FileHolder(
      process: 4711, command: "qemu-system-x86", guest: "win11", path: "/dev/vfio/13")
    for call in [VFIOCall.openGroup, .checkViability] {
      let verdict = try verdict(call, .EBUSY, holders: [holder])
      #expect(verdict.cause?.id == "held-by-another")
      #expect(
        verdict.evidence.last
          == Quote(
            "proc/4711/fd", "qemu-system-x86 (process 4711, guest win11) has /dev/vfio/13 open"))
    }
  }

  @Test func aGroupWithoutIOMMUIsNeverGood() throws {
    let verdict = try verdict(.openGroup, .ENOENT, name: "vfio-noiommu")
    #expect(verdict.cause?.id == "unsafe-noiommu")
  }

  @Test func passesWhenTheDeviceAnswers() throws {
    let verdict = try answered(vendor: 0x10de, canReset: true)
    #expect(verdict.status == .pass)
    #expect(
      verdict.evidence.first?.quote == "10de:1b80, BAR 0 16 MiB, ROM 512 KiB; INTx, MSI-X 5; can be reset")
  }

  @Test func warnsWithoutReset() throws {
    #expect(try answered(vendor: 0x10de, canReset: false).cause?.id == "no-reset")
  }

  @Test func failsWhenTheDeviceIsSilent() throws {
    #expect(try answered(vendor: 0xffff, canReset: true).cause?.id == "device-silent")
  }

  @Test func everyCauseHasWords() {
    #expect(Set(RefusalCauses.all.map(\.id)).count == RefusalCauses.all.count)
    for cause in RefusalCauses.all {
      #expect(cause.meaning.hasSuffix(".") && cause.cure.hasSuffix("."))
    }
  }

  private func verdict(
    _ call: VFIOCall, _ error: KernelError, regions: [ReservedRegion]? = [], soundDriver: String = "vfio-pci",
    name: String? = nil, holders: [FileHolder] = []
  ) throws -> Verdict {
    let group = try group(regions, name)
    var evidence = HostEvidence(root: "/", isRunningHost: true)
    evidence.pciDevices = .found(
      [
        PCIDevice(
          address: try #require(port), vendor: 0x8086, device: 1, deviceClass: 0x060400, driver: "pcieport"),
        PCIDevice(
          address: try #require(card), vendor: 0x10de, device: 2, deviceClass: 0x030000, driver: "vfio-pci"),
        PCIDevice(
          address: try #require(sound), vendor: 0x10de, device: 3, deviceClass: 0x040300, driver: soundDriver),
      ], source: "sys/bus/pci/devices")
    var trial = VFIOTrial(group: 13, interface: .container)
    trial.refusal = VFIORefusal(call, "/dev/vfio/13", error)
    return judge(trial, of: group, on: evidence, heldBy: holders)
  }

  private func answered(vendor: UInt16, canReset: Bool) throws -> Verdict {
    var device = VFIODevice(address: try #require(card))
    device.vendor = vendor
    device.device = 0x1b80
    device.canReset = canReset
    device.regions = [
      VFIORegion(name: "BAR 0", size: 16 << 20, isMappable: true),
      VFIORegion(name: "ROM", size: 512 << 10, isMappable: false),
    ]
    device.interrupts = [VFIOInterrupt(name: "INTx", count: 1), VFIOInterrupt(name: "MSI-X", count: 5)]
    var trial = VFIOTrial(group: 13, interface: .container)
    trial.devices = [device]
    trial.mappedAt = 0x4000_0000
    let evidence = HostEvidence(root: "/", isRunningHost: true)
    return judge(trial, of: try group([], nil), on: evidence, heldBy: [])
  }

  private func group(_ regions: [ReservedRegion]?, _ name: String?) throws -> IOMMUGroup {
    IOMMUGroup(
      id: 13, members: [try #require(port), try #require(card), try #require(sound)], name: name,
      reservedRegions: regions)
  }
}
