import HostFiles
import HostModel

/// What the host lives on: for each PCI function what it is used for, and what of that could not
/// be measured.
package func surveyHostUses(_ root: HostRoot, devices: [PCIDevice]) -> HostUses {
  let places = PCIPlaces(devices)
  var uses = StorageUses.survey(root, places)
  uses.formUnion(NetworkUses.survey(root, places))
  uses.formUnion(DisplayUses.survey(root, places, devices))
  uses.formUnion(PeripheralUses.survey(root, places))
  uses.formUnion(SharedFolderUses.survey(root, places))
  uses.sort()
  return uses
}
