import HostModel
import Testing

struct BindingConfigurationTests {
  private let whole = """
    # by hand
    version 1

    group
      # Ethernet controller
      device 0000:01:00.0
        id 8086:10d3
        subsystem 8086:0000
        class 020000
        path 0000:00/08.0=1b36:000c/00.0
        twin 0000:00/09.0=1b36:000c/00.0
        driver vfio-pci
        override default-route
    group
    device 0000:00:1f.2
    id 8086:2922
    class 010601
    path 0000:00/1f.2
    driver mlx5_vfio_pci
    """

  @Test func readsEveryLine() throws {
    let configuration = try BindingConfiguration(parsing: Array(whole.utf8))
    #expect(configuration.groups.map(\.devices.count) == [1, 1])
    let card = try #require(configuration.group(holding: address("0000:01:00.0"))?.devices.first)
    #expect(
      card.name == "Ethernet controller" && card.overrides == ["default-route"] && card.driver == "vfio-pci")
    #expect(card.identity.subsystem == DeviceIDs("8086:0000") && card.identity.deviceClass == 0x020000)
    #expect(card.identity.twins.map(\.description) == ["0000:00/09.0=1b36:000c/00.0"])
    #expect(configuration.groups.last?.devices.first?.identity.subsystem == nil)
    #expect(configuration.group(holding: address("0000:05:00.0")) == nil)
  }

  @Test func printsWhatItReads() throws {
    let read = try BindingConfiguration(parsing: Array(whole.utf8))
    #expect(try BindingConfiguration(parsing: Array(read.text.utf8)) == read)
    let made = BindingConfiguration(groups: [
      chosen(["0000:02:00.0"], among: twoCards), chosen(["0000:00:1f.2"], among: sataGroup),
    ])
    #expect(try BindingConfiguration(parsing: Array(made.text.utf8)) == made)
    #expect(
      try BindingConfiguration(parsing: Array(BindingConfiguration().text.utf8)) == BindingConfiguration())
  }

  /// One broken line refuses the whole file, and is named.
  @Test(
    arguments: [
      ("", nil), ("group\n", 1), ("version 2\n", 1), ("version 1\nversion 1\n", 2),
      ("version 1\ndevice 0000:01:00.0\n", 2),
      ("version 1\ngroup\n", 2), ("version 1\ngroup x\n", 2), ("version 1\ngroup\ngroup\n", 2),
      ("version 1\ngroup\ndevice 0000:01:00\n", 3), ("version 1\ndriver vfio-pci\n", 2),
      ("version 1\nnew_id 8086 10d3\n", 2),
    ] as [(String, Int?)])
  func refusesAWholeFile(_ text: String, line: Int?) {
    #expect(throws: RecordError.self) { try BindingConfiguration(parsing: Array(text.utf8)) }
    do { _ = try BindingConfiguration(parsing: Array(text.utf8)) } catch {
      #expect(error.line == line, "\(error)")
    }
  }

  @Test(arguments: [
    ("id 8086:10d3", "id 8086:10d3\nid 8086:10d3", "second"), ("id 8086:10d3", "id 0x8086:10d3", "ids"),
    ("    id 8086:10d3", "", "no \"id\""), ("class 020000", "class 0200", "class"),
    ("class 020000", "", "no \"class\""),
    ("driver vfio-pci", "driver nouveau", "no driver of vfio"),
    ("driver vfio-pci", "driver ../vfio-pci", "no driver of vfio"),
    ("driver vfio-pci", "", "no \"driver\""),
    ("driver vfio-pci", "driver vfio-pci\ndriver vfio-pci", "second"),
    ("path 0000:00/08.0=1b36:000c/00.0", "path 0000:00/08.0=1b36:000c/00.1", "leads elsewhere"),
    ("path 0000:00/08.0=1b36:000c/00.0", "", "no \"path\""),
    ("override default-route", "override", "one word"),
    ("override default-route", "colour blue", "not known"),
    ("device 0000:00:1f.2", "device 0000:01:00.0", "twice"),
    ("override default-route", "override \u{1}", "control"),
  ])
  func refusesOneBrokenLine(_ good: String, _ bad: String, _ words: String) {
    var pieces = whole.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let index = pieces.firstIndex { $0.hasSuffix(good) }
    if let index { pieces[index] = bad }
    #expect(index != nil)
    do {
      _ = try BindingConfiguration(parsing: Array(pieces.joined(separator: "\n").utf8))
      Issue.record("it was taken")
    } catch { #expect(error.reason.contains(words), "\(error)") }
  }

  @Test func endsOfAnyLengthNeverTrap() {
    let bytes = Array(whole.utf8)
    for end in bytes.indices { _ = try? BindingConfiguration(parsing: Array(bytes[..<end])) }
    for index in bytes.indices {
      var broken = bytes
      broken[index] = 0xff
      _ = try? BindingConfiguration(parsing: broken)
    }
    #expect(throws: RecordError.self) {
      try BindingConfiguration(parsing: [UInt8](repeating: 0x0a, count: 1 << 20))
    }
  }
}
