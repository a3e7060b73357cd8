import HostModel
import Testing

struct KernelCommandLineTests {
  private func parse(_ text: String) -> KernelCommandLine { KernelCommandLine(parsing: Array(text.utf8)) }

  @Test func splitsAtWhiteSpaceOnly() {
    let line = parse("ro  root=/dev/sda1\tquiet\n")
    #expect(line.parameters.map(\.text) == ["ro", "root=/dev/sda1", "quiet"])
    #expect(line.parameters.map(\.value) == [nil, "/dev/sda1", nil])
  }

  @Test(arguments: [
    ("a=\"b c\"", "a", "b c"),
    ("\"a=b c\"", "a", "b c"),
    ("a=\"b\"c", "a", "b\"c"),
    ("a=b\"c d\"", "a", "b\"c d\""),
    ("a='b'", "a", "'b'"),
    ("a=\"", "a", ""),
    ("a=\"never closed x=y", "a", "never closed x=y"),
    ("\"a=\"b c\"\"", "a", "b"),
    ("a=b=c", "a", "b=c"),
    ("=a=b", "=a", "b"),
    ("a=\\\"b", "a", "\\\"b"),
  ])
  func quotesAsTheKernelDoes(text: String, name: String, value: String) throws {
    let only = try #require(parse(text).parameters.first)
    #expect(only.name == name)
    #expect(only.value == value)
  }

  @Test func whatFollowsTwoDashesIsInits() {
    let line = parse("quiet -- intel_iommu=on")
    #expect(line.parameters.map(\.text) == ["quiet"])
    #expect(line.initArguments.map(\.text) == ["intel_iommu=on"])
  }

  @Test func dashesAreUnderscoresInNamesOnly() {
    let line = parse("vfio-pci.ids=a vfio_pci.ids=b-c")
    #expect(line.all("vfio_pci.ids").count == 2)
    #expect(line.last("vfio-pci.ids")?.value == "b-c")
    #expect(line.duplicateNames == ["vfio-pci.ids"])
    #expect(line.last("vfio.pci_ids") == nil)
  }

  @Test func endsAtNUL() {
    #expect(KernelCommandLine(parsing: Array("a\0b".utf8)).parameters.map(\.name) == ["a"])
  }

  @Test func takesALatinNoBreakSpaceForABlank() {
    #expect(KernelCommandLine(parsing: [0x61, 0xa0, 0x62]).parameters.map(\.name) == ["a", "b"])
  }

  @Test(arguments: ["", " ", "\"", "\"\"", "=", "\"=", "\"=\"", "--", "-- --", "=\"\""])
  func copesWithOddities(text: String) {
    let line = parse(text)
    #expect(line.parameters.count <= 1)
  }

  @Test func oneMegabyteIsNoHardship() {
    let line = KernelCommandLine(parsing: Array(String(repeating: "a=\"b ", count: 200_000).utf8))
    #expect(line.parameters.count > 1000)
    #expect(line.duplicateNames.count <= line.parameters.count)
  }
}
