import HostFiles
import HostModel

/// proc/sys/kernel/osrelease: the running kernel; below another root without proc, the one kernel
/// whose modules are installed.
func surveyKernelRelease(_ root: HostRoot) -> Observed<String> {
  let path = "proc/sys/kernel/osrelease"
  let running = root.observeProc(path) { $0.trimmed.text }
  guard running.value == nil, !root.isRunningHost else { return running }
  for directory in ["lib/modules", "usr/lib/modules"] {
    guard let releases = root.observeNames(in: directory).value, let release = releases.first else {
      continue
    }
    guard releases.count == 1 else {
      let list = releases.prefix(4).joined(separator: ", ")
      return .unreadable(source: directory, reason: "several kernels are installed and none runs: \(list)")
    }
    return .found(release, source: directory)
  }
  return running
}

/// proc/cmdline: the arguments that this kernel was started with.
func surveyCommandLine(_ root: HostRoot) -> Observed<KernelCommandLine> {
  root.observeProc("proc/cmdline") { KernelCommandLine(parsing: $0) }
}

/// The options that the kernel was built with: where distributions put them, or as the kernel itself
/// shows them (CONFIG_IKCONFIG_PROC; the only place on Arch Linux and NixOS).
func surveyKernelConfiguration(_ root: HostRoot, release: String?) -> Observed<KernelConfiguration> {
  guard let release, !release.contains("/"), !release.isEmpty else {
    return .unreadable(source: "boot", reason: "the kernel's release is not known")
  }
  let places = [
    "boot/config-\(release)", "usr/lib/modules/\(release)/config", "lib/modules/\(release)/config",
    "lib/modules/\(release)/build/.config",
    "usr/lib/kernel/config-\(release)", "usr/lib/ostree-boot/config-\(release)",
  ]
  var failure: Observed<KernelConfiguration>?
  for place in places {
    let observed = root.observe(place) { bytes throws(HostFileError) in KernelConfiguration(parsing: bytes) }
    if observed.value != nil { return observed }
    if observed.unreadableReason != nil, failure == nil { failure = observed }
  }
  let packed = "proc/config.gz"
  switch root.observe(packed, { bytes throws(HostFileError) in try? gunzip(bytes) }) {
  case .found(let text?, let source): return .found(KernelConfiguration(parsing: text), source: source)
  case .found(nil, let source): return .unreadable(source: source, reason: "it does not unpack")
  case .unreadable(let source, let reason): return failure ?? .unreadable(source: source, reason: reason)
  case .absent:
    let reason = "neither a config-\(release) nor /\(packed) is there"
    return failure ?? .unreadable(source: places[0], reason: reason)
  }
}

/// sys/kernel/security/lockdown: `none [integrity] confidentiality`, the brackets around what holds.
func surveyLockdown(
  _ root: HostRoot, configuration: KernelConfiguration? = nil
) -> Observed<LockdownMode> {
  let path = "sys/kernel/security/lockdown"
  let observed = root.observeSysfs(path) { LockdownMode(parsing: $0) }
  switch observed {
  case .found(let mode?, let source): return .found(mode, source: source)
  case .found(nil, let source): return .unreadable(source: source, reason: "it names no mode that is known")
  case .absent(let source):
    // Without securityfs the file is missing although the kernel may be locked down.
    guard let files = try? root.names(in: "sys/kernel/security"), !files.isEmpty else {
      if let configuration, configuration["SECURITY_LOCKDOWN_LSM"] == nil { return .absent(source: source) }
      return .unreadable(source: source, reason: "securityfs is not mounted")
    }
    return .absent(source: source)
  case .unreadable(let source, let reason): return .unreadable(source: source, reason: reason)
  }
}

extension LockdownMode {
  fileprivate init?(parsing bytes: [UInt8]) {
    guard let open = bytes.firstIndex(of: UInt8(ascii: "[")),
      let close = bytes[open...].firstIndex(of: UInt8(ascii: "]"))
    else { return nil }
    self.init(rawValue: bytes[(open + 1)..<close].text)
  }
}

extension KernelConfiguration {
  /// Lines `CONFIG_NAME=value`; an option that is not set stands in a comment.
  package init(parsing bytes: [UInt8]) {
    var options: [String: String] = [:]
    let prefix = Array("CONFIG_".utf8)
    for line in bytes.split(separator: 0x0a) where line.starts(with: prefix) {
      guard Self.isOfInterest(line.dropFirst(prefix.count)),
        let equals = line.firstIndex(of: UInt8(ascii: "="))
      else { continue }
      let value = line[(equals + 1)...].trimmed
      options[line[(line.startIndex + prefix.count)..<equals].text] =
        (value.first == UInt8(ascii: "\"") && value.count > 1 ? value.dropFirst().dropLast() : value).text
    }
    self.init(options: options)
  }

  /// A configuration has ten thousand options; only those that some check asks about are kept.
  private static func isOfInterest(_ name: ArraySlice<UInt8>) -> Bool {
    subjects.contains { name.starts(with: $0) }
  }

  private static let subjects = [
    "INTEL_IOMMU", "AMD_IOMMU", "IOMMU", "IRQ_REMAP", "VFIO", "KVM", "VIRTIO_IOMMU", "ARM_SMMU", "MODULE",
    "SECURITY_LOCKDOWN", "LOCK_DOWN", "LOG_BUF_SHIFT", "DMAR_TABLE",
  ].map { Array($0.utf8) }
}
