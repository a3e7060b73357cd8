import Diagnosis
import HostModel
import Testing

struct ModuleJudgementTests {
  private func judged(
    _ module: ModuleState, lockdown: LockdownMode = .none, configuration: [String: String]? = nil
  ) throws -> ModuleJudgement {
    var evidence = HostEvidence(root: "test", isRunningHost: true)
    evidence.vfioModules = .found([module], source: "lib/modules/6.1.0")
    evidence.kernelRelease = .found("6.1.0", source: "proc")
    evidence.lockdown = .found(lockdown, source: "sys/kernel/security/lockdown")
    if let configuration {
      evidence.kernelConfiguration = .found(
        KernelConfiguration(options: configuration), source: "boot/config")
    }
    return try #require(judgeModules(on: evidence).first { $0.name == module.name })
  }

  @Test func eachStateHasItsOwnSentence() throws {
    var sentences: Set<String> = []
    func expect(
      _ state: ModuleJudgement.State, _ words: String, _ module: ModuleState, lockdown: LockdownMode = .none,
      configuration: [String: String]? = nil
    ) throws {
      let judgement = try judged(module, lockdown: lockdown, configuration: configuration)
      #expect(judgement.state == state)
      #expect(judgement.sentence.contains(words), "\(judgement.sentence)")
      sentences.insert(judgement.sentence)
    }
    let name = "vfio_pci"
    try expect(.loaded, "is loaded", ModuleState(name: name, isPresent: true, isLoaded: true))
    try expect(.builtIn, "kernel command line", ModuleState(name: name, isBuiltIn: true))
    try expect(.notLoaded, "not loaded", ModuleState(name: name, isPresent: true))
    try expect(.missing, "kernel 6.1.0", ModuleState(name: name))
    try expect(.missing, "CONFIG_VFIO_PCI", ModuleState(name: name), configuration: ["VFIO": "m"])
    try expect(
      .denylisted, "/etc/modprobe.d/no.conf",
      ModuleState(name: name, isPresent: true, denylistedBy: "etc/modprobe.d/no.conf"))
    try expect(
      .denylisted, "kargs remove", ModuleState(name: name, isPresent: true, denylistedBy: "proc/cmdline"))
    try expect(
      .replaced, "install vfio_pci /bin/false",
      ModuleState(name: name, isPresent: true, installCommand: "/bin/false"))
    try expect(
      .unsigned, "locked down (integrity)", ModuleState(name: name, isPresent: true, isSigned: false),
      lockdown: .integrity)
    #expect(sentences.count == 9)
  }

  /// A module without a signature is no obstacle where none is asked for.
  @Test func signaturesCountUnderLockdownOnly() throws {
    #expect(try judged(ModuleState(name: "vfio", isPresent: true, isSigned: false)).state == .notLoaded)
    #expect(
      try judged(ModuleState(name: "vfio", isPresent: true, isSigned: true), lockdown: .confidentiality).state
        == .notLoaded)
  }

  /// vfio_virqfd is part of vfio since Linux 6.2, and nothing is missing then.
  @Test func virqfdIsThereWhereTheKernelHasIt() {
    var evidence = HostEvidence(root: "test", isRunningHost: true)
    evidence.vfioModules = .found([], source: "lib/modules/6.12")
    #expect(judgeModules(on: evidence).map(\.name) == ["vfio", "vfio_pci", "vfio_iommu_type1"])
    evidence.vfioModules = .found(
      [ModuleState(name: "vfio_virqfd", isPresent: true)], source: "lib/modules/6.1")
    #expect(judgeModules(on: evidence).map(\.name).last == "vfio_virqfd")
  }

  @Test func whatWasNotMeasuredIsUnknown() {
    var evidence = HostEvidence(root: "test", isRunningHost: true)
    evidence.vfioModules = .unreadable(source: "lib/modules", reason: "a container hides them")
    let judgements = judgeModules(on: evidence)
    #expect(judgements.count == 3)
    #expect(judgements.allSatisfy { $0.state == .unknown && $0.sentence.contains("a container hides them") })
  }
}
