import HostModel
import HostSurvey
import PCISurvey
import TestHosts
import Testing

struct DriverCandidatesTests {
  private static var host: PCITree {
    var tree = PCITree()
    tree.add("0000:01:00.0", id: "10de:1b81", class: "030000")
    tree.add("0000:02:00.0", id: "15b3:101e", class: "020000", subsystem: "15b3:0001")
    tree.add("0000:03:00.0", id: "1234:0001", class: "ff0000")
    tree.add("osrelease", "6.1.0-test\n", to: "proc/sys/kernel")
    let aliases = """
      # Aliases extracted from modules themselves.
      alias pci:v000010DEd*sv*sd*bc03sc*i* nouveau
      alias pci:v000010DEd*sv*sd*bc03sc*i* nvidiafb
      alias pci:v000015B3d0000101Esv*sd*bc*sc*i* mlx5_core
      alias vfio_pci:v*d*sv*sd*bc*sc*i* vfio_pci
      alias vfio_pci:v000015B3d0000101Esv*sd*bc*sc*i* mlx5_vfio_pci
      alias usb:v0BDAp* rtl
      alias pci:rubbish x
      alias pci:v000015B3d0000101Esv*sd*bc*sc*i*
      """
    tree.add("modules.alias", aliases, to: "lib/modules/6.1.0-test")
    tree.add("modules.softdep", "softdep nouveau pre: video\n", to: "lib/modules/6.1.0-test")
    tree.add("deny.conf", "blacklist nvidiafb\nsoftdep mlx5_core pre: vfio-pci\n", to: "etc/modprobe.d")
    return tree
  }

  private func candidates(_ tree: PCITree) throws -> [String: DriverCandidates] {
    let devices = try #require(surveyPCIDevices(tree.root).value)
    let found = try #require(surveyDriverCandidates(tree.root, devices: devices).value)
    return Dictionary(
      devices.compactMap { device in
        device.modalias.flatMap { found[$0] }.map { (device.address.description, $0) }
      }, uniquingKeysWith: { first, _ in first })
  }

  @Test func driversDenylistsAndSoftDependencies() throws {
    let found = try candidates(Self.host)
    #expect(
      found["0000:01:00.0"]?.drivers == [
        .init(name: "nouveau", isDenylisted: false, softDependencies: ["video"]),
        .init(name: "nvidiafb", isDenylisted: true, softDependencies: []),
      ])
    #expect(found["0000:02:00.0"]?.drivers.map(\.name) == ["mlx5_core"])
    #expect(found["0000:02:00.0"]?.drivers.first?.softDependencies == ["vfio_pci"])
    #expect(found["0000:03:00.0"]?.drivers == [])
  }

  @Test func theMostSpecificDriverOfTheFamily() throws {
    let found = try candidates(Self.host)
    #expect(found["0000:01:00.0"]?.vfioDriver == "vfio_pci")
    #expect(found["0000:02:00.0"]?.vfioDriver == "mlx5_vfio_pci")
  }

  @Test func withoutModulesThereIsNoAnswer() throws {
    let root = PCITree().root
    guard case .unreadable = surveyDriverCandidates(root, devices: []) else {
      Issue.record("an answer without a kernel")
      return
    }
  }
}
