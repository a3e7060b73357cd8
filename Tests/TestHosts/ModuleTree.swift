/// A directory of kernel modules with the indexes that depmod(8) writes, so that libkmod can read it.
package struct ModuleTree {
  /// One module file.
  package struct Module {
    package var name: String
    /// Nearest first.
    package var dependencies: [String]
    package var aliases: [String]
    package var content: [UInt8]

    package init(_ name: String, dependencies: [String] = [], aliases: [String] = [], content: [UInt8] = []) {
      self.name = name
      self.dependencies = dependencies
      self.aliases = aliases
      self.content = content
    }
  }

  package var modules: [Module]
  package var builtIn: [String]
  /// Lines of modules.softdep.
  package var softDependencies: [String]

  package init(_ modules: [Module], builtIn: [String] = [], softDependencies: [String] = []) {
    self.modules = modules
    self.builtIn = builtIn
    self.softDependencies = softDependencies
  }

  /// The vfio modules of a kernel of the 6.2 and later kind, none built in.
  package static let vfio = ModuleTree(
    [
      Module("vfio", dependencies: ["iommufd"]), Module("iommufd"), Module("irqbypass"),
      Module("vfio_iommu_type1", dependencies: ["vfio", "iommufd"]),
      Module("vfio-pci-core", dependencies: ["irqbypass", "vfio", "iommufd"]),
      Module(
        "vfio-pci", dependencies: ["vfio-pci-core", "irqbypass", "vfio", "iommufd"],
        aliases: ["vfio_pci:v*d*sv*sd*bc*sc*i*"]),
      Module("kvm", dependencies: ["irqbypass"]), Module("kvm-intel", dependencies: ["kvm", "irqbypass"]),
    ], softDependencies: ["softdep vfio post: vfio_iommu_type1 vfio_iommu_spapr_tce"])

  /// Writes the files and indexes below `directory` of `scratch`.
  package func write(to directory: String, of scratch: ScratchDirectory) {
    func path(_ name: String) -> String { "kernel/\(name).ko" }
    let byName = Dictionary(modules.map { (Self.canonical($0.name), $0) }) { first, _ in first }
    let dependencies = ModuleIndexWriter()
    let aliases = ModuleIndexWriter()
    var lines: [String] = []
    var aliasLines: [String] = []
    for module in modules {
      scratch.file("\(directory)/\(path(module.name))", module.content)
      let needed = module.dependencies.map { path(byName[Self.canonical($0)]?.name ?? $0) }
      let line = "\(path(module.name)):" + needed.map { " " + $0 }.joined()
      lines.append(line)
      dependencies.insert(line, at: Self.canonical(module.name))
      for alias in module.aliases {
        aliases.insert(Self.canonical(module.name), at: alias)
        aliasLines.append("alias \(alias) \(Self.canonical(module.name))")
      }
    }
    let builtins = ModuleIndexWriter()
    for name in builtIn { builtins.insert("", at: Self.canonical(name)) }
    scratch.file("\(directory)/modules.dep", lines.map { $0 + "\n" }.joined())
    scratch.file("\(directory)/modules.alias", aliasLines.map { $0 + "\n" }.joined())
    scratch.file("\(directory)/modules.builtin", builtIn.map { path($0) + "\n" }.joined())
    scratch.file("\(directory)/modules.softdep", softDependencies.map { $0 + "\n" }.joined())
    scratch.file("\(directory)/modules.dep.bin", dependencies.bytes)
    scratch.file("\(directory)/modules.alias.bin", aliases.bytes)
    scratch.file("\(directory)/modules.symbols.bin", ModuleIndexWriter().bytes)
    scratch.file("\(directory)/modules.builtin.bin", builtins.bytes)
    scratch.file("\(directory)/modules.builtin.alias.bin", ModuleIndexWriter().bytes)
  }

  private static func canonical(_ name: String) -> String {
    String(name.map { $0 == "-" ? "_" : $0 })
  }
}

/// The binary form of depmod's indexes: a trie with big-endian offsets (kmod, libkmod-index.c).
struct ModuleIndexWriter {
  private final class Node {
    var children: [UInt8: Node] = [:]
    var values: [String] = []
  }

  private let root = Node()

  func insert(_ value: String, at key: String) {
    var node = root
    for byte in key.utf8 {
      let next = node.children[byte] ?? Node()
      node.children[byte] = next
      node = next
    }
    node.values.append(value)
  }

  var bytes: [UInt8] {
    var bytes: [UInt8] = []
    Self.append(0xB007_F457, to: &bytes)  // magic
    Self.append(0x0002_0001, to: &bytes)  // version 2.1
    Self.append(0, to: &bytes)  // the root's offset, written last
    let root = Self.write(root, to: &bytes)
    for (index, byte) in Self.bigEndian(root).enumerated() { bytes[8 + index] = byte }
    return bytes
  }

  /// Returns the node's offset with its flags.
  private static func write(_ node: Node, to bytes: inout [UInt8]) -> UInt32 {
    let keys = node.children.keys.sorted()
    var offsets: [UInt8: UInt32] = [:]
    for key in keys { node.children[key].map { offsets[key] = write($0, to: &bytes) } }
    var reference = UInt32(bytes.count)
    if let first = keys.first, let last = keys.last {
      reference |= 0x2000_0000  // has children
      bytes += [first, last]
      for key in first...last { append(offsets[key] ?? 0, to: &bytes) }
    }
    if !node.values.isEmpty {
      reference |= 0x4000_0000  // has values
      append(UInt32(node.values.count), to: &bytes)
      for value in node.values {
        append(0, to: &bytes)  // priority
        bytes += Array(value.utf8) + [0]
      }
    }
    return reference
  }

  private static func append(_ value: UInt32, to bytes: inout [UInt8]) { bytes += bigEndian(value) }

  private static func bigEndian(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
  }
}
