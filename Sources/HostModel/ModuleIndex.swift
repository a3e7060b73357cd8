/// Chosen modules of one kernel, from the text that depmod(8) writes: modules.dep and
/// modules.builtin.
///
/// For roots that libkmod must not look at: whatever directory it is given, it reads the running
/// host's /proc/cmdline.
package struct ModuleIndex: Sendable, Equatable {
  package struct Entry: Sendable, Equatable {
    /// Below the module directory: kernel/drivers/vfio/vfio.ko.xz.
    package let path: String
    /// With underscores, in the order in which they are loaded.
    package let dependencies: [String]
  }

  package private(set) var modules: [String: Entry] = [:]
  package private(set) var builtIn: Set<String> = []

  /// - Parameters:
  ///   - names: the modules that matter, with underscores; an index has thousands.
  ///   - dependencies: modules.dep, lines `path: path path`, nearest first.
  ///   - builtIn: modules.builtin, lines `path`.
  package init(of names: Set<String>, dependencies: [UInt8], builtIn: [UInt8]) {
    for line in dependencies.lines {
      guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
      let name = Self.moduleName(of: line[..<colon])
      guard names.contains(name) else { continue }
      let needed = line[(colon + 1)...].words.reversed().map(Self.moduleName)
      modules[name] = Entry(path: line[..<colon].text, dependencies: needed)
    }
    for line in builtIn.lines {
      let name = Self.moduleName(of: line.trimmed)
      if names.contains(name) { self.builtIn.insert(name) }
    }
  }

  /// kernel/drivers/vfio/pci/vfio-pci.ko.zst -> vfio_pci
  private static func moduleName(of path: ArraySlice<UInt8>) -> String {
    let file = path.lastIndex(of: UInt8(ascii: "/")).map { path[($0 + 1)...] } ?? path
    return ModprobeConfiguration.canonicalName(file.prefix { $0 != UInt8(ascii: ".") })
  }
}
