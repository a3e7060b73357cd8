import CLinux
import HostModel

/// Opens each member by its own node and gives it to iommufd, asks it, and gives all back.
///
/// `nodes` are the members with their nodes below /dev/vfio/devices. The first device that is
/// attached makes the I/O address space translate, so the page is mapped after it.
func tryIOMMUFD(
  _ group: IOMMUGroup, nodes: [(address: PCIAddress, path: String)], into trial: inout VFIOTrial
) throws(VFIORefusal) {
  let iommu = try DeviceNode(opening: iommufdPath, as: .openIOMMUFD)
  var space = linux_iommu_ioas_alloc()
  space.size = size(of: linux_iommu_ioas_alloc.self)
  try iommu.ask(LINUX_IOMMU_IOAS_ALLOC, with: &space, as: .allocateAddressSpace)
  for (address, path) in nodes {
    let device = try DeviceNode(opening: path, as: .openDeviceNode, for: address)
    try attach(device, address, to: iommu, space: space.out_ioas_id)
    if trial.mappedAt == nil {
      try mapOnePage(
        in: iommu, space: space.out_ioas_id, avoiding: group.reservedRegions ?? [], into: &trial)
    }
    trial.devices.append(try interrogate(device, address))
  }
}

let iommufdPath = "/dev/iommu"

/// Closing the device's node undoes both.
private func attach(
  _ device: borrowing DeviceNode, _ address: PCIAddress, to iommu: borrowing DeviceNode, space: UInt32
) throws(VFIORefusal) {
  var bind = linux_vfio_device_bind_iommufd()
  bind.argsz = size(of: linux_vfio_device_bind_iommufd.self)
  bind.iommufd = iommu.descriptor
  try device.ask(LINUX_VFIO_DEVICE_BIND_IOMMUFD, with: &bind, as: .bindDevice, for: address)
  var attach = linux_vfio_device_attach_iommufd_pt()
  attach.argsz = size(of: linux_vfio_device_attach_iommufd_pt.self)
  attach.pt_id = space
  try device.ask(LINUX_VFIO_DEVICE_ATTACH_IOMMUFD_PT, with: &attach, as: .attachDevice, for: address)
}

private func mapOnePage(
  in iommu: borrowing DeviceNode, space: UInt32, avoiding regions: [ReservedRegion],
  into trial: inout VFIOTrial
) throws(VFIORefusal) {
  guard let page = TestPage(),
    let address = freeIOAddress(avoiding: regions, pageSize: UInt64(page.size))
  else { throw VFIORefusal(.mapPage, iommu.path, .ENOMEM) }
  var map = linux_iommu_ioas_map()
  map.size = size(of: linux_iommu_ioas_map.self)
  map.flags = LINUX_IOMMU_IOAS_MAP_HERE
  map.ioas_id = space
  map.user_va = page.address
  map.length = UInt64(page.size)
  map.iova = address
  try iommu.ask(LINUX_IOMMU_IOAS_MAP, with: &map, as: .mapPage)
  var unmap = linux_iommu_ioas_unmap()
  unmap.size = size(of: linux_iommu_ioas_unmap.self)
  unmap.ioas_id = space
  unmap.iova = address
  unmap.length = UInt64(page.size)
  try iommu.ask(LINUX_IOMMU_IOAS_UNMAP, with: &unmap, as: .unmapPage)
  guard unmap.length == UInt64(page.size) else { throw VFIORefusal(.unmapPage, iommu.path, .EINVAL) }
  trial.mappedAt = address
}
