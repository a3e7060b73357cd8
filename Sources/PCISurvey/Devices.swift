import HostFiles
import HostModel

/// Where the kernel lists PCI functions, below a root.
package let pciDevicesPath = "sys/bus/pci/devices"

/// How much of each function is read.
package enum PCISurveyDepth: Sendable {
  /// Ids, class, driver, group, parent: what tells which one it is. At boot every read counts.
  case identity
  case everything
}

/// Every PCI function below a root, in order of address.
///
/// A function that vanishes before it is read is left out; one whose ids cannot be read has none.
package func surveyPCIDevices(_ root: HostRoot, _ depth: PCISurveyDepth = .everything) -> Observed<
  [PCIDevice]
> {
  let names: [String]
  do throws(HostFileError) {
    guard let found = try root.names(in: pciDevicesPath) else { return missing(in: root) }
    names = found
  } catch {
    return .unreadable(source: pciDevicesPath, reason: error.reason)
  }
  let addresses = names.compactMap { PCIAddress($0) }.sorted()
  let places = FunctionPlaces(root)
  let devices = sideBySide(addresses) { surveyPCIDevice($0, places, depth) }
  return .found(devices, source: pciDevicesPath)
}

/// A host without PCI has sysfs without this directory; a host without sysfs says nothing.
private func missing<Value>(in root: HostRoot) -> Observed<Value> {
  ((try? root.names(in: "sys")) ?? nil)?.isEmpty == false
    ? .absent(source: pciDevicesPath)
    : .unreadable(source: pciDevicesPath, reason: "sysfs is not mounted")
}

/// One function; nil when it is gone.
package func surveyPCIDevice(_ address: PCIAddress, _ root: HostRoot) -> PCIDevice? {
  surveyPCIDevice(address, FunctionPlaces(root), .everything)
}

/// The driver that holds a function now; nil when none does, or the function is gone.
package func surveyDriver(of address: PCIAddress, _ root: HostRoot) -> String? {
  let link = (try? root.linkTarget(at: "\(pciDevicesPath)/\(address)/driver")) ?? nil
  return link.map { lastComponent(Array($0.utf8)).text }
}

/// The driver that holds a function now, and its override; nil when the function is gone.
package func surveyDriverBinding(of address: PCIAddress, _ root: HostRoot) -> DriverBinding? {
  guard let directory = (try? root.directory(at: "\(pciDevicesPath)/\(address)")) ?? nil else { return nil }
  return DriverBinding(
    driver: ((try? directory.linkTarget("driver")) ?? nil).map { lastComponent($0).text },
    override: ((try? directory.attribute("driver_override")) ?? nil).flatMap(override))
}

/// Where sysfs keeps the functions: links in one directory, which lead into the tree of devices.
private struct FunctionPlaces: Sendable {
  private let root: HostRoot
  private let links: HostDirectory?
  private let tree: HostDirectory?

  init(_ root: HostRoot) {
    self.root = root
    links = (try? root.directory(at: pciDevicesPath)) ?? nil
    tree = (try? root.directory(at: "sys/devices")) ?? nil
  }

  /// The function's directory, and where its link says that it is. Nil when it is gone.
  func directory(of address: PCIAddress) -> (directory: HostDirectory, link: [UInt8])? {
    let name = address.description
    let link = ((try? links?.linkTarget(name)) ?? nil) ?? []
    // Down the tree by the way that was just read, which costs the kernel half as much as following
    // the link again; where that is not the way, by name.
    let up = "../../../devices/".utf8
    if link.starts(with: up), let found = tree?.directory(link.dropFirst(up.count).text) {
      return (found, link)
    }
    return ((try? root.directory(at: pciDevicesPath + "/" + name)) ?? nil).map { ($0, link) }
  }
}

private func surveyPCIDevice(
  _ address: PCIAddress, _ places: FunctionPlaces, _ depth: PCISurveyDepth
) -> PCIDevice? {
  guard let (directory, way) = places.directory(of: address) else { return nil }
  func attribute(_ name: String) -> [UInt8]? { (try? directory.attribute(name)) ?? nil }
  func link(_ name: String) -> [UInt8]? { (try? directory.linkTarget(name)) ?? nil }

  var identity = FunctionIdentity(event: attribute("uevent") ?? [])
  identity.complete(from: directory)
  var device = PCIDevice(
    address: address, vendor: identity.vendor, device: identity.device,
    deviceClass: identity.deviceClass.map { $0 & 0xff_ffff }, subsystemVendor: identity.subsystemVendor,
    subsystemDevice: identity.subsystemDevice, driver: identity.driver,
    group: link("iommu_group").flatMap { groupNumber(lastComponent($0)) })
  device.parent = parentAddress(way)
  if depth == .identity { return device }
  device.driverOverride = attribute("driver_override").flatMap(override)
  device.numaNode = decimal(attribute("numa_node")).flatMap { $0 < 0 ? nil : $0 }
  if device.baseClass == 0x03 { device.bootVGA = decimal(attribute("boot_vga")).map { $0 == 1 } }
  device.resetMethods = attribute("reset_method").map { $0.words.map { $0.text } }
  if !device.isBridge {
    device.virtualFunctionOf = link("physfn").flatMap { PCIAddress(bytes: lastComponent($0)) }
  }
  return device
}

/// `(null)` stands for none (drivers/base/driver.c prints a null pointer).
private func override(_ bytes: [UInt8]) -> String? {
  let name = bytes.trimmed
  return name.isEmpty || name.elementsEqual("(null)".utf8) ? nil : name.text
}

/// The last function but one on the way down to a device:
/// `../../../devices/pci0000:00/0000:00:1c.0/0000:01:00.0` has the parent 0000:00:1c.0.
private func parentAddress(_ target: [UInt8]) -> PCIAddress? {
  var rest = target.dropLast(lastComponent(target).count + 1)
  while !rest.isEmpty {
    let component = lastComponent(rest)
    // The short form, without a domain, is none of the kernel's names.
    if component.count >= 12, let address = PCIAddress(bytes: component) { return address }
    rest = rest.dropLast(component.count + 1)
  }
  return nil
}

func groupNumber(_ name: ArraySlice<UInt8>) -> Int? {
  guard !name.isEmpty, name.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
  return Int(name.text)
}
