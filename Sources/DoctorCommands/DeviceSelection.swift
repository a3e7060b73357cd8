import ArgumentParser
import Diagnosis
import HardwareNames
import HostFiles
import HostModel
import HostSurvey
import PCISurvey
import Reporting

extension DeviceKind: ExpressibleByArgument {}

/// The filters of the listings.
struct DeviceFilter: ParsableArguments {
  @Option(
    name: .customLong("class"),
    help: ArgumentHelp(
      "Only devices of this kind: \(DeviceKind.allCases.map(\.rawValue).joined(separator: ", ")).",
      valueName: "kind"))
  var kind: DeviceKind?

  @Option(help: ArgumentHelp("Only devices of this IOMMU group.", valueName: "number"))
  var group: Int?

  @Option(
    help: ArgumentHelp("Only devices bound to this driver; \"none\" for those without.", valueName: "name"))
  var driver: String?

  func matches(_ device: PCIDevice) -> Bool {
    if let kind, DeviceKind(device) != kind { return false }
    if let group, device.group != group { return false }
    if let driver { return driver == "none" ? device.driver == nil : device.driver == driver }
    return true
  }

  var isEmpty: Bool { kind == nil && group == nil && driver == nil }
}

/// The functions below a root; an error that says why there are none to be seen.
func listedDevices(_ root: HostRoot) throws(CommandError) -> [PCIDevice] {
  switch surveyPCIDevices(root) {
  case .found(let devices, _): return devices
  case .absent: return []
  case .unreadable(let source, let reason):
    throw CommandError(.usage, "reading /\(source) of \(root.name): \(reason)")
  }
}

extension DeviceListing {
  /// Names, uses, regions and drivers of some functions of a host; `all` are the host's.
  init(of devices: [PCIDevice], among all: [PCIDevice], _ root: HostRoot) {
    self.init(of: devices, uses: surveyHostUses(root, devices: all), root)
  }

  /// The same, with uses that are known already.
  init(of devices: [PCIDevice], uses: HostUses, _ root: HostRoot) {
    self.init(
      devices: devices, names: hardwareNames(for: devices), uses: uses,
      reservedRegions: surveyReservedRegions(of: Set(devices.compactMap(\.group)).sorted(), root),
      candidates: surveyDriverCandidates(root, devices: devices).value)
  }
}
