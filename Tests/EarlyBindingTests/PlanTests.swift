import EarlyBinding
import Glibc
import HostFiles
import HostModel
import TestHosts
import Testing

/// What the boot program decides on recorded hosts.
struct PlanTests {
  private let card = """
    version 1
    group
      device 0000:01:00.0
        id 8086:10d3
        subsystem 8086:0000
        class 020000
        path 0000:00/08.0=1b36:000c/00.0
        driver vfio-pci

    """

  private func host(_ configuration: String?, cmdline: String? = "root=UUID=1 ro", group: Int? = 4)
    -> HostRoot
  {
    var tree = PCITree()
    tree.add(
      "0000:00:08.0", id: "1b36:000c", class: "060400", driver: "pcieport", group: group.map { _ in 3 })
    tree.add(
      "0000:01:00.0", id: "8086:10d3", class: "020000", subsystem: "8086:0000", group: group,
      below: "0000:00:08.0")
    if let configuration { tree.add("bindings.conf", configuration, to: "etc/passthru-doctor") }
    if let cmdline { tree.add("cmdline", cmdline + "\n", to: "proc") }
    return tree.root
  }

  private func reason(_ plan: BootPlan) -> String? {
    switch plan {
    case .switchedOff(let reason, _): reason
    case .groups(let groups):
      groups.compactMap { group in
        if case .failure(let decline) = group.decision { decline.reason.rawValue } else { nil }
      }.first
    }
  }

  @Test func plansWhatIsThere() {
    guard case .groups(let groups) = planBoot(host(card)) else {
      Issue.record("switched off")
      return
    }
    #expect(groups.count == 1)
    #expect((try? groups[0].decision.get())?.map(\.address.description) == ["0000:01:00.0"])
  }

  @Test func switchesOff() {
    #expect(reason(planBoot(host(card, cmdline: "root=UUID=1 rd.passthru=0"))) == "argument")
    #expect(reason(planBoot(host(card, cmdline: nil))) == "command-line-unreadable")
    #expect(reason(planBoot(host(nil))) == "configuration-missing")
    #expect(reason(planBoot(host(card + "colour blue\n"))) == "configuration-broken")
    #expect(reason(planBoot(host(card, group: nil))) == "iommu-off")
    #expect(reason(planBoot(host(card.replacing("10d3", with: "10d4")))) == "identity-changed")
    #expect(planBoot(host("version 1\n")) == .groups([]))
  }

  /// The IOMMU is on, and leaves out the chosen card.
  @Test func tellsACardWithoutAGroupFromAHostWithoutAny() throws {
    var tree = PCITree()
    tree.add("0000:00:08.0", id: "1b36:000c", class: "060400", driver: "pcieport", group: 3)
    tree.add(
      "0000:01:00.0", id: "8086:10d3", class: "020000", subsystem: "8086:0000", group: nil,
      below: "0000:00:08.0")
    tree.add("bindings.conf", card, to: "etc/passthru-doctor")
    tree.add("cmdline", "root=UUID=1 ro\n", to: "proc")
    guard case .groups(let groups) = planBoot(tree.root), case .failure(let decline) = groups.first?.decision
    else {
      Issue.record("it was not declined")
      return
    }
    #expect(decline.reason == .iommuOff)
    #expect(decline.detail == "0000:01:00.0 is in no IOMMU group: the IOMMU does not cover it")
  }

  /// Nothing is made ready in a boot that is to bind nothing.
  @Test func getsReadyOnlyForWhatIsChosen() {
    func getsReady(_ root: HostRoot) -> Int {
      var times = 0
      _ = planBoot(root) { times += 1 }
      return times
    }
    #expect(getsReady(host(card)) == 1)
    #expect(getsReady(host(card, group: nil)) == 1)
    #expect(getsReady(host(card, cmdline: "root=UUID=1 rd.passthru=0")) == 0)
    #expect(getsReady(host(card, cmdline: nil)) == 0)
    #expect(getsReady(host(nil)) == 0)
    #expect(getsReady(host(card + "colour blue\n")) == 0)
    #expect(getsReady(host("version 1\n")) == 0)
  }

  private func write(_ directory: String, mode: mode_t = 0o644) throws {
    try root(directory).makeDirectory("etc/passthru-doctor")
    try root(directory).exchange(BindingConfiguration.path, with: Array(card.utf8), metadata: nil)
    chmod("\(directory)/\(BindingConfiguration.path)", mode)
  }

  private func root(_ directory: String) throws -> HostRoot { try HostRoot(directory: directory) }

  /// Owner and mode are those of real files, so this one needs a directory, and root.
  @Test(.enabled(if: isRoot)) func trustsNoFileThatOthersMayWrite() throws {
    let directory = try temporaryDirectory()
    defer { removeTree(directory) }
    let root = try HostRoot(directory: directory)
    try makeDirectory("\(directory)/etc")
    #expect(try root.trustedFile(at: BindingConfiguration.path) == .absent)
    try write(directory)
    #expect(try root.trustedFile(at: BindingConfiguration.path) == .found(Array(card.utf8)))
    for mode: mode_t in [0o664, 0o646, 0o666] {
      try write(directory, mode: mode)
      guard case .untrusted = try root.trustedFile(at: BindingConfiguration.path) else {
        Issue.record("mode \(mode) was trusted")
        continue
      }
    }
    try write(directory)
    chown("\(directory)/\(BindingConfiguration.path)", 1000, 0)
    guard case .untrusted = try root.trustedFile(at: BindingConfiguration.path) else {
      Issue.record("another owner was trusted")
      return
    }
  }
}

extension String {
  fileprivate func replacing(_ part: String, with other: String) -> String {
    split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.hasSuffix(part) ? $0.dropLast(part.count) + other : $0 }.joined(separator: "\n")
  }
}
