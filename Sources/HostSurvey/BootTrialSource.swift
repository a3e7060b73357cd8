import HostFiles
import HostModel

/// Looks at what GRUB reads beside its grub.cfg, and at what that stands on. Absent where the host does not boot
/// through a grub.cfg.
///
/// - Parameter running: the kernel's own command line, which tells whether a trial is over.
package func surveyBootTrial(
  _ root: HostRoot, _ bootLoader: Observed<BootLoaderEvidence>, running: KernelCommandLine?
) -> Observed<BootTrialEvidence> {
  guard let loader = bootLoader.value else {
    return .unreadable(
      source: bootLoader.source, reason: bootLoader.unreadableReason ?? "the boot loader is not known")
  }
  guard let path = BootLayout(loader).configPath else { return .absent(source: "boot/grub/grub.cfg") }
  do throws(HostFileError) {
    guard let config = try root.bytes(at: path) else { return .absent(source: path) }
    let folder = path.split(separator: "/").dropLast().joined(separator: "/")
    var found = BootTrialEvidence(folder: folder, config: config)
    found.custom = try root.bytes(at: found.customPath)
    found.environmentIsLink = try root.linkTarget(at: found.environmentPath) != nil
    if try root.kind(at: found.environmentPath) == .file {
      found.environment = try root.bytes(at: found.environmentPath)
    }
    found.hasDracut = root.exists("usr/lib/dracut")
    if let mount = MountedState(root).mount(holding: "/" + found.environmentPath) {
      found.fileSystem = mount.type
      found.layers = mount.deviceNumber.map { layers("sys/dev/block/\($0)", root) } ?? []
    }
    if let trial = found.trial(running: running), trial.outcome == .fellBack {
      found.end = TrialEndSource(root: root, trial: trial, preparedAt: found.customPath).read()
    }
    return .found(found, source: found.customPath)
  } catch {
    return .unreadable(source: error.path, reason: error.reason)
  }
}

/// What lies below a block device, down to the disks; each kind once. Depth is limited: a broken sysfs may loop.
private func layers(_ device: String, _ root: HostRoot, depth: Int = 0) -> [String] {
  guard depth < 8 else { return [] }
  var layers: [String] = []
  func add(_ layer: String) { if !layers.contains(layer) { layers.append(layer) } }
  // A partition of an array lies in the array's own directory.
  for path in [device, device + "/.."] where path == device || root.exists(device + "/partition") {
    if root.exists(path + "/md") { add("a RAID") }
    if let mapping = (try? root.line(at: path + "/dm/uuid")) ?? nil {
      add(
        mapping.hasPrefix("CRYPT-")
          ? "an encrypted disk" : mapping.hasPrefix("LVM-") ? "LVM" : "a mapped disk")
    }
    for name in (try? root.names(in: path + "/slaves")) ?? nil ?? [] {
      for layer in walk(name) { add(layer) }
    }
  }
  return layers

  func walk(_ name: String) -> [String] {
    HostSurvey.layers("sys/class/block/" + name, root, depth: depth + 1)
  }
}
