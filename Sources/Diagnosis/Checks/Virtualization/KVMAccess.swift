import HostModel

/// Whether guests can run on the processor itself.
package enum KVMAccess: Check {
  package static let id = "kvm.device"
  package static let stage = Stage.virtualization
  package static let title = "KVM"
  package static let explanation = """
    KVM is the kernel's hypervisor: through the device /dev/kvm, QEMU runs a guest directly on the \
    processor. The module kvm_intel or kvm_amd makes the device; it loads by itself where the processor \
    has virtualization and the firmware left it on.

    Without KVM a guest can still be emulated, and can even be given a device, but so slowly that \
    nobody wants it.
    """
  package static let causes = [missing, noAccess, moduleNotLoaded]
  private static let missing = Cause(
    "missing",
    meaning: "Without /dev/kvm, guests can only be emulated, which is many times slower.",
    cure:
      "Mend the processor's virtualization first (cpu.virtualization); the device then appears by itself. In "
      + "a container, the device has to be passed in.",
    mender: .person)
  private static let noAccess = Cause(
    "no-access",
    meaning:
      "/dev/kvm is there, but this user may not open it; guests started by this user will be emulated.",
    cure:
      "Add the user to the group that owns the device, then log in again. Guests of the system's libvirt do "
      + "not need this.",
    mender: .person)
  private static let moduleNotLoaded = Cause(
    "module-not-loaded",
    meaning:
      "The processor can run guests, but the kernel's module for it is not loaded, so there is no /dev/kvm.",
    cure: "Load the module; if it refuses, the kernel log says why.",
    mender: .person)

  package static func judge(_ evidence: HostEvidence) -> Verdict {
    switch evidence.kvmDevice {
    case .found(let device, let source): judge(device, source)
    case .absent(let source): judgeMissing(source, evidence)
    case .unreadable(let source, let reason):
      .unknown("Whether KVM is there could not be measured: \(reason).", evidence: [Quote(source, reason)])
    }
  }

  private static func judge(_ device: KVMDevice, _ source: String) -> Verdict {
    switch device.canOpen {
    case true?:
      .pass("KVM is there and can be used.", evidence: [Quote(source, "opens for reading and writing")])
    case nil: .pass("KVM is there.", evidence: [Quote(source, "there; not opened")])
    case false?:
      .warn(
        noAccess, "/dev/kvm cannot be opened by this user: \(device.openError ?? "refused").",
        evidence: [Quote(source, device.openError ?? "refused")],
        commands: ["usermod -aG \(device.owningGroup ?? "kvm") \"$USER\""])
    }
  }

  private static func judgeMissing(_ source: String, _ evidence: HostEvidence) -> Verdict {
    let flags = evidence.processors.value
    let module: String? =
      flags?.allHave("vmx") == true
      ? "kvm_intel" : flags?.allHave("svm") == true ? "kvm_amd" : nil
    let quote = Quote(source, "not there")
    guard let module, case .found(let loaded, let modulesSource) = evidence.loadedModules,
      !loaded.contains(module),
      evidence.container.value == ContainerKind.none, !isBuiltIn(module, evidence)
    else {
      return .fail(missing, "There is no /dev/kvm.", evidence: [quote])
    }
    return .fail(
      moduleNotLoaded, "There is no /dev/kvm, and \(module) is not loaded.",
      evidence: [quote, Quote(modulesSource, "no \(module)")], commands: ["modprobe \(module)"])
  }

  /// A module that is built in shows its parameters, and needs no loading.
  private static func isBuiltIn(_ module: String, _ evidence: HostEvidence) -> Bool {
    let option = module == "kvm_intel" ? "KVM_INTEL" : "KVM_AMD"
    return evidence.nestedVirtualization.value != nil || evidence.kernelConfiguration.value?[option] == "y"
  }
}
