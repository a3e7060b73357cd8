/// Whether a driver hands its devices to VFIO: vfio-pci, or a variant driver for one make of device
/// (mlx5_vfio_pci, hisi_acc_vfio_pci, virtio_vfio_pci; drivers/vfio/pci of Linux). All their names
/// say so.
package func isVFIODriver(_ name: String) -> Bool {
  name.utf8.split { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
    .contains { $0.elementsEqual("vfio".utf8) }
}

extension PCIDevice {
  /// Whether a guest can have it now.
  package var isOnVFIO: Bool { driver.map(isVFIODriver) ?? false }
}
