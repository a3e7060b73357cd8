import Glibc
import HostFiles
import HostModel
import KernelModules
import PCISurvey

/// The modules of the running kernel, with the host's own configuration.
package func hostModules(_ root: HostRoot) throws(KmodError) -> KmodContext {
  let release = ((try? root.line(at: "proc/sys/kernel/osrelease")) ?? nil) ?? ""
  return try KmodContext(
    moduleDirectory: "/lib/modules/\(release)",
    configuration: ["/etc/modprobe.d", "/run/modprobe.d", "/usr/lib/modprobe.d", "/lib/modprobe.d"])
}

/// Loads the modules that would claim a function, as udev does when it appears; one that cannot be
/// loaded is passed over.
package func loadHostDrivers(of device: PCIDevice, _ root: HostRoot) {
  guard let modules = try? hostModules(root) else { return }
  for name in hostDriverModules(of: device, modules) { try? modules.load(name) }
}

/// The same for the function at an address; nothing where there is none.
package func loadHostDrivers(at address: PCIAddress, _ root: HostRoot) {
  if let device = surveyPCIDevice(address, root) { loadHostDrivers(of: device, root) }
}

/// Whether the kernel has a module that would claim a function and that the host does not deny.
package func hasHostDriver(_ device: PCIDevice, _ root: HostRoot) -> Bool {
  guard let modules = try? hostModules(root) else { return false }
  return !hostDriverModules(of: device, modules).isEmpty
}

private func hostDriverModules(of device: PCIDevice, _ modules: KmodContext) -> [String] {
  guard let alias = device.modalias, let matches = try? modules.modules(matching: alias) else { return [] }
  return matches.filter { !$0.isDenylisted }.map(\.name)
}

/// The vfio driver for a function: a variant driver of its make where there is one, else vfio-pci.
///
/// Variant drivers say by aliases `vfio_pci:v…d…` what they are for, as others do by `pci:v…d…`
/// (Documentation/driver-api/vfio-pci-device-specific-driver-acceptance.rst; libvirt chooses alike).
package func vfioDriver(for device: PCIDevice, _ root: HostRoot) -> String {
  guard let alias = device.modalias, let modules = try? hostModules(root),
    let matches = try? modules.modules(matching: "vfio_" + alias),
    let variant = matches.first(where: { !$0.isDenylisted && $0.name != "vfio_pci" })
  else { return "vfio-pci" }
  return variant.name
}

/// Loads a module with what it needs; says which came by that, in the order in which they did.
package func loadHostModule(_ name: String, _ root: HostRoot) throws(KmodError) -> [String] {
  let before = Set(loadedModules(root))
  try hostModules(root).load(name)
  // The newest comes first in the kernel's list.
  return loadedModules(root).filter { !before.contains($0) }.reversed()
}

/// Takes a module away; one that is gone already is left at that.
///
/// The kernel would let one go that drives devices, and leave them without a driver: that is an error here.
package func unloadHostModule(_ name: String, _ root: HostRoot) throws(KmodError) {
  guard loadedModules(root).contains(name) else { return }
  for driver in ((try? root.names(in: "sys/module/\(name)/drivers")) ?? nil) ?? [] {
    let entries = ((try? root.names(in: "sys/module/\(name)/drivers/\(driver)")) ?? nil) ?? []
    guard entries.allSatisfy({ PCIAddress($0) == nil }) else {
      throw KmodError("unloading the module", name, code: EBUSY)
    }
  }
  try hostModules(root).unload(name)
}

/// proc/modules: one a line, its name first.
private func loadedModules(_ root: HostRoot) -> [String] {
  let bytes = ((try? root.bytes(at: "proc/modules")) ?? nil) ?? []
  return bytes.lines.map { String($0.text.prefix { $0 != " " }) }
}
