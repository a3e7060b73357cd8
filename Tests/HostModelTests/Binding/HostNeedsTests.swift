import HostModel
import Testing

struct HostNeedsTests {
  private let nvme = function("0000:03:00.0", "144d:a80a", class: 0x010802, group: 9)
  private var devices: [PCIDevice] { twoCards + sataGroup + [nvme] }

  private func needs(_ addresses: [String], sources: [String] = ["UUID=1234-abcd"], complete: Bool = true)
    -> HostNeeds
  {
    let needed = chosen(addresses, among: devices).devices.map {
      NeededDevice(identity: $0.identity, uses: ["root", "swap"])
    }
    return HostNeeds(
      sources: sources, aliases: ["/dev/disk/by-label/root"], devices: needed, isComplete: complete)
  }

  /// Nil when the binding is approved.
  private func reason(
    _ at: String, _ needs: HostNeeds?, _ commandLine: String = "root=UUID=1234-abcd ro",
    now: [PCIDevice]? = nil
  ) -> Decline.Reason? {
    let now = now ?? devices
    let bindings = chosen([at], among: now).devices.map {
      PlannedBinding(address: $0.identity.address, chosen: $0)
    }
    do throws(Decline) {
      try needs.approve(
        bindings, devices: now, boot: BootSources(KernelCommandLine(parsing: Array(commandLine.utf8))))
      return nil
    } catch {
      return error.reason
    }
  }

  @Test func printsWhatItReads() throws {
    let made = needs(["0000:00:1f.2", "0000:02:00.0"])
    #expect(try HostNeeds(parsing: Array(made.text.utf8)) == made)
    // A file that was cut short is not whole: every prefix is refused or says so.
    let bytes = Array(made.text.utf8)
    for end in 0..<(bytes.count - "complete\n".utf8.count) {
      #expect((try? HostNeeds(parsing: Array(bytes[..<end])))?.isComplete != true)
    }
    #expect(throws: RecordError.self) { try HostNeeds(parsing: Array((made.text + "source x\n").utf8)) }
  }

  @Test func whatTheHostLivesOnIsLeft() {
    #expect(reason("0000:00:1f.2", needs(["0000:00:1f.2"])) == .hostNeedsIt)
    #expect(reason("0000:02:00.0", needs(["0000:02:00.0"])) == .hostNeedsIt)
    #expect(reason("0000:03:00.0", needs(["0000:00:1f.2"])) == nil)
    #expect(reason("0000:01:00.0", needs(["0000:02:00.0"])) == nil)
  }

  /// The needed one of two of a kind cannot be found again: neither is bound.
  @Test func anUncertainNeedVetoesItsKind() {
    let moved = [port("0000:00:0b.0", group: 3), card("0000:01:00.0", behind: "0000:00:0b.0", group: 4)]
    #expect(reason("0000:01:00.0", needs(["0000:02:00.0"]), now: moved) == .hostNeedsIt)
  }

  @Test(arguments: [
    "root=UUID=ffff ro", "ro", "root=LABEL=other", "root=UUID=1234-abcd resume=UUID=ffff", "root=/dev/sda1",
    "root=UUID=1234-abcd rd.luks.uuid=abc", "root=zfs:tank/root", "root=UUID=1234-abcd rd.lvm.lv=vg/root",
  ])
  func storageIsLeftWhenTheCommandLineAsksForSomethingUnknown(_ commandLine: String) {
    #expect(reason("0000:00:1f.2", needs(["0000:03:00.0"]), commandLine) == .hostNeedsUnknown)
    // A network card carries no root file system.
    #expect(reason("0000:01:00.0", needs(["0000:03:00.0"]), commandLine) == nil)
  }

  @Test(arguments: [
    "root=UUID=1234-abcd", "root=\"UUID=1234-abcd\"", "root=LABEL=root", "root=/dev/disk/by-label/root",
    "root=block:UUID=1234-abcd",
  ])
  func knownNamesAreTaken(_ commandLine: String) {
    #expect(reason("0000:00:1f.2", needs(["0000:03:00.0"]), commandLine) == nil)
  }

  @Test func storageIsLeftWhenNobodyKnows() {
    #expect(reason("0000:00:1f.2", nil) == .hostNeedsUnknown)
    #expect(reason("0000:00:1f.2", needs(["0000:03:00.0"], complete: false)) == .hostNeedsUnknown)
    #expect(reason("0000:01:00.0", nil) == nil)
  }

  @Test(arguments: [
    "root=/dev/nfs nfsroot=10.0.0.1:/", "root=nfs:10.0.0.1:/x", "root=x netroot=iscsi:y", "root=x ip=dhcp",
    "root=x rd.neednet=1",
  ])
  func aNetworkRootKeepsNetworkCards(_ commandLine: String) {
    #expect(reason("0000:01:00.0", nil, commandLine) == .hostNeedsUnknown)
  }

  /// Without the controller, sda would be another disk.
  @Test func namesThatMoveKeepTheirKindOfController() {
    #expect(
      reason("0000:00:1f.2", needs(["0000:03:00.0"], sources: ["/dev/sda1"]), "root=/dev/sda1")
        == .hostNeedsUnknown)
    #expect(reason("0000:03:00.0", needs(["0000:00:1f.2"], sources: ["/dev/sda1"]), "root=/dev/sda1") == nil)
    #expect(
      reason("0000:03:00.0", needs(["0000:00:1f.2"], sources: ["/dev/nvme0n1p1", "UUID=1234-abcd"]))
        == .hostNeedsUnknown)
  }

  @Test func readsTheSwitch() {
    func isOff(_ line: String) -> Bool {
      BootSources(KernelCommandLine(parsing: Array(line.utf8))).isSwitchedOff
    }
    #expect(
      isOff("root=x rd.passthru=0") && isOff("rd.passthru=1 rd.passthru=off") && isOff("-- rd.passthru=0"))
    #expect(
      !isOff("root=x") && !isOff("rd.passthru=1") && !isOff("rd.passthru=0 rd.passthru=1")
        && !isOff("rd.passthru"))
  }
}
