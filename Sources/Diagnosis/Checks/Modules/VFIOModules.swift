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
    mender: .program)
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
  private static let needed = ["vfio", "vfio_pci", "vfio_iommu_type1"]

  package static func judge(_ evidence: HostEvidence) -> Verdict {
    if evidence.kernelConfiguration.value.map(lacksVFIO) == true {
      let source = evidence.kernelConfiguration.source
      return .fail(
        notInKernel, "This kernel has no VFIO.", evidence: [Quote(source, "CONFIG_VFIO_PCI is not set")])
    }
    switch evidence.vfioModules {
    case .found(let modules, let source): return judge(modules, source, evidence)
    case .absent(let source):
      return .fail(
        missing, "No modules of this kernel are installed.", evidence: [Quote(source, "not there")],
        commands: installCommands(evidence))
    case .unreadable(let source, let reason):
      return .unknown(
        "The state of the VFIO modules could not be measured: \(reason).", evidence: [Quote(source, reason)])
    }
  }

  private static func lacksVFIO(_ configuration: KernelConfiguration) -> Bool {
    configuration["VFIO"] == nil || configuration["VFIO_PCI"] == nil
  }

  private static func judge(_ modules: [ModuleState], _ source: String, _ evidence: HostEvidence) -> Verdict {
    let byName = Dictionary(modules.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    let states = needed.map { byName[$0] ?? ModuleState(name: $0) }
    if states.allSatisfy({ $0.isLoaded || $0.isBuiltIn }) {
      return .pass("The VFIO drivers are loaded.", evidence: states.map { Quote(source, $0.words) })
    }
    let absent = states.filter { !$0.isPresent && !$0.isBuiltIn && !$0.isLoaded }
    if !absent.isEmpty {
      return .fail(
        missing, "These modules are not installed: \(absent.names).",
        evidence: absent.map { Quote(source, $0.words) },
        commands: installCommands(evidence))
    }
    if let verdict = judgeObstacles(states.filter { !$0.isLoaded && !$0.isBuiltIn }, source) {
      return verdict
    }
    return .warn(
      notLoaded, "The VFIO drivers are installed but not loaded.",
      evidence: states.map { Quote(source, $0.words) },
      commands: ["passthru-doctor modules load"])
  }

  /// Denylists bind loading by alias; `install x /bin/false` binds all loading through modprobe.
  private static func judgeObstacles(_ states: [ModuleState], _ source: String) -> Verdict? {
    let blocked = states.filter { $0.denylistedBy != nil || $0.installCommand != nil }
    guard !blocked.isEmpty else { return nil }
    return .fail(
      denylisted, "modprobe's configuration keeps these modules from loading: \(blocked.names).",
      evidence: blocked.map { Quote($0.denylistedBy ?? source, $0.obstacle) })
  }

  private static func installCommands(_ evidence: HostEvidence) -> [String] {
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

extension ModuleState {
  fileprivate var words: String {
    let state =
      isBuiltIn ? "built in" : isLoaded ? "loaded" : isPresent ? "installed, not loaded" : "not installed"
    return "\(name): \(state)"
  }

  fileprivate var obstacle: String {
    if let installCommand { return "install \(name) \(installCommand)" }
    return "blacklist \(name)"
  }
}

extension [ModuleState] {
  fileprivate var names: String { map(\.name).joined(separator: ", ") }
}
