import HostModel

/// Whether the kernel's VFIO drivers are there and can be loaded.
package enum VFIOModules: Check {
  package static let id = "vfio.modules"
  package static let stage = Stage.modules
  package static let title = "VFIO drivers"
  package static let isRequired = true
  package static let explanation = """
    VFIO is the part of the kernel that lets a program, here QEMU, drive a PCI device by itself while \
    the IOMMU keeps the device inside that program's memory. To go to a guest, a device is taken from \
    its own driver and given to vfio-pci.

    Three modules do it: vfio, vfio_pci (the driver that devices are bound to) and vfio_iommu_type1 \
    (the link to the IOMMU). Kernels before 6.2 have a fourth, vfio_virqfd. They may also be built into \
    the kernel. Loading vfio_pci brings the others along.
    """
  package static let causes = [missing, notLoaded, denylisted, notInKernel]
  private static let missing = Cause(
    "missing",
    meaning:
      "The kernel was built to have VFIO as modules, but their files are not installed, so no device can "
      + "be bound to vfio-pci.",
    cure:
      "Install the package that holds the rest of this kernel's modules; a slimmed cloud or minimal kernel "
      + "leaves them in a package of their own or out altogether.",
    mender: .person)
  private static let notLoaded = Cause(
    "not-loaded",
    meaning:
      "The modules are there but not loaded. libvirt and this program load them when a device is handed "
      + "over, but until then no device is held back from its host driver.",
    cure: "Load them now; binding a device at boot loads them by itself.",
    mender: .person)
  private static let denylisted = Cause(
    "denylisted",
    meaning:
      "The configuration of modprobe keeps a VFIO module from being loaded, so no device can be bound to "
      + "vfio-pci.",
    cure: "Remove the line from modprobe's configuration, then rebuild the initramfs, which may hold a copy.",
    mender: .person)
  private static let notInKernel = Cause(
    "not-in-kernel",
    meaning: "This kernel was built without VFIO, so it cannot hand devices to guests.",
    cure: "Boot a kernel that has CONFIG_VFIO_PCI; the distribution's ordinary kernel does.",
    mender: .person)

  /// What passthrough cannot do without; vfio_virqfd is gone since Linux 6.2.
  private static let needed = ["vfio", "vfio_pci"]
  /// The link to the IOMMU: the classic one, or the one that kernels from 6.2 on have as well.
  private static let links = ["vfio_iommu_type1", "iommufd"]

  package static func judge(_ evidence: HostEvidence) -> Verdict {
    switch evidence.vfioModules {
    case .found(let modules, let source): judge(modules, source, evidence)
    case .absent(let source):
      notInKernelVerdict(evidence)
        ?? .fail(
          missing, "No modules of this kernel are installed.", evidence: [Quote(source, "not there")],
          commands: installCommands(evidence))
    case .unreadable(let source, let reason):
      notInKernelVerdict(evidence)
        ?? .unknown(
          "The state of the VFIO modules could not be measured: \(reason).", evidence: [Quote(source, reason)]
        )
    }
  }

  private static func judge(_ modules: [ModuleState], _ source: String, _ evidence: HostEvidence) -> Verdict {
    let byName = Dictionary(modules.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    // Either link will do; the better placed one is the one to talk about.
    let link =
      links.first { byName[$0]?.isInUse == true } ?? links.first { byName[$0]?.isThere == true } ?? links[0]
    let states = (needed + [link]).map { byName[$0] ?? ModuleState(name: $0) }
    let quotes = states.map { Quote(source, $0.words) }
    if states.allSatisfy(\.isInUse) {
      let how = states.allSatisfy(\.isBuiltIn) ? "built into the kernel" : "loaded"
      return .pass("The VFIO drivers are \(how).", evidence: quotes)
    }
    let absent = states.filter { !$0.isThere }
    if !absent.isEmpty {
      return notInKernelVerdict(evidence)
        ?? .fail(
          missing, "These modules are not installed: \(absent.names).",
          evidence: absent.map { Quote(source, $0.words) }, commands: installCommands(evidence))
    }
    if let verdict = judgeObstacles(states, among: modules, source) { return verdict }
    guard evidence.loadedModules.value != nil else {
      return .pass("The VFIO drivers are installed; nothing tells whether they are loaded.", evidence: quotes)
    }
    return .warn(
      notLoaded, "The VFIO drivers are installed but not loaded.", evidence: quotes,
      commands: ["modprobe vfio-pci"])
  }

  /// The configuration, and a kernel that loads no modules at all, say that there will never be any.
  private static func notInKernelVerdict(_ evidence: HostEvidence) -> Verdict? {
    if case .found(let configuration, let source) = evidence.kernelConfiguration {
      for option in ["VFIO", "VFIO_PCI"] where configuration[option] == nil {
        return .fail(
          notInKernel, "This kernel was built without VFIO.",
          evidence: [Quote(source, "CONFIG_\(option) is not set")])
      }
    }
    if case .absent(let source) = evidence.loadedModules {
      return .fail(
        notInKernel, "This kernel has no VFIO built in and cannot load modules.",
        evidence: [Quote(source, "not there")])
    }
    return nil
  }

  /// A denylist binds what libvirt loads (modprobe -b); `install x /bin/false` binds all loading
  /// through modprobe, of what is needed by the way too.
  private static func judgeObstacles(
    _ states: [ModuleState], among modules: [ModuleState], _ source: String
  ) -> Verdict? {
    let wanted = Set(states.flatMap { [$0.name] + $0.dependencies })
    let blocked = modules.filter { module in
      wanted.contains(module.name) && !module.isInUse
        && (module.hasBlockingCommand
          || module.denylistedBy != nil && states.contains { $0.name == module.name })
    }
    guard !blocked.isEmpty else { return nil }
    return .fail(
      denylisted, "modprobe's configuration keeps these modules from loading: \(blocked.names).",
      evidence: blocked.map { Quote($0.denylistedBy ?? source, $0.obstacle) })
  }

  private static func installCommands(_ evidence: HostEvidence) -> [RemedyCommand] {
    guard let release = evidence.kernelRelease.value else { return [] }
    switch DistributionFamily(evidence.osRelease.value) {
    case .debian where evidence.osRelease.value?.id == "ubuntu":
      return ["apt install linux-modules-extra-\(release)"]
    case .fedora: return ["dnf install kernel-modules-\(release)"]
    case .suse: return ["zypper install kernel-default"]
    case .debian, .arch, nil: return []
    }
  }
}

extension [ModuleState] {
  fileprivate var names: String { map(\.name).joined(separator: ", ") }
}
