import HostFiles
import HostModel
import Testing

@testable import HostSurvey

/// Every source on small recorded roots: found, absent, and unreadable are three answers.
struct SourcesTests {
  private func root(_ files: [String: String], directories: [String] = []) -> HostRoot {
    var entries = files.mapValues { RecordedFiles.Entry.file(Array($0.utf8)) }
    for directory in directories { entries[directory] = .directory }
    return HostRoot(recording: RecordedFiles(entries), name: "test")
  }

  @Test func nothingIsMeasuredOnAnEmptyRoot() {
    let evidence = surveyHost(root([:]))
    #expect(evidence.processors.unreadableReason != nil)
    #expect(evidence.iommuUnits.unreadableReason == "sysfs is not mounted")
    #expect(evidence.iommuGroups.unreadableReason != nil)
    #expect(evidence.pciDevices.unreadableReason != nil)
    #expect(evidence.acpiTableNames.unreadableReason == "sysfs is not mounted")
    #expect(evidence.commandLine.unreadableReason != nil)
    #expect(evidence.lockdown.unreadableReason != nil)
    #expect(evidence.secureBoot.unreadableReason != nil)
    #expect(evidence.firmwareKind.unreadableReason != nil)
    #expect(evidence.xen.unreadableReason != nil)
    #expect(evidence.loadedModules.unreadableReason != nil)
    #expect(evidence.vfioModules.unreadableReason != nil)
    #expect(evidence.kvmDevice.unreadableReason != nil)
    #expect(evidence.qemuPrograms.unreadableReason != nil)
    #expect(evidence.libvirt.unreadableReason != nil)
    #expect(evidence.memlock.unreadableReason != nil)
  }

  @Test func sysfsWithoutAnIOMMUIsAnAnswer() {
    let evidence = surveyHost(
      root([:], directories: ["sys/kernel/mm", "sys/class", "sys/firmware/acpi/tables"]))
    #expect(evidence.iommuUnits == .absent(source: "sys/class/iommu"))
    #expect(evidence.iommuGroups.unreadableReason == nil)
    #expect(evidence.acpiTableNames == .found([], source: "sys/firmware/acpi/tables"))
    #expect(evidence.dmar == .absent(source: "sys/firmware/acpi/tables/DMAR"))
    #expect(evidence.firmwareKind == .found(.bios, source: "sys/firmware/efi"))
    #expect(evidence.secureBoot == .absent(source: "sys/firmware/efi"))
  }

  @Test(arguments: [
    ("[none] integrity confidentiality\n", LockdownMode.none),
    ("none [integrity] confidentiality\n", .integrity),
    ("none integrity [confidentiality]\n", .confidentiality),
  ])
  func lockdown(text: String, mode: LockdownMode) {
    #expect(surveyLockdown(root(["sys/kernel/security/lockdown": text])).value == mode)
  }

  @Test func lockdownIsUnknownWithoutSecurityfs() {
    #expect(
      surveyLockdown(root([:], directories: ["sys/kernel/security"])).unreadableReason
        == "securityfs is not mounted")
    #expect(
      surveyLockdown(root(["sys/kernel/security/lsm": "x"]))
        == .absent(source: "sys/kernel/security/lockdown"))
    #expect(surveyLockdown(root(["sys/kernel/security/lockdown": "]["])).unreadableReason != nil)
  }

  @Test func aKernelBuiltWithoutLockdownHasNone() {
    let root = root([:], directories: ["sys/kernel/security"])
    let without = KernelConfiguration(options: ["VFIO": "m"])
    let with = KernelConfiguration(options: ["SECURITY_LOCKDOWN_LSM": "y"])
    #expect(surveyLockdown(root, configuration: without) == .absent(source: "sys/kernel/security/lockdown"))
    #expect(surveyLockdown(root, configuration: with).unreadableReason == "securityfs is not mounted")
  }

  static let secureBoot = "sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
  static let shim = "sys/firmware/efi/efivars/MokSBStateRT-605dab50-e046-4300-abb6-3dd810dd8b23"

  @Test func secureBootAsTheKernelSeesIt() {
    let on = "\u{6}\0\0\0\u{1}"
    #expect(surveySecureBoot(root([Self.secureBoot: on])).value == true)
    #expect(surveySecureBoot(root([Self.secureBoot: "\u{6}\0\0\0\0"])).value == false)
    #expect(
      surveySecureBoot(root([Self.secureBoot: on, Self.shim: on])).value == false, "shim does not validate")
    #expect(surveySecureBoot(root([Self.secureBoot: ""])).unreadableReason != nil)
    #expect(
      surveySecureBoot(root([:], directories: ["sys/kernel", "sys/firmware/efi"])).unreadableReason != nil)
  }

  @Test(arguments: [
    ("QEMU", "Standard PC (Q35 + ICH9, 2009)", "qemu"), ("VMware, Inc.", "VMware7,1", "vmware"),
    ("innotek GmbH", "VirtualBox", "virtualbox"), ("Microsoft Corporation", "Virtual Machine", "hyper-v"),
    ("Microsoft Corporation", "Surface Pro 7", nil), ("Xen", "HVM domU", "xen"),
    ("Amazon EC2", "m5.large", "amazon"),
    ("Amazon EC2", "m5.metal", nil), ("Amazon EC2", "c7i.metal-24xl", nil),
    ("Google", "Google Compute Engine", "google"),
    ("LENOVO", "20XW", nil), ("Red Hat", "KVM", "kvm"), ("FreeBSD", "BHYVE", "bhyve"),
  ])
  func hypervisorsByDMI(vendor: String, product: String, expected: String?) {
    let root = root([
      "sys/class/dmi/id/sys_vendor": vendor + "\n", "sys/class/dmi/id/product_name": product + "\n",
    ])
    let machine = surveyMachine(root)
    #expect(machine.value?.systemVendor == vendor)
    #expect(surveyHypervisor(root, machine: machine).value == expected)
  }

  @Test func xenRoles() {
    #expect(surveyXen(root(["proc/xen/capabilities": "control_d\n"])).value == .dom0)
    #expect(surveyXen(root(["proc/xen/capabilities": "\n"])).value == .domU)
    let features = "sys/hypervisor/properties/features"
    #expect(surveyXen(root(["sys/hypervisor/type": "xen\n", features: "00000800\n"])).value == .dom0)
    #expect(surveyXen(root(["sys/hypervisor/type": "xen\n", features: "00000705\n"])).value == .domU)
    #expect(surveyXen(root([:], directories: ["sys/kernel"])).value == XenRole.none)
  }

  @Test func containers() {
    #expect(surveyContainer(root([:])).value == ContainerKind.none)
    #expect(surveyContainer(root(["run/systemd/container": "lxc\n"])).value == .inside("lxc"))
    #expect(surveyContainer(root([".dockerenv": ""])).value == .inside("docker"))
    #expect(surveyContainer(root(["run/.containerenv": ""])).value == .inside("podman"))
    #expect(surveyContainer(root(["proc/1/environ": "PATH=/\0container=oci\0"])).value == .inside("oci"))
    #expect(
      surveyContainer(root(["proc/sys/kernel/osrelease": "4.4.0-19041-Microsoft\n"])).value == .inside("wsl"))
    #expect(surveyContainer(root(["proc/vz/version": "", "proc/bc/x": ""])).value == ContainerKind.none)
    #expect(surveyContainer(root(["proc/vz/version": ""])).value == .inside("openvz"))
  }

  @Test func osReleaseQuoting() {
    let text =
      "# x\nID=\"opensuse-leap\"\nID_LIKE='suse opensuse'\nVERSION_ID=15.5\nPRETTY_NAME=\"a \\\"b\\\" $c\"\nBROKEN\n"
    let release = surveyOSRelease(root(["usr/lib/os-release": text])).value
    #expect(
      release
        == OSRelease(
          id: "opensuse-leap", idLike: ["suse", "opensuse"], versionID: "15.5", prettyName: "a \"b\" $c"))
    #expect(surveyOSRelease(root([:])) == .absent(source: "etc/os-release"))
  }

  @Test func interruptChips() {
    let text = """
                  CPU0       CPU1
         0:          9          0  IR-IO-APIC    2-edge      timer
        24:          0          0  DMAR-MSI    0-edge      dmar0
       120:          1          2  IR-PCI-MSI-0000:00:1d.0    0-edge      nvme0q0
       NMI:          1          1   Non-maskable interrupts
       ERR:          0
      """
    let chips = surveyInterrupts(root(["proc/interrupts": text])).value
    #expect(chips == InterruptChips(remapped: 2, plain: 0, sample: "IR-IO-APIC 2-edge timer"))
    #expect(InterruptChips(parsing: Array("1: 5 IO-APIC 1-edge\n2: PCI-MSI 3".utf8)).plain == 2)
    // A machine with thousands of processors: the beginning says enough.
    let huge = "  0:" + String(repeating: " 0", count: 40_000) + " IO-APIC 2-edge timer\n"
    #expect(surveyInterrupts(root(["proc/interrupts": String(repeating: huge, count: 50)])).value?.plain == 3)
  }

  @Test func kernelRelease() {
    #expect(surveyKernelRelease(root(["proc/sys/kernel/osrelease": "6.1.0\n"])).value == "6.1.0")
    #expect(surveyKernelRelease(root(["usr/lib/modules/6.6/modules.dep": ""])).value == "6.6")
    let several = surveyKernelRelease(root(["lib/modules/6.6/x": "", "lib/modules/6.7/x": ""]))
    #expect(several.unreadableReason == "several kernels are installed and none runs: 6.6, 6.7")
  }

  @Test(arguments: ["boot/config-6.6", "usr/lib/modules/6.6/config", "usr/lib/ostree-boot/config-6.6"])
  func kernelConfiguration(place: String) {
    let text =
      "# x\nCONFIG_VFIO=m\n# CONFIG_INTEL_IOMMU_DEFAULT_ON is not set\nCONFIG_KVM=y\nCONFIG_SOUND=m\nCONFIG_\n"
    let observed = surveyKernelConfiguration(root([place: text]), release: "6.6")
    #expect(observed.source == place)
    #expect(observed.value?.options == ["VFIO": "m", "KVM": "y"])
  }

  @Test(
    .enabled(if: (try? HostRoot(directory: "/").exists("proc/config.gz")) == true, "this kernel shows none"))
  func kernelConfigurationOfTheKernelItself() throws {
    let observed = surveyKernelConfiguration(try HostRoot(directory: "/"), release: "none such")
    #expect(observed.source == "proc/config.gz")
    #expect(
      observed.value?["KVM"] != nil || observed.value?["MODULES"] != nil || observed.value?.options == [:])
  }

  @Test func kernelConfigurationThatDoesNotUnpack() {
    let observed = surveyKernelConfiguration(root(["proc/config.gz": "x"]), release: "6.6")
    #expect(observed == .unreadable(source: "proc/config.gz", reason: "it does not unpack"))
  }

  @Test func kernelConfigurationOfNoOtherKernel() {
    #expect(
      surveyKernelConfiguration(root(["boot/config-6.5": "CONFIG_VFIO=m"]), release: "6.6").value == nil)
    #expect(surveyKernelConfiguration(root([:]), release: nil).value == nil)
    #expect(surveyKernelConfiguration(root(["etc/x": ""]), release: "../etc/x").value == nil)
  }

  @Test func moduleParameters() {
    let path = "sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts"
    let survey = { surveyParameter("allow_unsafe_interrupts", of: "vfio_iommu_type1", $0) }
    #expect(survey(root([path: "Y\n"])).value == true)
    #expect(survey(root([path: "N\n"])).value == false)
    #expect(survey(root([path: "maybe\n"])).unreadableReason != nil)
    #expect(survey(root([:], directories: ["sys/kernel"])) == .absent(source: path))
  }

  @Test func kernelsWithoutModules() {
    #expect(surveyLoadedModules(root(["proc/version": "Linux"])) == .absent(source: "proc/modules"))
    #expect(surveyLoadedModules(root([:])).unreadableReason != nil)
    #expect(surveyLoadedModules(root(["proc/modules": "vfio 1 0 -\n\n  x\n"])).value == ["vfio", "x"])
  }

  @Test func qemuAndLibvirt() {
    #expect(surveyQEMU(root(["usr/bin/ls": ""])) == .absent(source: "usr/bin"))
    #expect(
      surveyQEMU(root(["usr/bin/ls": "", "usr/libexec/qemu-kvm": ""])).value == ["usr/libexec/qemu-kvm"])
    #expect(surveyLibvirt(root(["usr/sbin/ls": ""])) == .absent(source: "usr/sbin"))
    let running = surveyLibvirt(root(["usr/sbin/virtqemud": "", "run/libvirt/virtqemud-sock": ""])).value
    #expect(
      running == LibvirtState(daemons: ["usr/sbin/virtqemud"], runningSocket: "run/libvirt/virtqemud-sock"))
  }
}
