import ArgumentParser
import Diagnosis
import HostFiles
import HostModel
import HostSurvey
import PCISurvey
import Reporting

/// `groups`: every IOMMU group, and whether a guest could have it.
struct GroupsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "groups",
    abstract: "Show IOMMU groups: members, whether a guest could have each, and what stands in the way.",
    discussion: "An address stands for the whole group that the device is in.")

  @OptionGroup var common: CommonOptions
  @OptionGroup var filter: DeviceFilter

  @Argument(
    help: "Devices (0000:01:00.0, 01:00.0, pci_0000_01_00_0) or groups (group:13); all without.",
    transform: readTarget)
  var targets: [DeviceTarget] = []

  func run() throws {
    let root = try common.openRoot()
    let devices = try listedDevices(root)
    var evidence = HostEvidence(root: root.name, isRunningHost: root.isRunningHost)
    evidence.pciDevices = .found(devices, source: pciDevicesPath)
    evidence.iommuGroups = surveyIOMMUGroups(root)
    let index = PCIIndex(evidence)
    let wanted = try selected(index, devices)
    let members = wanted.flatMap(\.members).compactMap { index.devices[$0] }
    let listing = DeviceListing(of: members, among: devices, root)
    evidence.hostUses = .found(listing.uses, source: "")
    evidence.pciDetails = surveyPCIDetails(of: members, root)
    let full = PCIIndex(evidence)
    let judgements = wanted.map(full.judge)
    if common.json {
      try writeToStandardOutput(GroupJudgement.json(judgements).document)
    } else {
      let isDetailed = !targets.isEmpty || common.verbosity == .verbose
      try writeToStandardOutput(Array(listing.text(judgements, common.style, isDetailed: isDetailed).utf8))
    }
  }

  /// The groups asked for, in order of number.
  private func selected(_ index: PCIIndex, _ devices: [PCIDevice]) throws(CommandError) -> [IOMMUGroup] {
    var numbers: Set<Int> = []
    for target in targets {
      switch target {
      case .group(let number):
        guard index.groups.contains(where: { $0.id == number }) else {
          throw CommandError(.usage, "there is no group \(number); passthru-doctor groups lists them")
        }
        numbers.insert(number)
      case .device(let address):
        guard let group = index.groups.first(where: { $0.members.contains(address) }) else {
          let reason =
            index.devices[address] == nil
            ? "there is no device \(address); passthru-doctor devices lists them"
            : "\(address) is in no IOMMU group; passthru-doctor check says whether the IOMMU is on"
          throw CommandError(.usage, reason)
        }
        numbers.insert(group.id)
      }
    }
    return index.groups.filter { group in
      (targets.isEmpty || numbers.contains(group.id))
        && (filter.isEmpty || group.members.contains { index.devices[$0].map(filter.matches) ?? false })
    }
  }
}
