import HostModel
import Testing

struct ModuleStateTextTests {
  @Test func readsBackWhatItPrints() {
    let modules = [
      ModuleState(
        name: "vfio_pci", isPresent: true, isLoaded: true, denylistedBy: "etc/modprobe.d/my own 100%.conf",
        installCommand: "/bin/sh -c 'a=b; exit 1'", isSigned: true, dependencies: ["vfio", "irqbypass"],
        softDependencies: ["kvm"]),
      ModuleState(name: "vfio", isBuiltIn: true, isSigned: false), ModuleState(name: "iommufd"),
    ]
    for observed: Observed<[ModuleState]> in [
      .found(modules, source: "lib/modules/6.1 (x)"), .found([], source: "lib"),
      .absent(source: "lib/modules/x"),
      .unreadable(source: "lib/modules", reason: "libkmod: no such file; depmod rebuilds it"),
    ] {
      #expect(ModuleStateText.parse(ModuleStateText.print(observed), source: "elsewhere") == observed)
    }
  }

  @Test func passesOverWhatItDoesNotKnow() {
    let text = "\n \nvfio present future=1 =x deps= %zz %\n\u{0}\u{ff}\n"
    let modules = ModuleStateText.parse(text, source: "here").value
    #expect(modules?.first == ModuleState(name: "vfio", isPresent: true))
    #expect(ModuleStateText.parse("", source: "here") == .found([], source: "here"))
  }

  @Test func modprobeConfigurationJoinsLinesAndUnifiesNames() {
    var configuration = ModprobeConfiguration()
    configuration.add(
      Array("blacklist a-b\\\n\\\nblacklist\ninstall x\ninstall y-z  /bin/sh -c 'q'  \n\\".utf8), from: "1")
    configuration.add(
      Array("blacklist a_b\ninstall y_z other\r\nsoftdep s pre: p-q post: r\n".utf8), from: "2")
    #expect(configuration.denylist == ["a_bblacklist": "1", "a_b": "2"])
    #expect(configuration.installCommands == ["y_z": "/bin/sh -c 'q'"])
    #expect(configuration.softDependencies == ["s": ["p_q", "r"]])
  }

  @Test func indexTakesOnlyWhatIsAskedFor() {
    let index = ModuleIndex(
      of: ["vfio_pci", "vfio"],
      dependencies: Array(
        "kernel/a/vfio-pci.ko.xz: kernel/b/vfio-pci-core.ko.xz kernel/vfio.ko\nother.ko:\nbroken\n:\n".utf8),
      builtIn: Array("kernel/drivers/vfio/vfio.ko\n\n/\n".utf8))
    #expect(index.modules.keys.sorted() == ["vfio_pci"])
    #expect(index.modules["vfio_pci"]?.path == "kernel/a/vfio-pci.ko.xz")
    #expect(index.modules["vfio_pci"]?.dependencies == ["vfio", "vfio_pci_core"])
    #expect(index.builtIn == ["vfio"])
  }
}
