import HostFiles
import HostModel

/// etc/passthru-doctor/bindings.conf: the devices that are to go to guests at every boot.
func surveyChosenDevices(_ root: HostRoot) -> Observed<[PCIAddress]> {
  let path = "etc/passthru-doctor/bindings.conf"
  return root.exists(path)
    ? .unreadable(source: path, reason: "its form is not known to this version") : .absent(source: path)
}
