import HostFiles
import HostModel

/// The part this kernel plays below Xen.
func surveyXen(_ root: HostRoot) -> Observed<XenRole> {
  let capabilities = "proc/xen/capabilities"
  if let text = (try? root.line(at: capabilities)) ?? nil {
    return .found(text.contains("control_d") ? .dom0 : .domU, source: capabilities)
  }
  let type = root.observeSysfs("sys/hypervisor/type") { $0.trimmed.text }
  switch type {
  case .found("xen", let source):
    // Bit 11 of the features marks the initial domain (XENFEAT_dom0, include/xen/interface/features.h).
    let features = ((try? root.line(at: "sys/hypervisor/properties/features")) ?? nil).flatMap {
      UInt64($0, radix: 16)
    }
    return .found(features.map { $0 & (1 << 11) != 0 } == true ? .dom0 : .domU, source: source)
  case .found(_, let source), .absent(let source): return .found(.none, source: source)
  case .unreadable(let source, let reason): return .unreadable(source: source, reason: reason)
  }
}

/// The hypervisor that this machine runs below, from sys/hypervisor or DMI; absent on what looks
/// like bare metal.
func surveyHypervisor(_ root: HostRoot, machine: Observed<MachineIdentity>) -> Observed<String> {
  if let type = (try? root.line(at: "sys/hypervisor/type")) ?? nil, !type.isEmpty {
    return .found(type, source: "sys/hypervisor/type")
  }
  switch machine {
  case .found(let identity, let source):
    return identity.hypervisor.map { .found($0, source: source) } ?? .absent(source: source)
  case .absent(let source): return .absent(source: source)
  case .unreadable(let source, let reason): return .unreadable(source: source, reason: reason)
  }
}

extension MachineIdentity {
  /// The hypervisor whose virtual machines carry these strings (systemd's src/basic/virt.c lists
  /// them); nil for real machines.
  var hypervisor: String? {
    let fields = [systemVendor, productName, boardVendor, biosVendor].compactMap { $0?.lowercased() }
    let begins = { (word: String) in fields.contains { $0.hasPrefix(word) } }
    if begins("qemu") || begins("seabios") || begins("bochs") { return "qemu" }
    if begins("kvm") || begins("red hat") && begins("rhev") { return "kvm" }
    if begins("vmware") || begins("vmw") { return "vmware" }
    if begins("innotek gmbh") || begins("virtualbox") { return "virtualbox" }
    if begins("xen") || begins("hvm domu") { return "xen" }
    if begins("parallels") { return "parallels" }
    if begins("bhyve") { return "bhyve" }
    if begins("openstack") || begins("kubevirt") { return "kvm" }
    if begins("microsoft corporation"), fields.contains("virtual machine") { return "hyper-v" }
    if begins("google compute engine") { return "google" }
    if begins("apple virtualization") { return "apple" }
    if begins("nutanix"), fields.contains("ahv") { return "nutanix" }
    // Bare-metal instances carry the same vendor.
    if begins("amazon ec2"), !fields.contains(where: { $0.hasSuffix(".metal") || $0.contains("metal-") }) {
      return "amazon"
    }
    return nil
  }
}

/// The container that this root runs in. Only the running host can be inside one.
func surveyContainer(_ root: HostRoot) -> Observed<ContainerKind> {
  if let kind = (try? root.line(at: "run/systemd/container")) ?? nil {
    return .found(.inside(kind.isEmpty ? "a container" : kind), source: "run/systemd/container")
  }
  if root.exists(".dockerenv") { return .found(.inside("docker"), source: ".dockerenv") }
  if root.exists("run/.containerenv") { return .found(.inside("podman"), source: "run/.containerenv") }
  // OpenVZ has proc/vz in its containers and proc/bc on the host alone.
  if root.exists("proc/vz"), !root.exists("proc/bc") { return .found(.inside("openvz"), source: "proc/vz") }
  if let release = (try? root.line(at: "proc/sys/kernel/osrelease")) ?? nil {
    // WSL 1 has no Linux kernel: its proc and sys are imitations. WSL 2 is a virtual machine.
    if release.hasSuffix("-Microsoft") { return .found(.inside("wsl"), source: "proc/sys/kernel/osrelease") }
  }
  if let environment = (try? root.bytes(at: "proc/1/environ")) ?? nil {
    for variable in environment.split(separator: 0) where variable.starts(with: "container=".utf8) {
      return .found(.inside(variable.dropFirst(10).text), source: "proc/1/environ")
    }
  }
  return .found(.none, source: "run/systemd/container")
}

/// os-release(5): etc first, then usr/lib.
func surveyOSRelease(_ root: HostRoot) -> Observed<OSRelease> {
  for path in ["etc/os-release", "usr/lib/os-release"] {
    let observed = root.observe(path) { bytes throws(HostFileError) in OSRelease(parsing: bytes) }
    if case .absent = observed { continue }
    return observed
  }
  return .absent(source: "etc/os-release")
}

extension OSRelease {
  /// Shell assignments; quotes are taken off, nothing is executed.
  package init(parsing bytes: [UInt8]) {
    var values: [String: String] = [:]
    for line in bytes.lines {
      let line = line.trimmed
      guard line.first != UInt8(ascii: "#"), let equals = line.firstIndex(of: UInt8(ascii: "=")) else {
        continue
      }
      values[line[..<equals].text] = Self.unquoted(line[(equals + 1)...])
    }
    self.init(
      id: (values["ID"] ?? "linux").lowercased(),
      idLike: (values["ID_LIKE"] ?? "").lowercased().split(separator: " ").map(String.init),
      versionID: values["VERSION_ID"].flatMap { $0.isEmpty ? nil : $0 },
      prettyName: values["PRETTY_NAME"].flatMap { $0.isEmpty ? nil : $0 })
  }

  private static func unquoted(_ value: ArraySlice<UInt8>) -> String {
    guard let quote = value.first, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'"),
      value.count >= 2,
      value.last == quote
    else { return value.text }
    var result: [UInt8] = []
    var rest = value.dropFirst().dropLast()
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\""), let escaped = rest.popFirst() {
        result.append(escaped)
      } else {
        result.append(byte)
      }
    }
    return result.text
  }
}
