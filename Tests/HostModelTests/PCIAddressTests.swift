import HostModel
import Testing

struct PCIAddressTests {
  @Test(arguments: ["0000:00:1f.2", "10000:e1:00.0", "0000:ff:1f.7"])
  func printsAsTheKernelDoes(text: String) throws {
    #expect(try #require(PCIAddress(text)).description == text)
  }

  @Test(arguments: ["00:1f.2", "pci_0000_00_1f_2", "0000:00:1F.2"])
  func readsEveryForm(text: String) {
    #expect(PCIAddress(text)?.description == "0000:00:1f.2")
  }

  @Test(arguments: [
    "", ":", "00:20.0", "00:1f.8", "0:1f.0", "00:1f", "00:1f.0.0", "pci_0000_00_1f", "0000:00:1f.2 ",
  ])
  func refusesWhatIsNone(text: String) {
    #expect(PCIAddress(text) == nil)
  }
}
