import Glibc
import HostFiles
import HostModel
import KernelModules
import TestHosts
import Testing

@testable import HostSurvey

struct VFIOModulesSourceTests {
  let scratch: ScratchDirectory
  static let directory = "usr/lib/modules/6.6.1"

  init() throws {
    scratch = try ScratchDirectory()
    scratch.link("lib", to: "/usr/lib")
    scratch.file("proc/version", "Linux version 6.6.1\n")
    scratch.file("proc/modules", "vfio 65536 1 - Live 0x0\nirqbypass 12288 0 - Live 0x0\n")
    scratch.file("proc/cmdline", "quiet\n")
    ModuleTree.vfio.write(to: Self.directory, of: scratch)
  }

  private func survey(_ change: (inout HostEvidence) -> Void = { _ in }) throws -> Observed<[ModuleState]> {
    let root = try HostRoot(directory: scratch.path)
    var evidence = HostEvidence(root: root.name, isRunningHost: false)
    evidence.kernelRelease = .found("6.6.1", source: "proc/sys/kernel/osrelease")
    evidence.loadedModules = surveyLoadedModules(root)
    evidence.commandLine = surveyCommandLine(root)
    change(&evidence)
    return VFIOModulesSource(root, evidence).survey()
  }

  private func module(_ name: String, _ change: (inout HostEvidence) -> Void = { _ in }) throws
    -> ModuleState?
  {
    try survey(change).value?.first { $0.name == name }
  }

  @Test func seesWhatIsThereAndWhatIsLoaded() throws {
    let observed = try survey()
    #expect(observed.source == "lib/modules/6.6.1")
    #expect(
      observed.value?.map(\.name) == [
        "vfio", "vfio_pci", "vfio_pci_core", "vfio_iommu_type1", "iommufd", "irqbypass",
      ])
    let pci = try #require(try module("vfio_pci"))
    #expect(pci.isPresent && !pci.isLoaded && !pci.isBuiltIn && pci.denylistedBy == nil)
    #expect(pci.dependencies == ["iommufd", "vfio", "irqbypass", "vfio_pci_core"])
    #expect(try module("vfio")?.isLoaded == true)
    #expect(try module("vfio")?.softDependencies == ["vfio_iommu_type1", "vfio_iommu_spapr_tce"])
  }

  /// The index outlives a file that was removed.
  @Test func aFileThatIsGoneIsNotPresent() throws {
    scratch.remove("\(Self.directory)/kernel/vfio-pci.ko")
    #expect(try module("vfio_pci")?.isPresent == false)
  }

  @Test func knowsWhatIsBuiltIn() throws {
    ModuleTree([], builtIn: ["vfio", "vfio-pci"]).write(to: Self.directory, of: scratch)
    #expect(try module("vfio_pci")?.isBuiltIn == true)
    #expect(try module("iommufd") == nil)
  }

  @Test func readsTheRootsOwnConfiguration() throws {
    scratch.file("etc/modprobe.d/a.conf", "# blacklist vfio\nblacklist \\\n  vfio-pci\n")
    scratch.file(
      "usr/lib/modprobe.d/b.conf", "install irqbypass /bin/false\nsoftdep vfio-pci pre: kvm post: vfio\n")
    scratch.file("usr/lib/modprobe.d/hidden.conf", "blacklist iommufd\n")
    scratch.link("etc/modprobe.d/hidden.conf", to: "/dev/null")
    #expect(try module("vfio_pci")?.denylistedBy == "etc/modprobe.d/a.conf")
    #expect(try module("vfio_pci")?.softDependencies == ["kvm", "vfio"])
    #expect(try module("vfio")?.denylistedBy == nil)
    #expect(try module("irqbypass")?.installCommand == "/bin/false")
    #expect(try module("iommufd")?.denylistedBy == nil, "etc hides usr/lib's file of the same name")
  }

  @Test(arguments: ["modprobe.blacklist=nouveau,vfio-pci", "module_blacklist=vfio_pci"])
  func readsTheCommandLine(argument: String) throws {
    scratch.file("proc/cmdline", "quiet \(argument)\n")
    #expect(try module("vfio_pci")?.denylistedBy == "proc/cmdline")
    #expect(try module("vfio")?.denylistedBy == nil)
  }

  @Test func parametersGiveAwayWhatIsBuiltIn() throws {
    scratch.directory("sys/module/vfio_pci/parameters")
    scratch.directory("sys/module/vfio")
    let observed = try survey { $0.kernelRelease = .found("other", source: "") }
    #expect(observed.value?.first { $0.name == "vfio_pci" }?.isBuiltIn == true)
    #expect(observed.value?.first { $0.name == "vfio" }?.isLoaded == true, "proc/modules has it")
    #expect(
      try module("vfio_pci") { $0.loadedModules = .unreadable(source: "proc/modules", reason: "") }?.isBuiltIn
        == false)
  }

  @Test func saysWhyItCannotTell() throws {
    #expect(
      try survey { $0.kernelRelease = .found("other", source: "") } == .absent(source: "lib/modules/other"))
    #expect(
      try survey {
        $0.kernelRelease = .found("other", source: "")
        $0.container = .found(.inside("docker"), source: ".dockerenv")
      }.unreadableReason?.contains("container") == true)
    #expect(
      try survey { $0.kernelRelease = .unreadable(source: "proc", reason: "denied") }.unreadableReason
        == "denied")
    #expect(try survey { $0.kernelRelease = .found("../../etc", source: "") }.value == nil)
    scratch.remove("\(Self.directory)/modules.dep")
    #expect(try survey().unreadableReason == "no such file or directory")
  }

  /// The two ways of looking agree, for a root where both may look.
  @Test func readsTheIndexAsLibkmodDoes() throws {
    scratch.file(
      "etc/modprobe.d/a.conf", "blacklist vfio-pci\ninstall kvm /bin/true\nsoftdep vfio-pci pre: irqbypass\n")
    let kmod = try KmodContext(
      moduleDirectory: scratch.path + "/" + Self.directory, configuration: [scratch.path + "/etc/modprobe.d"])
    for name in VFIOModulesSource.names {
      let own = try module(name) { $0.loadedModules = .found([], source: "proc/modules") }
      let theirs = try kmod.module(named: name)
      #expect(own?.name == theirs?.name)
      #expect(own?.isPresent == theirs.map { $0.path != nil })
      #expect(own?.isBuiltIn == theirs?.isBuiltIn)
      #expect((own?.denylistedBy != nil) == (theirs?.isDenylisted ?? false))
      #expect(own?.installCommand == theirs?.installCommand)
      #expect(own?.dependencies == theirs?.dependencies)
      // libkmod leaves out soft dependencies that no file is there for.
      let soft = (theirs?.softDependenciesBefore ?? []) + (theirs?.softDependenciesAfter ?? [])
      #expect(Set(soft).isSubset(of: own?.softDependencies ?? []))
    }
  }

  /// The scratch directory as the running host's root, so that libkmod is asked.
  @Test(.enabled(if: geteuid() == 0, "changing the root takes root"))
  func asksLibkmodOnTheRunningHost() async throws {
    scratch.file("etc/modprobe.d/a.conf", "blacklist vfio-pci\ninstall irqbypass /bin/false\n")
    let files = "\(Self.directory)/kernel"
    scratch.file("\(files)/vfio-pci.ko", ModuleFile.bytes(information: ["license=GPL"], signer: nil))
    scratch.file("\(files)/iommufd.ko", ModuleFile.bytes(information: ["license=GPL"], signer: "a key"))
    await #expect(processExitsWith: .success) { [path = scratch.path as String] in
      guard chroot(path) == 0, chdir("/") == 0 else { exit(2) }
      let root = try HostRoot(directory: "/")
      var evidence = HostEvidence(root: "/", isRunningHost: true)
      evidence.kernelRelease = .found("6.6.1", source: "proc/sys/kernel/osrelease")
      evidence.loadedModules = surveyLoadedModules(root)
      let observed = VFIOModulesSource(root, evidence).survey()
      let modules = Dictionary(uniqueKeysWithValues: (observed.value ?? []).map { ($0.name, $0) })
      guard observed.source == "lib/modules/6.6.1", modules.count == 6 else { exit(3) }
      guard let pci = modules["vfio_pci"], pci.isPresent, !pci.isLoaded, pci.dependencies.count == 4,
        pci.denylistedBy == "etc/modprobe.d/a.conf"
      else { exit(4) }
      guard modules["vfio"]?.isLoaded == true, modules["vfio"]?.softDependencies == ["vfio_iommu_type1"],
        modules["irqbypass"]?.installCommand == "/bin/false"
      else { exit(5) }
      // Under lockdown the signatures of what is not loaded matter; the other files are no modules.
      evidence.lockdown = .found(.integrity, source: "sys/kernel/security/lockdown")
      let signed = (VFIOModulesSource(root, evidence).survey().value ?? []).map(\.isSigned)
      guard signed == [nil, false, nil, nil, true, nil] else { exit(6) }
    }
  }

  @Test func aRecordingAnswersAsTheHostDid() throws {
    scratch.file("etc/modprobe.d/a.conf", "blacklist vfio-pci\n")
    let live = try survey()
    let recorded = HostRoot(
      recording: RecordedFiles([
        ".passthru-doctor/modules": .file(Array(ModuleStateText.print(live).utf8)),
        "proc/version": .file([]),
        "proc/modules": .file(Array("vfio 1\nirqbypass 1\n".utf8)),
      ]), name: "test")
    var evidence = HostEvidence(root: "test", isRunningHost: false)
    evidence.loadedModules = surveyLoadedModules(recorded)
    #expect(VFIOModulesSource(recorded, evidence).survey() == live)
  }

  @Test func aRecordingWithoutModulesIsUnknownUnlessTheyAreLoaded() {
    let recorded = HostRoot(recording: RecordedFiles(["proc/version": .file([])]), name: "test")
    var evidence = HostEvidence(root: "test", isRunningHost: false)
    evidence.loadedModules = .found([], source: "proc/modules")
    #expect(VFIOModulesSource(recorded, evidence).survey().unreadableReason != nil)
    evidence.loadedModules = .found(["vfio", "vfio_pci"], source: "proc/modules")
    #expect(VFIOModulesSource(recorded, evidence).survey().value?.map(\.name) == ["vfio", "vfio_pci"])
  }
}
