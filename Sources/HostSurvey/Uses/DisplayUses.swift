import HostFiles
import HostModel

/// Display controllers that the host shows itself on, and consoles on serial cards.
struct DisplayUses {
  private let root: HostRoot
  private let places: PCIPlaces
  private var uses = HostUses()

  /// All uses of display controllers and consoles below a root.
  static func survey(_ root: HostRoot, _ places: PCIPlaces, _ devices: [PCIDevice]) -> HostUses {
    var display = DisplayUses(root: root, places: places)
    display.addBootDisplay(devices.filter { $0.baseClass == 0x03 && $0.virtualFunctionOf == nil })
    display.addFrameBuffers()
    display.addBootFrameBuffer()
    display.addScreens()
    display.addSerialConsoles()
    return display.uses
  }

  private init(root: HostRoot, places: PCIPlaces) {
    self.root = root
    self.places = places
  }

  private mutating func addBootDisplay(_ controllers: [PCIDevice]) {
    for device in controllers where device.bootVGA == true {
      uses.add(HostUse(.display, "The firmware's screen is on it (boot_vga)."), to: device.address)
    }
    if controllers.count == 1, let only = controllers.first {
      uses.add(HostUse(.display, "It is the host's only display controller."), to: only.address)
    }
  }

  /// The text console is drawn on the first frame buffer, when the frame buffer console is bound.
  private mutating func addFrameBuffers() {
    let consoles = root.listing("sys/class/vtconsole").map { "sys/class/vtconsole/\($0)" }
    let isBound = consoles.contains { console in
      root.attribute(console + "/bind") == "1"
        && root.attribute(console + "/name")?.contains("frame buffer") == true
    }
    guard isBound, let first = root.listing("sys/class/graphics").first(where: { $0 == "fb0" }) else {
      return
    }
    let path = root.sysfsPath(of: "sys/class/graphics/\(first)")
    let name = root.attribute(path + "/name").map { " (\($0))" } ?? ""
    for function in places.functions(on: path) {
      uses.add(HostUse(.console, "The text console is on \(first)\(name)."), to: function)
    }
  }

  /// The firmware's frame buffer lies in the memory of a display controller: while it is held, VFIO
  /// cannot have that memory. proc/iomem indents what is inside; for other users than root its
  /// numbers are zero, its shape is the same.
  private mutating func addBootFrameBuffer() {
    guard let table = (try? root.bytes(at: "proc/iomem")) ?? nil else { return }
    var owners: [(depth: Int, address: PCIAddress?)] = []
    for line in table.lines {
      let depth = line.prefix { $0 == 0x20 }.count
      while let last = owners.last, last.depth >= depth { owners.removeLast() }
      guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
      let name = Array(line[(colon + 1)...].trimmed)
      if ["BOOTFB", "efifb", "vesafb", "simplefb", "simple-framebuffer"].contains(name.text),
        let owner = owners.last(where: { $0.address != nil })?.address
      {
        uses.add(
          HostUse(.console, "The firmware's frame buffer (\(name.text)) holds part of its memory."), to: owner
        )
      }
      owners.append((depth, name.count >= 12 ? PCIAddress(bytes: name[...]) : nil))
    }
  }

  /// Screens that are connected and lit. A second card's screen is a note: its owner may well mean
  /// it for the guest.
  private mutating func addScreens() {
    for connector in root.listing("sys/class/drm") where connector.contains("-") {
      let path = root.sysfsPath(of: "sys/class/drm/\(connector)")
      guard root.attribute(path + "/status") == "connected", root.attribute(path + "/enabled") == "enabled"
      else {
        continue
      }
      let name = connector.split(separator: "-").dropFirst().joined(separator: "-")
      for function in places.functions(on: path) {
        uses.add(
          HostUse(.display, "A screen is lit on its output \(name).", isEssential: false), to: function)
      }
    }
  }

  /// proc/consoles: `ttyS4 -W- (EC p a) 4:68`.
  private mutating func addSerialConsoles() {
    guard let table = (try? root.bytes(at: "proc/consoles")) ?? nil else { return }
    for line in table.lines {
      guard let name = line.words.first?.text, !name.contains("/") else { continue }
      for function in places.functions(on: root.sysfsPath(of: "sys/class/tty/\(name)")) {
        uses.add(HostUse(.console, "The kernel's console \(name) is on it."), to: function)
      }
    }
  }
}
