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

/// The QEMU programs where distributions put them.
func surveyQEMU(_ root: HostRoot) -> Observed<[String]> {
  let directory = "usr/bin"
  switch root.observeNames(in: directory) {
  case .found(let names, let source):
    var programs = names.filter(isSystemEmulator).map { "\(directory)/\($0)" }
    for path in ["usr/libexec/qemu-kvm", "usr/lib/qemu/qemu-kvm"] where root.exists(path) {
      programs.append(path)
    }
    return programs.isEmpty ? .absent(source: source) : .found(programs, source: source)
  case .absent(let source): return .unreadable(source: source, reason: "there is no such directory")
  case .unreadable(let source, let reason): return .unreadable(source: source, reason: reason)
  }
}

private func isSystemEmulator(_ name: String) -> Bool {
  name == "qemu-kvm" || name == "kvm" || name.hasPrefix("qemu-system-") && !name.hasSuffix("-microvm")
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
    return "\(limit.rlim_cur) \(limit.rlim_max) \(geteuid() == 0 ? 1 : 0)"
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
