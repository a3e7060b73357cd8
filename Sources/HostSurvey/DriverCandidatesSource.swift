import HostFiles
import HostModel
import KernelModules

/// Which drivers would claim each device, by its alias; each alias is looked up once.
///
/// On the running host libkmod answers with the host's own configuration; below another root the
/// kernel's text index is read (see VFIOModulesSource).
package func surveyDriverCandidates(
  _ root: HostRoot, devices: [PCIDevice]
) -> Observed<[String: DriverCandidates]> {
  guard let release = surveyKernelRelease(root).value, !release.contains("/"), release != ".." else {
    return .unreadable(source: "lib/modules", reason: "the kernel's release is not known")
  }
  let places = ["lib/modules/\(release)", "usr/lib/modules/\(release)"]
  guard let directory = places.first(where: { (try? root.kind(at: $0)) == .directory }) else {
    return .absent(source: places[0])
  }
  var kinds: [String: PCIDevice] = [:]
  for device in devices {
    if let alias = device.modalias { kinds[alias] = device }
  }
  do {
    let found =
      try root.isRunningHost ? askLibkmod(root, directory, kinds) : readIndex(root, directory, kinds)
    return .found(found, source: directory)
  } catch let error as HostFileError {
    return .unreadable(source: error.path, reason: error.reason)
  } catch {
    return .unreadable(source: directory, reason: "\(error)")
  }
}

private func askLibkmod(
  _ root: HostRoot, _ directory: String, _ kinds: [String: PCIDevice]
) throws -> [String: DriverCandidates] {
  let configuration = ModprobeFiles.directories.filter(root.exists).map { "/" + $0 }
  let kmod = try KmodContext(moduleDirectory: "/" + directory, configuration: configuration)
  return try kinds.mapValues { device in
    var result = DriverCandidates()
    let alias = device.modalias ?? ""
    result.drivers = try kmod.modules(matching: alias).map { match in
      DriverCandidates.Candidate(
        name: match.name, isDenylisted: match.isDenylisted,
        softDependencies: try kmod.module(named: match.name)?.softDependenciesBefore ?? [])
    }
    // The generic driver's alias matches everything: any other is more specific.
    let family = try kmod.modules(matching: "vfio_" + alias).map(\.name)
    result.vfioDriver = family.first { $0 != "vfio_pci" } ?? family.first
    return result
  }
}

private func readIndex(
  _ root: HostRoot, _ directory: String, _ kinds: [String: PCIDevice]
) throws(HostFileError) -> [String: DriverCandidates] {
  let list = "\(directory)/modules.alias"
  guard let index = try root.bytes(at: list) else {
    throw HostFileError("reading", list, code: HostFileError.noSuchFile)
  }
  let configuration = ModprobeFiles.read(root)
  var result = kinds.mapValues { _ in DriverCandidates() }
  var best: [String: Int] = [:]
  var rest = index[...]
  while !rest.isEmpty {
    let line = rest.prefix { $0 != 0x0a }
    rest = rest.dropFirst(line.count + 1)
    let isVFIO = line.starts(with: "alias vfio_pci:".utf8)
    guard isVFIO || line.starts(with: "alias pci:".utf8) else { continue }
    let words = line.words
    guard words.count == 3, let colon = words[1].firstIndex(of: UInt8(ascii: ":")),
      let alias = PCIAlias(words[1][(colon + 1)...])
    else { continue }
    let name = ModprobeConfiguration.canonicalName(words[2])
    for (key, device) in kinds where alias.matches(device) {
      if isVFIO {
        guard alias.specificity >= best[key] ?? 0 else { continue }
        best[key] = alias.specificity
        result[key]?.vfioDriver = name
      } else if result[key]?.drivers.contains(where: { $0.name == name }) == false {
        result[key]?.drivers.append(
          DriverCandidates.Candidate(
            name: name, isDenylisted: configuration.denylist[name] != nil,
            softDependencies: configuration.softDependencies[name] ?? []))
      }
    }
  }
  return result
}
