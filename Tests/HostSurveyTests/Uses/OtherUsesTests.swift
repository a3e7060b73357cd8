import HostModel
import PCISurvey
import TestHosts
import Testing

@testable import HostSurvey

/// Network, display, keyboards, sound.
struct OtherUsesTests {
  private static let card = "0000:01:00.0"
  private static let other = "0000:02:00.0"

  private static func host(class code: String) -> PCITree {
    var tree = PCITree()
    tree.add("0000:00:01.0", class: "060400")
    tree.add(card, class: code, below: "0000:00:01.0")
    tree.add(other, class: code)
    return tree
  }

  private func uses(_ tree: PCITree) -> (HostUses, [String: [String]]) {
    let uses = surveyHostUses(tree.root, devices: surveyPCIDevices(tree.root).value ?? [])
    let kinds = uses.uses.map { ($0.key.description, $0.value.map(\.kind.rawValue)) }
    return (uses, Dictionary(kinds, uniquingKeysWith: { first, _ in first }))
  }

  @Test func theDefaultRouteGoesThroughABridgeAndABond() {
    var tree = Self.host(class: "020000")
    tree.addInterface("eth0", on: Self.card, uppers: ["bond0"])
    tree.addInterface("eth1", on: Self.other)
    tree.addInterface("bond0", lowers: ["eth0"], uppers: ["br0"])
    tree.addInterface("br0", lowers: ["bond0"])
    let route = """
      Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT
      br0 00000000 0101A8C0 0003 0 0 0 00000000 0 0 0
      br0 0001A8C0 00000000 0001 0 0 0 00FFFFFF 0 0 0
      """
    tree.add("route", route, to: "proc/net")
    tree.add("addresses", "br0", to: ".passthru-doctor")
    let (all, kinds) = uses(tree)
    #expect(kinds == [Self.card: ["default-route", "network", "network"]])
    let details = PCIAddress(Self.card).map { all.of($0).map(\.detail) }
    #expect(details?.first == "The default route goes over br0 on eth0.")
    #expect(details?.last == "eth0 is part of bond0.")
  }

  @Test func aRouteOfTheNewerProtocolThatRejectsIsNone() {
    var tree = Self.host(class: "020000")
    tree.addInterface("eth0", on: Self.card)
    tree.addInterface("eth1", on: Self.other)
    let zero = String(repeating: "0", count: 32)
    let lines = [
      "\(zero) 00 \(zero) 00 fe80\(zero.dropFirst(4)) 00000400 00000001 00000000 00450003 eth0",
      "\(zero) 00 \(zero) 00 \(zero) ffffffff 00000001 00000000 00200200 lo",
      "\(zero) 00 \(zero) 00 \(zero) ffffffff 00000001 00000000 00000201 eth1",
    ]
    tree.add("ipv6_route", lines.joined(separator: "\n"), to: "proc/net")
    tree.add("route", "Iface\n", to: "proc/net")
    #expect(uses(tree).1 == [Self.card: ["default-route"]])
  }

  @Test func withoutRoutesEveryCardWithAnInterfaceIsInDoubt() throws {
    var tree = Self.host(class: "020000")
    tree.addInterface("eth0", on: Self.card)
    let card = try #require(PCIAddress(Self.card))
    let scopes = uses(tree).0.gaps.map(\.scope)
    #expect(scopes.contains(.devices([card])))
  }

  @Test func theFirmwaresFrameBufferIsToldFromTheShapeOfTheMemoryMap() {
    var tree = Self.host(class: "030000")
    let map = """
      00000000-00000000 : PCI Bus 0000:00
        00000000-00000000 : PCI Bus 0000:01
          00000000-00000000 : 0000:01:00.0
            00000000-00000000 : BOOTFB
          00000000-00000000 : 0000:01:00.1
        00000000-00000000 : 0000:02:00.0
      """
    tree.add("iomem", map, to: "proc")
    #expect(uses(tree).1 == [Self.card: ["console"]])
  }

  @Test func bootDisplayTextConsoleAndALitScreenOnAnotherCard() throws {
    var tree = Self.host(class: "030000")
    tree.add("boot_vga", "1\n", to: tree.path(of: Self.card))
    let frameBuffer = tree.path(of: Self.card) + "/graphics/fb0"
    tree.add("name", "i915drmfb\n", to: frameBuffer)
    tree.link("sys/class/graphics/fb0", to: "../../" + frameBuffer.dropFirst(4))
    tree.add("bind", "1\n", to: "sys/class/vtconsole/vtcon1")
    tree.add("name", "(M) frame buffer device\n", to: "sys/class/vtconsole/vtcon1")
    let screen = tree.path(of: Self.other) + "/drm/card1/card1-HDMI-A-1"
    tree.add("status", "connected\n", to: screen)
    tree.add("enabled", "enabled\n", to: screen)
    tree.link("sys/class/drm/card1-HDMI-A-1", to: "../../" + screen.dropFirst(4))
    let (all, kinds) = uses(tree)
    #expect(kinds == [Self.card: ["console", "display"], Self.other: ["display"]])
    #expect(all.of(try #require(PCIAddress(Self.card))).allSatisfy(\.isEssential))
    #expect(all.of(try #require(PCIAddress(Self.other))).allSatisfy { !$0.isEssential })
  }

  @Test func theOnlyDisplayControllerIsTheHosts() {
    var tree = PCITree()
    tree.add(Self.card, class: "030000")
    #expect(uses(tree).1 == [Self.card: ["display"]])
  }

  @Test func aKeyboardIsToldFromAMouse() {
    var tree = Self.host(class: "0c0330")
    for (name, address, mask) in [
      ("input3", Self.card, "1000000000007 ff9f207ac14057ff febeffdfffefffff fffffffffffffffe"),
      ("input4", Self.other, "1f0000 0 0 0 0"),
    ] {
      let path = tree.path(of: address) + "/usb1/1-1/1-1:1.0/input/\(name)"
      tree.add("key", mask + "\n", to: path + "/capabilities")
      tree.add("name", "A Keyboard\n", to: path)
      tree.link("sys/class/input/\(name)", to: "../../" + path.dropFirst(4))
    }
    #expect(uses(tree).1 == [Self.card: ["input"]])
  }

  @Test func soundThatPlaysIsANote() {
    var tree = Self.host(class: "040300")
    let path = tree.path(of: Self.card) + "/sound/card0"
    tree.link("sys/class/sound/card0", to: "../../" + path.dropFirst(4))
    tree.add("status", "state: RUNNING\nowner_pid : 1\n", to: "proc/asound/card0/pcm0p/sub0")
    let (all, kinds) = uses(tree)
    #expect(kinds == [Self.card: ["sound"]])
    #expect(PCIAddress(Self.card).map { all.of($0).map(\.isEssential) } == [false])
  }

  @Test func aConsoleOnASerialCard() {
    var tree = Self.host(class: "070002")
    let path = tree.path(of: Self.card) + "/tty/ttyS4"
    tree.link("sys/class/tty/ttyS4", to: "../../" + path.dropFirst(4))
    tree.add("consoles", "tty0 -WU (E  p  ) 4:1\nttyS4 -W- (EC p a) 4:68\n", to: "proc")
    #expect(uses(tree).1 == [Self.card: ["console"]])
  }

  /// Two shared folders, one of them mounted, and one of the same tag that comes over a network.
  @Test func aMountedFolderOfTheHypervisor() {
    for (type, driver) in [("9p", "9pnet_virtio"), ("virtiofs", "virtiofs")] {
      var tree = Self.host(class: "000200")
      for (number, address) in [Self.card, Self.other].enumerated() {
        let path = tree.path(of: address) + "/virtio\(number)"
        tree.add("mount_tag", "tag\(number)\0", to: path)
        tree.link("sys/bus/virtio/drivers/\(driver)/virtio\(number)", to: "../../../../" + path.dropFirst(4))
      }
      tree.add("mountinfo", "25 1 0:23 / /lab rw - \(type) tag0 rw\n", to: "proc/self")
      let (all, kinds) = uses(tree)
      #expect(kinds == [Self.card: ["mount"]])
      let details = PCIAddress(Self.card).map { all.of($0).map(\.detail) }
      #expect(details == ["/lab is mounted from tag0, a shared folder (\(type))."])
    }
  }

  /// Without tags any folder may be the one: all are kept.
  @Test func aFolderWhoseTagIsNotTold() {
    var tree = Self.host(class: "018000")
    for (number, address) in [Self.card, Self.other].enumerated() {
      let path = tree.path(of: address) + "/virtio\(number)"
      tree.add("status", "0xf\n", to: path)
      tree.link("sys/bus/virtio/drivers/virtiofs/virtio\(number)", to: "../../../../" + path.dropFirst(4))
    }
    tree.add("mountinfo", "25 1 0:23 / / rw - virtiofs root rw\n", to: "proc/self")
    #expect(uses(tree).1 == [Self.card: ["root"], Self.other: ["root"]])
  }
}
