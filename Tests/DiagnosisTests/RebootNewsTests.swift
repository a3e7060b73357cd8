import HostModel
import PCISurvey
import TestHosts
import Testing

@testable import Diagnosis

/// What `setup` says after a reboot about the changes that were made before it.
struct RebootNewsTests {
  private static let card = "0000:01:00.0"
  private static let disk = "0000:02:00.0"

  private static func outcome(
    of command: String, log: [String] = [], arguments: String = "quiet", cardDriver: String? = "vfio-pci",
    chosen: [String] = [card, disk]
  ) throws -> String? {
    var tree = PCITree()
    tree.add(card, class: "030000", driver: cardDriver, group: 1)
    tree.add(disk, class: "010802", driver: "nvme", group: 2)
    let devices = surveyPCIDevices(tree.root)
    let all = try #require(devices.value)
    var evidence = HostEvidence(root: "/", isRunningHost: true)
    evidence.pciDevices = devices
    evidence.commandLine = .found(KernelCommandLine(parsing: Array(arguments.utf8)), source: "proc/cmdline")
    evidence.bootLog = .found(log.compactMap { BootEvent($0.utf8) }, source: BootEvent.path)
    let groups = try all.filter { chosen.contains($0.address.description) }.map {
      ChosenGroup(devices: [ChosenDevice(identity: try #require(DeviceIdentity(of: $0, among: all)))])
    }
    evidence.bindings = .found(BindingConfiguration(groups: groups), source: BindingConfiguration.path)
    return EarlierChange(number: 1, command: command).outcome(on: evidence)
  }

  private static let bothOutcomes = [
    "event=bound chosen=0000:01:00.0 address=0000:03:00.0 driver=vfio-pci from=none",
    "event=declined chosen=0000:02:00.0 reason=host-needs-it detail=\"the root file system is on it\"",
  ]

  @Test func argumentsAreHeldAgainstTheRunningKernel() throws {
    #expect(
      try Self.outcome(of: "kargs add intel_iommu=on iommu=pt", arguments: "intel_iommu=on")
        == "the kernel was started without iommu=pt")
    #expect(
      try Self.outcome(of: "kargs remove quiet --replace", arguments: "quiet") == "the kernel still has quiet"
    )
  }

  @Test func aBindingTellsOfItsOwnDevicesOnly() throws {
    #expect(
      try Self.outcome(of: "bind 0000:01:00.0", log: Self.bothOutcomes)
        == "on VFIO since the initramfs: 0000:03:00.0")
    #expect(
      try Self.outcome(of: "bind pci_0000_02_00_0", log: Self.bothOutcomes)
        == "nothing was bound: the root file system is on it")
  }

  @Test func whatWasSwitchedOffIsSaidOfEveryBinding() throws {
    let off = ["event=switched-off reason=argument detail=\"rd.passthru=0 is on the kernel command line\""]
    #expect(
      try Self.outcome(of: "bind 0000:02:00.0", log: off)
        == "nothing was bound: rd.passthru=0 is on the kernel command line")
  }

  @Test func aChoiceThatIsGoneBindsNothing() throws {
    #expect(
      try Self.outcome(of: "bind 0000:02:00.0", log: Self.bothOutcomes, chosen: [Self.card])
        == "nothing was bound: its devices are no longer chosen")
  }

  @Test func devicesGivenBackAreLookedAt() throws {
    #expect(
      try Self.outcome(of: "unbind 0000:01:00.0", cardDriver: "nouveau") == "the host has its devices again")
    #expect(try Self.outcome(of: "unbind 0000:01:00.0") == "still on VFIO: 0000:01:00.0")
    #expect(try Self.outcome(of: "unbind 0000:77:00.0") == nil)
  }
}
