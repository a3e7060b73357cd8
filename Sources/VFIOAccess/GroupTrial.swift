import HostFiles
import HostModel

/// Opens a group of the running host as a virtual machine monitor would, and gives it back.
///
/// `devices` are the PCI functions of the host. Without a wish the older way is taken where it is
/// there, as QEMU and libvirt do: /dev/vfio/vfio before /dev/iommu.
package func tryGroup(
  _ group: IOMMUGroup, devices: [PCIDevice], on root: HostRoot, through wish: VFIOTrial.Interface? = nil
) -> VFIOTrial {
  let interface = wish ?? usualInterface(on: root)
  var trial = VFIOTrial(group: group.id, interface: interface)
  let members = group.members.filter { address in
    devices.first { $0.address == address }?.isOnVFIO == true
  }
  do throws(VFIORefusal) {
    switch interface {
    case .container: try tryContainer(group, members: members, into: &trial)
    case .iommufd:
      try tryIOMMUFD(group, nodes: try deviceNodes(of: members, in: group, on: root), into: &trial)
    }
  } catch {
    trial.refusal = error
  }
  return trial
}

private func usualInterface(on root: HostRoot) -> VFIOTrial.Interface {
  root.exists("dev/vfio/vfio") || !root.exists("dev/iommu") ? .container : .iommufd
}

/// Each member's own node, by the name that sysfs gives it: vfio-dev/vfio3 is /dev/vfio/devices/vfio3.
private func deviceNodes(
  of members: [PCIAddress], in group: IOMMUGroup, on root: HostRoot
) throws(VFIORefusal) -> [(address: PCIAddress, path: String)] {
  guard !members.isEmpty else { throw VFIORefusal(.openDeviceNode, "/dev/vfio/devices", .ENOENT) }
  var nodes: [(address: PCIAddress, path: String)] = []
  for address in members {
    let directory = "sys/bus/pci/devices/\(address)/vfio-dev"
    guard let name = ((try? root.names(in: directory)) ?? nil)?.first else {
      throw VFIORefusal(.openDeviceNode, "/" + directory, address: address, .ENOENT)
    }
    nodes.append((address, "/dev/vfio/devices/" + name))
  }
  return nodes
}

/// Every node through which the group can be held: the group's own, and its members'.
package func vfioNodes(of group: IOMMUGroup, _ root: HostRoot) -> Set<String> {
  var nodes: Set = [groupNodePath(group)]
  for address in group.members {
    let names = ((try? root.names(in: "sys/bus/pci/devices/\(address)/vfio-dev")) ?? nil) ?? []
    nodes.formUnion(names.map { "/dev/vfio/devices/" + $0 })
  }
  return nodes
}
