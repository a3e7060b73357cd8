import HostModel
import Testing

@testable import Diagnosis

/// Arguments are changed by this program where it knows the boot loader, else by the steps by hand.
struct ArgumentChangeTests {
  private func commands(
    _ changes: [ArgumentChange], _ loader: Observed<BootLoaderEvidence> = .notLookedAt
  ) -> [String] {
    var host = HostEvidence(root: "/", isRunningHost: true)
    host.bootLoader = loader
    return changes.commands(on: host).map(\.description)
  }

  @Test func whatGoesAndWhatComesAreOneCommandEach() {
    let changes: [ArgumentChange] = [
      .removing("intel_iommu=off"), .adding("intel_iommu=on"), .adding("iommu=pt"), .adding("iommu=pt"),
    ]
    #expect(
      commands(changes) == [
        "passthru-doctor kargs remove intel_iommu=off", "passthru-doctor kargs add intel_iommu=on iommu=pt",
      ])
  }

  @Test func aHostWithAnotherMasterGetsItsSteps() {
    var loader = BootLoaderEvidence()
    loader.signs = [.init(.nixos, "etc/NIXOS", "it is there")]
    let steps = commands([.adding("iommu=pt")], .found(loader, source: "boot"))
    #expect(steps.contains("nixos-rebuild boot"))
    #expect(steps.contains { $0.holds("boot.kernelParams = [ \"iommu=pt\" ]") })
    #expect(!steps.contains { $0.holds("passthru-doctor") })
  }

  @Test func whatTheShellWouldReadIsQuoted() {
    #expect(commands([.removing("dyndbg=file a;b")]) == ["passthru-doctor kargs remove 'dyndbg=file a;b'"])
  }

  @Test func nothingToChangeTakesNoCommand() { #expect(commands([]).isEmpty) }
}
