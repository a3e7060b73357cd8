import Diagnosis
import HostModel
import Testing

struct InterruptRemappingTests {
  private func expect(
    _ host: HostEvidence, _ status: Verdict.Status, _ cause: String?,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let verdict = InterruptRemapping.judge(host)
    #expect(verdict.status == status, "\(verdict.summary)", sourceLocation: sourceLocation)
    #expect(verdict.cause?.id == cause, "\(verdict.summary)", sourceLocation: sourceLocation)
  }

  private func plain(_ host: HostEvidence) -> HostEvidence {
    var host = host
    host.kernelLog = .notLookedAt
    host.interruptChips = .found(InterruptChips(remapped: 0, plain: 12), source: "proc/interrupts")
    return host
  }

  @Test func healthy() throws { expect(try Hosts.intel(), .pass, nil) }

  @Test func plainChipsAreFatalWhereTheIOMMUIsOn() throws {
    expect(plain(try Hosts.intel()), .fail, "off")
    expect(plain(Hosts.off(tables: ["DMAR"])), .warn, "off")
  }

  @Test func argument() throws {
    var host = plain(try Hosts.intel())
    host.commandLine = Hosts.commandLine("intremap=off")
    expect(host, .fail, "disabled-by-argument")
    #expect(
      InterruptRemapping.judge(host).commands == ["passthru-doctor kargs remove intremap=off"])
  }

  @Test func firmware() throws {
    var host = plain(try Hosts.intel())
    host.acpiTableNames = .found(["IVRS"], source: "sys/firmware/acpi/tables")
    host.kernelLog = Hosts.log(
      "AMD-Vi: [Firmware Bug]: : No southbridge IOAPIC found", "AMD-Vi: Disabling interrupt remapping")
    expect(host, .fail, "firmware-opt-out")
  }

  @Test func tableWithoutIt() throws {
    // A DMAR of no units: 48 bytes, host address width 39, flags as given.
    func dmar(flags: UInt8) -> Observed<DMARReading> {
      var bytes: [UInt8] = Array("DMAR".utf8) + [48, 0, 0, 0, 1, 0] + [UInt8](repeating: 0x20, count: 26)
      bytes += [38, flags] + [UInt8](repeating: 0, count: 10)
      bytes[9] = 0 &- bytes.reduce(0, &+)
      return .found(DMARReading(parsing: bytes), source: "sys/firmware/acpi/tables/DMAR")
    }
    var host = plain(try Hosts.intel())
    host.dmar = dmar(flags: 0)
    expect(host, .fail, "firmware-opt-out")
    host.interruptChips = .notLookedAt
    expect(host, .fail, "firmware-opt-out")
    host.dmar = dmar(flags: 1)
    expect(host, .unknown, nil)
  }

  @Test func unsafeInterruptsAllowed() throws {
    var host = plain(try Hosts.intel())
    host.allowUnsafeInterrupts = .found(
      true, source: "sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts")
    expect(host, .warn, "unsafe-interrupts-allowed")
    var byArgument = try Hosts.intel()
    byArgument.allowUnsafeInterrupts = .notLookedAt
    byArgument.commandLine = Hosts.commandLine("vfio_iommu_type1.allow_unsafe_interrupts=1")
    expect(byArgument, .warn, "unsafe-interrupts-allowed")
  }

  @Test func optOutOfX2APICIsNoLoss() throws {
    var host = try Hosts.intel()
    host.interruptChips = .notLookedAt
    host.kernelLog = Hosts.log(
      "DMAR-IR: x2apic is disabled because BIOS sets x2apic opt out bit.",
      "DMAR-IR: Enabled IRQ remapping in xapic mode", "x2apic: IRQ remapping doesn't support X2APIC mode")
    expect(host, .pass, nil)
  }

  @Test func amdFeaturesWithoutTheLine() {
    var host = HostEvidence(root: "x", isRunningHost: false)
    host.kernelLog = Hosts.log("AMD-Vi: Extended features (0x1): PPR", "AMD-Vi: Virtual APIC enabled")
    expect(host, .fail, "off")
    host.kernelLog = Hosts.log("AMD-Vi: Extended features (0x1):", " PPR NX")
    expect(host, .unknown, nil)
  }

  @Test func nothingSeenIsUnknown() {
    expect(HostEvidence(root: "/", isRunningHost: true), .unknown, nil)
  }
}

struct IOMMUMessagesTests {
  private func verdict(_ log: Observed<KernelLog>) -> Verdict {
    var host = HostEvidence(root: "/", isRunningHost: true)
    host.kernelLog = log
    return IOMMUMessages.judge(host)
  }

  @Test func healthy() throws {
    #expect(IOMMUMessages.judge(try Hosts.intel()).status == .pass)
  }

  @Test func unreadableIsNotLost() {
    let unreadable = verdict(.unreadable(source: "dev/kmsg", reason: "operation not permitted"))
    #expect(unreadable.status == .unknown)
    #expect(unreadable.cause?.id == "log-unreadable")
    let lost = verdict(Hosts.log("usb 1-1: new device"))
    #expect(lost.status == .unknown)
    #expect(lost.cause?.id == "log-lost")
    #expect(verdict(.absent(source: "var/log/dmesg")).cause == nil)
  }

  @Test func faultsNameTheDevice() {
    let found = verdict(Hosts.log("[   30.000000] DMAR: [DMA Read] Request device [01:00.0] fault addr 1"))
    #expect(found.status == .warn)
    #expect(found.cause?.id == "faults")
    #expect(found.summary.contains("0000:01:00.0"))
  }

  @Test func refusalsAndBugsAreTheFirmwares() {
    for text in [
      "vfio-pci 0000:04:00.1: DMAR: Device is ineligible for IOMMU domain attach due to platform RMRR requirement.",
      "DMAR: [Firmware Bug]: RMRR entry for device 03:00.0 is broken - applying workaround",
    ] {
      #expect(verdict(Hosts.log(text)).cause?.id == "firmware-bug")
    }
  }
}
