import KernelModules
import TestHosts
import Testing

struct KmodContextTests {
  let scratch: ScratchDirectory

  init() throws { scratch = try ScratchDirectory() }

  private func context(_ tree: ModuleTree, configuration: [String: String] = [:]) throws -> KmodContext {
    tree.write(to: "modules", of: scratch)
    scratch.directory("modprobe.d")
    for (name, text) in configuration { scratch.file("modprobe.d/" + name, text) }
    return try KmodContext(
      moduleDirectory: scratch.path + "/modules", configuration: [scratch.path + "/modprobe.d"])
  }

  @Test(arguments: ["vfio_pci", "vfio-pci"])
  func findsAModuleByEitherSpelling(name: String) throws {
    let module = try #require(try context(.vfio).module(named: name))
    #expect(module.name == "vfio_pci")
    #expect(module.path == scratch.path + "/modules/kernel/vfio-pci.ko")
    #expect(module.dependencies == ["iommufd", "vfio", "irqbypass", "vfio_pci_core"], "in order of loading")
    #expect(!module.isBuiltIn && !module.isDenylisted)
    #expect(module.installCommand == nil && module.options == nil)
  }

  /// modules.softdep also names a module of another architecture, which no file is there for.
  @Test func knowsSoftDependenciesOfTheKernel() throws {
    let module = try #require(try context(.vfio).module(named: "vfio"))
    #expect(module.softDependenciesAfter == ["vfio_iommu_type1"])
    #expect(module.softDependenciesBefore == [])
  }

  /// Soft dependencies that go in a circle, and one that exists nowhere, which libkmod leaves out.
  @Test func tellsTheOrderOfLoading() throws {
    let context = try context(
      .vfio,
      configuration: [
        "a.conf": "softdep vfio_pci pre: irqbypass missing post: kvm\nsoftdep irqbypass pre: vfio_pci\n"
      ])
    let order = try context.loadingOrder(of: "vfio-pci")
    #expect(order.steps.last == .init(module: "vfio_pci", isRequired: true))
    #expect(Set(order.followers) == ["vfio_iommu_type1", "kvm"])
    let required = order.steps.filter(\.isRequired).map(\.module)
    #expect(required == ["iommufd", "vfio", "irqbypass", "vfio_pci_core", "vfio_pci"])
    #expect(order.steps.first == .init(module: "irqbypass", isRequired: false))
    #expect(order.steps.count <= 2 * required.count + 1)
  }

  @Test func knowsWhatIsBuiltIn() throws {
    let module = try #require(try context(ModuleTree([], builtIn: ["vfio"])).module(named: "vfio"))
    #expect(module.isBuiltIn)
    #expect(module.path == nil)
  }

  @Test func saysWhatIsMissing() throws {
    #expect(try context(.vfio).module(named: "vfio_virqfd") == nil)
    #expect(try context(.vfio).module(named: "") == nil)
  }

  @Test func readsItsConfiguration() throws {
    let module = try context(
      .vfio,
      configuration: [
        "a.conf": "blacklist vfio-pci\noptions vfio-pci ids=10de:1b81\n",
        "b.conf": "install vfio_pci /bin/false\nsoftdep vfio-pci pre: irqbypass post: kvm\n",
        "c.conf": "this line is nonsense\n\0\u{1}\n",
      ]
    ).module(named: "vfio_pci")
    #expect(module?.isDenylisted == true)
    #expect(module?.options == "ids=10de:1b81")
    #expect(module?.installCommand == "/bin/false")
    #expect(module?.softDependenciesBefore == ["irqbypass"])
    #expect(module?.softDependenciesAfter == ["kvm"])
  }

  @Test func anAliasOfTheSameNameHidesNothing() throws {
    let context = try context(.vfio, configuration: ["a.conf": "alias vfio_pci off\n"])
    #expect(try context.module(named: "vfio_pci")?.path != nil)
  }

  @Test func findsDriversByAlias() throws {
    var tree = ModuleTree.vfio
    tree.modules += [
      .init("nouveau", aliases: ["pci:v000010DEd*sv*sd*bc03sc*i*"]),
      .init("mlx5-vfio-pci", aliases: ["vfio_pci:v000015B3d0000101Esv*sd*bc*sc*i*"]),
    ]
    let context = try context(tree, configuration: ["a.conf": "blacklist nouveau\n"])
    #expect(
      try context.modules(matching: "pci:v000010DEd00001B81sv00001462sd00003301bc03sc00i00")
        == [KmodAliasMatch(name: "nouveau", isDenylisted: true)])
    let variants = try context.modules(matching: "vfio_pci:v000015B3d0000101Esv0sd0bc02sc00i00").map(\.name)
    #expect(Set(variants) == ["mlx5_vfio_pci", "vfio_pci"])
    #expect(try context.modules(matching: "pci:v00000000") == [])
  }

  @Test func readsSignatures() throws {
    var tree = ModuleTree([])
    tree.modules = [
      .init("signed", content: ModuleFile.bytes(information: ["license=GPL"], signer: "a builder's key")),
      .init("plain", content: ModuleFile.bytes(information: ["license=GPL"], signer: nil)),
      .init("empty"),
    ]
    let context = try context(tree)
    #expect(try context.signature(ofModuleNamed: "signed")?.signer == "a builder's key")
    #expect(try context.signature(ofModuleNamed: "plain") == nil)
    #expect(throws: KmodError.self) { try context.signature(ofModuleNamed: "empty") }
    #expect(throws: KmodError.self) { try context.signature(ofModuleNamed: "none") }
  }

  @Test func aMissingDirectoryIsAnError() {
    #expect(throws: KmodError.self) {
      try KmodContext(moduleDirectory: scratch.path + "/none", configuration: [])
    }
  }

  @Test func aBrokenIndexIsAnError() throws {
    ModuleTree.vfio.write(to: "modules", of: scratch)
    scratch.file("modules/modules.dep.bin", "this is no index")
    #expect(throws: KmodError.self) {
      try KmodContext(moduleDirectory: scratch.path + "/modules", configuration: [])
    }
  }

  @Test func withoutConfigurationTheHostsIsNotRead() throws {
    ModuleTree.vfio.write(to: "modules", of: scratch)
    let context = try KmodContext(moduleDirectory: scratch.path + "/modules", configuration: [])
    #expect(try context.module(named: "vfio_pci")?.isDenylisted == false)
  }

  @Test(arguments: [1, 8, 22, 129] as [Int32]) func refusalsOfTheKernelAreExplained(code: Int32) {
    #expect(KmodError("loading the module", "x", code: code).loadingCause != nil)
    #expect(KmodError("loading the module", "x", code: 5).loadingCause == nil)
  }
}
