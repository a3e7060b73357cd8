import HostFiles
import HostModel

/// sys/firmware/efi is there exactly when EFI firmware started the kernel (Documentation/ABI).
func surveyFirmwareKind(_ root: HostRoot) -> Observed<FirmwareKind> {
  let path = "sys/firmware/efi"
  guard root.hasSysfs else { return .unreadable(source: path, reason: HostRoot.sysfsIsMissing) }
  return .found(root.exists(path) ? .efi : .bios, source: path)
}

/// Secure Boot, from the firmware's variable: four bytes of attributes, then 1 for on
/// (UEFI specification, 3.3). Without EFI there is none.
func surveySecureBoot(_ root: HostRoot) -> Observed<Bool> {
  let variables = "sys/firmware/efi/efivars"
  let path = variables + "/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
  guard root.hasSysfs else { return .unreadable(source: path, reason: HostRoot.sysfsIsMissing) }
  guard root.exists("sys/firmware/efi") else { return .absent(source: "sys/firmware/efi") }
  let observed = root.observeSysfs(path) { $0.count == 5 ? $0[4] == 1 : nil }
  switch observed {
  case .found(let isOn?, let source): return .found(isOn && !isValidationOff(root), source: source)
  case .found(nil, let source):
    return .unreadable(source: source, reason: "it has not the form of an EFI variable")
  case .absent(let source):
    guard let names = try? root.names(in: variables), !names.isEmpty else {
      return .unreadable(source: source, reason: "efivarfs is not mounted")
    }
    return .absent(source: source)
  case .unreadable(let source, let reason): return .unreadable(source: source, reason: reason)
  }
}

/// Whether the owner told shim not to validate (mokutil --disable-validation): the kernel then takes
/// Secure Boot for off (drivers/firmware/efi/libstub/secureboot.c). Set-up mode does the same.
private func isValidationOff(_ root: HostRoot) -> Bool {
  let variables = [
    "MokSBStateRT-605dab50-e046-4300-abb6-3dd810dd8b23", "SetupMode-8be4df61-93ca-11d2-aa0d-00e098032b8c",
  ]
  return variables.contains { name in
    let bytes = (try? root.bytes(at: "sys/firmware/efi/efivars/\(name)")) ?? nil
    return bytes.map { $0.count == 5 && $0[4] == 1 } ?? false
  }
}

/// DMI strings: who made the machine, for the names of its firmware's settings. Serial numbers are
/// never read.
func surveyMachine(_ root: HostRoot) -> Observed<MachineIdentity> {
  let directory = "sys/class/dmi/id"
  guard root.exists(directory) else {
    return root.orUnreadable(.absent(source: directory))
  }
  let read = { (name: String) -> String? in
    let text = (try? root.line(at: "\(directory)/\(name)")) ?? nil
    return text.flatMap { $0.isEmpty ? nil : $0 }
  }
  var machine = MachineIdentity()
  machine.systemVendor = read("sys_vendor")
  machine.productName = read("product_name")
  machine.boardVendor = read("board_vendor")
  machine.boardName = read("board_name")
  machine.biosVendor = read("bios_vendor")
  machine.biosVersion = read("bios_version")
  machine.biosDate = read("bios_date")
  return .found(machine, source: directory)
}
