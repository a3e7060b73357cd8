/// One kernel module as libkmod sees it.
package struct ModuleState: Sendable, Equatable {
  /// With underscores: vfio_pci.
  package var name: String
  /// A file below lib/modules of this kernel.
  package var isPresent: Bool
  package var isBuiltIn: Bool
  package var isLoaded: Bool
  /// Denylisted by modprobe configuration (`blacklist`), and where.
  package var denylistedBy: String?
  /// An `install` command of modprobe configuration that replaces loading (`install x /bin/false`).
  package var installCommand: String?
  /// Whether its file carries a signature; nil when that was not looked at. Lockdown refuses the
  /// others.
  package var isSigned: Bool?
  package var dependencies: [String]
  package var softDependencies: [String]

  package init(
    name: String, isPresent: Bool = false, isBuiltIn: Bool = false, isLoaded: Bool = false,
    denylistedBy: String? = nil, installCommand: String? = nil, isSigned: Bool? = nil,
    dependencies: [String] = [],
    softDependencies: [String] = []
  ) {
    self.name = name
    self.isPresent = isPresent
    self.isBuiltIn = isBuiltIn
    self.isLoaded = isLoaded
    self.denylistedBy = denylistedBy
    self.installCommand = installCommand
    self.isSigned = isSigned
    self.dependencies = dependencies
    self.softDependencies = softDependencies
  }
}
