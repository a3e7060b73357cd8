import Glibc
import HostFiles
import HostModel

/// dev/kvm. Only the running host's device is opened.
func surveyKVMDevice(_ root: HostRoot) -> Observed<KVMDevice> {
  let path = "dev/kvm"
  do throws(HostFileError) {
    switch try root.kind(at: path) {
    case .characterDevice?: break
    case nil:
      // An unpacked image has a dev that says nothing about the host that it will be.
      guard root.isRunningHost || root.exists("proc/version") else {
        return .unreadable(source: path, reason: "only a running host has it")
      }
      return .absent(source: path)
    default: return .unreadable(source: path, reason: "it is no character device")
    }
  } catch {
    return .unreadable(source: path, reason: error.reason)
  }
  let group = groupName(owning: path, root)
  do throws(HostFileError) {
    return .found(KVMDevice(canOpen: try root.tryOpeningDevice(at: path), owningGroup: group), source: path)
  } catch {
    return .found(KVMDevice(canOpen: false, openError: error.reason, owningGroup: group), source: path)
  }
}

/// The name in etc/group of the group that owns the file.
private func groupName(owning path: String, _ root: HostRoot) -> String? {
  guard let id = (try? root.owningGroup(at: path)) ?? nil,
    let groups = (try? root.bytes(at: "etc/group")) ?? nil
  else { return nil }
  for line in groups.lines {
    let fields = line.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    if fields.count >= 3, UInt32(fields[2].text) == id { return fields[0].text }
  }
  return nil
}

/// The QEMU programs that run guests of x86 hosts, where distributions put them. usr/bin is not
/// listed: it has thousands of names.
func surveyQEMU(_ root: HostRoot) -> Observed<[String]> {
  let places = [
    "usr/bin/qemu-system-x86_64", "usr/bin/qemu-kvm", "usr/libexec/qemu-kvm", "usr/bin/kvm",
    "usr/lib/qemu/qemu-kvm", "usr/local/bin/qemu-system-x86_64", "usr/bin/qemu-system-aarch64",
    "run/current-system/sw/bin/qemu-system-x86_64",  // NixOS
  ]
  guard root.exists("usr/bin") || root.exists("usr/libexec") else {
    return .unreadable(source: "usr/bin", reason: "there is no such directory")
  }
  let programs = places.filter(root.exists)
  return programs.isEmpty ? .absent(source: "usr/bin") : .found(programs, source: programs[0])
}

/// libvirt's daemons, and the socket of one that runs or that systemd holds open for it.
func surveyLibvirt(_ root: HostRoot) -> Observed<LibvirtState> {
  let daemons = ["usr/sbin/virtqemud", "usr/sbin/libvirtd", "usr/bin/virtqemud", "usr/bin/libvirtd"].filter(
    root.exists)
  guard root.exists("usr/sbin") || root.exists("usr/bin") else {
    return .unreadable(source: "usr/sbin", reason: "there is no such directory")
  }
  guard !daemons.isEmpty else { return .absent(source: "usr/sbin") }
  let sockets = ["run/libvirt/virtqemud-sock", "run/libvirt/libvirt-sock", "var/run/libvirt/libvirt-sock"]
  return .found(
    LibvirtState(daemons: daemons, runningSocket: sockets.first(where: root.exists)), source: daemons[0])
}

/// RLIMIT_MEMLOCK of this process; another root has none.
func surveyMemlock(_ root: HostRoot) -> Observed<MemlockLimits> {
  let source = "proc/self/limits"
  let answer = root.probed("memlock") {
    guard root.isRunningHost else { return nil }
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(8), &limit) == 0 else { return nil }  // RLIMIT_MEMLOCK
    return "\(limit.rlim_cur) \(limit.rlim_max) \(mayLockAnyMemory(root) ? 1 : 0)"
  }
  let numbers = (answer ?? "").split(separator: " ").compactMap { UInt64($0) }
  guard numbers.count == 3 else {
    return .unreadable(source: source, reason: "only a running host has it")
  }
  // RLIM_INFINITY is all ones.
  let bytes = { (value: UInt64) in value == .max ? nil : value }
  return .found(
    MemlockLimits(softLimit: bytes(numbers[0]), hardLimit: bytes(numbers[1]), isPrivileged: numbers[2] == 1),
    source: source)
}

/// CAP_IPC_LOCK (bit 14 of the effective capabilities) lifts the limit; root in a container may lack it.
private func mayLockAnyMemory(_ root: HostRoot) -> Bool {
  for line in ((try? root.bytes(at: "proc/self/status")) ?? [])?.lines ?? []
  where line.starts(with: "CapEff:".utf8) {
    return UInt64(line.dropFirst(7).trimmed.text, radix: 16).map { $0 & (1 << 14) != 0 } ?? false
  }
  return geteuid() == 0
}
