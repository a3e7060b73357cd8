import HostModel
import Testing

struct CpioReaderTests {
  private func entry(_ name: String, _ contents: String) -> [UInt8] {
    let sizes = [1, 0o100644, 0, 0, 1, 0, contents.utf8.count, 0, 0, 0, 0, name.utf8.count + 1, 0]
    var bytes = Array(("070701" + sizes.map { hexText(UInt32($0), digits: 8) }.joined() + name + "\0").utf8)
    while bytes.count % 4 != 0 { bytes.append(0) }
    bytes += Array(contents.utf8)
    while bytes.count % 4 != 0 { bytes.append(0) }
    return bytes
  }

  private final class Found { var files: [String: [UInt8]?] = [:] }

  private func read(_ bytes: [UInt8], pieces: Int) -> (Found, CpioReader.State) {
    let found = Found()
    var reader = CpioReader(isWanted: { $0 == "etc/wanted" }, found: { found.files[$0] = .some($1) })
    var start = 0
    while start < bytes.count {
      reader.take(bytes[start..<min(start + pieces, bytes.count)])
      start += pieces
    }
    return (found, reader.state)
  }

  @Test(arguments: [1, 7, 64, 100_000])
  func readsInPiecesOfAnySize(_ pieces: Int) {
    let archive =
      entry("./bin/big", String(repeating: "x", count: 5001)) + entry("etc/wanted", "version 1\n")
      + entry("TRAILER!!!", "")
    let (found, state) = read(archive + [0, 0, 0, 0], pieces: pieces)
    #expect(state == .ended)
    #expect(found.files["etc/wanted"] == .some(Array("version 1\n".utf8)))
    #expect(found.files["bin/big"] == .some(nil) && found.files.count == 2)
  }

  @Test func whatIsCutShortIsNotEnded() {
    let archive = entry("etc/wanted", "version 1\n") + entry("TRAILER!!!", "")
    for end in 0..<(archive.count - 1) {
      #expect(read(Array(archive[..<end]), pieces: 50).1 == .reading)
    }
    var broken = archive
    broken[3] = 0x41
    #expect(read(broken, pieces: 50).1 == .broken)
    for index in archive.indices {
      var bytes = archive
      bytes[index] = 0xff
      _ = read(bytes, pieces: 33)
    }
  }

  @Test func contentsHaveATextForm() {
    var contents = InitramfsContents()
    #expect(InitramfsContents(text: contents.text) == contents)
    contents.note("usr/lib/passthru-doctor/passthru-early-bind", contents: nil)
    #expect(InitramfsContents(text: contents.text) == contents)
    #expect(contents.missingPart == "/usr/lib/passthru-doctor/passthru-early-load is not in it")
    contents.note("usr/lib/passthru-doctor/passthru-early-load", contents: nil)
    contents.note("etc/systemd/system/sysinit.target.wants/passthru-early-bind.service", contents: nil)
    contents.note("usr/lib/modules/6.1.0/kernel/drivers/vfio/pci/vfio-pci.ko.xz", contents: nil)
    contents.note("etc/passthru-doctor/bindings.conf", contents: Array("version 1\ngroup\n".utf8))
    #expect(contents.missingPart == nil && contents.drivers == ["vfio_pci"])
    #expect(InitramfsContents(text: contents.text) == contents)
    #expect(InitramfsContents(text: "program hook vfio configuration\nversion 1\ngroup\n") == contents)
  }

  /// A driver is there as a file of any compression, or built into the image's kernel.
  @Test func driversAreFilesOrBuiltIn() throws {
    var contents = InitramfsContents()
    contents.note("lib/modules/6.1.0/kernel/drivers/vfio/pci/mlx5/mlx5-vfio-pci.ko", contents: [])
    contents.note("lib/modules/6.1.0/kernel/drivers/vfio/pci/vfio-pci-core.ko.zst", contents: [])
    #expect(contents.drivers == ["mlx5_vfio_pci"])
    let builtIn = "kernel/drivers/vfio/vfio.ko\nkernel/drivers/vfio/pci/vfio-pci.ko\n"
    #expect(InitramfsContents.isTelling("lib/modules/6.1.0/modules.builtin"))
    contents.note("lib/modules/6.1.0/modules.builtin", contents: Array(builtIn.utf8))
    #expect(contents.drivers == ["mlx5_vfio_pci", "vfio_pci"])
    #expect(InitramfsContents(text: contents.text) == contents)

    let choice = BindingConfiguration(
      groups: [try ChosenGroup(devices: ["vfio-pci", "xe_vfio_pci"].map(chosen))])
    #expect(contents.missingDriver(of: choice) == "xe_vfio_pci")
    contents.drivers.insert("xe_vfio_pci")
    #expect(contents.missingDriver(of: choice) == nil)
  }

  private func chosen(_ driver: String) throws -> ChosenDevice {
    let address = try #require(PCIAddress("0000:01:00.0"))
    let device = PCIDevice(address: address, vendor: 0x8086, device: 0x56c0, deviceClass: 0x030000)
    return ChosenDevice(
      identity: try #require(DeviceIdentity(of: device, among: [device])), driver: driver)
  }
}
