import CLinux
import Glibc
import HostModel

/// Opens the group through /dev/vfio/vfio, asks every member that a monitor could open, and gives
/// all back.
func tryContainer(
  _ group: IOMMUGroup, members: [PCIAddress], into trial: inout VFIOTrial
) throws(VFIORefusal) {
  let container = try DeviceNode(opening: "/dev/vfio/vfio", as: .openContainer)
  guard try container.ask(LINUX_VFIO_GET_API_VERSION, as: .checkVersion) == VFIO_API_VERSION else {
    throw VFIORefusal(.checkVersion, container.path, .EINVAL)
  }
  guard try container.ask(LINUX_VFIO_CHECK_EXTENSION, VFIO_TYPE1v2_IOMMU, as: .checkType) > 0 else {
    throw VFIORefusal(.checkType, container.path, .ENODEV)
  }
  let groupNode = try DeviceNode(opening: groupNodePath(group), as: .openGroup)
  try requireViability(groupNode)
  var descriptor = container.descriptor
  try groupNode.ask(LINUX_VFIO_GROUP_SET_CONTAINER, with: &descriptor, as: .setContainer)
  // Closing the group takes it out of the container; asked for here so that a monitor that was
  // started at once after finds it free.
  defer { _ = ioctl(groupNode.descriptor, LINUX_VFIO_GROUP_UNSET_CONTAINER) }
  try container.ask(LINUX_VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU, as: .setIOMMU)
  try mapOnePage(in: container, avoiding: group.reservedRegions ?? [], into: &trial)
  for address in members {
    let device = try openMember(address, of: groupNode)
    trial.devices.append(try interrogate(device, address))
  }
}

/// Where the group is opened: a group without any IOMMU has a name of its own.
package func groupNodePath(_ group: IOMMUGroup) -> String {
  "/dev/vfio/" + (group.isNoIOMMU ? "noiommu-" : "") + String(group.id)
}

private func requireViability(_ node: borrowing DeviceNode) throws(VFIORefusal) {
  var status = vfio_group_status()
  status.argsz = size(of: vfio_group_status.self)
  try node.ask(LINUX_VFIO_GROUP_GET_STATUS, with: &status, as: .checkViability)
  guard status.flags & UInt32(VFIO_GROUP_FLAGS_VIABLE) != 0 else {
    throw VFIORefusal(.checkViability, node.path, .EBUSY)
  }
}

private func mapOnePage(
  in container: borrowing DeviceNode, avoiding regions: [ReservedRegion], into trial: inout VFIOTrial
) throws(VFIORefusal) {
  guard let page = TestPage(),
    let address = freeIOAddress(avoiding: regions, pageSize: UInt64(page.size))
  else { throw VFIORefusal(.mapPage, container.path, .ENOMEM) }
  var map = vfio_iommu_type1_dma_map()
  map.argsz = size(of: vfio_iommu_type1_dma_map.self)
  map.flags = UInt32(VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE)
  map.vaddr = page.address
  map.iova = address
  map.size = UInt64(page.size)
  try container.ask(LINUX_VFIO_IOMMU_MAP_DMA, with: &map, as: .mapPage)
  var unmap = vfio_iommu_type1_dma_unmap()
  unmap.argsz = size(of: vfio_iommu_type1_dma_unmap.self)
  unmap.iova = address
  unmap.size = UInt64(page.size)
  try container.ask(LINUX_VFIO_IOMMU_UNMAP_DMA, with: &unmap, as: .unmapPage)
  guard unmap.size == UInt64(page.size) else { throw VFIORefusal(.unmapPage, container.path, .EINVAL) }
  trial.mappedAt = address
}

private func openMember(
  _ address: PCIAddress, of group: borrowing DeviceNode
) throws(VFIORefusal) -> DeviceNode {
  var name = Array(address.description.utf8CString)
  let opened = name.withUnsafeMutableBytes { bytes -> Int32 in
    guard let start = bytes.baseAddress else { return -1 }
    return ioctl(group.descriptor, LINUX_VFIO_GROUP_GET_DEVICE_FD, start)
  }
  guard opened >= 0 else {
    throw VFIORefusal(.getDevice, group.path, address: address, KernelError(errno))
  }
  return DeviceNode(descriptor: opened, path: group.path)
}
