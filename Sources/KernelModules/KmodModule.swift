/// What libkmod knows of one kernel module.
package struct KmodModule: Sendable, Equatable {
  /// With underscores: vfio_pci.
  package let name: String
  /// Its file as modules.dep names it, whether or not the file is still there; nil when the kernel
  /// has none or has it built in.
  package let path: String?
  package let isBuiltIn: Bool
  /// Whether a `blacklist` line of modprobe's configuration, or `modprobe.blacklist=` on the kernel
  /// command line, names it.
  package let isDenylisted: Bool
  /// The command that modprobe runs in place of loading it (`install` of modprobe.d(5)).
  package let installCommand: String?
  /// Options it would be loaded with, from modprobe's configuration and the kernel command line.
  package let options: String?
  /// The modules that it needs, in the order in which they are loaded.
  package let dependencies: [String]
  /// `softdep … pre:`, loaded before it where they exist.
  package let softDependenciesBefore: [String]
  /// `softdep … post:`, loaded after it where they exist.
  package let softDependenciesAfter: [String]
}

/// A module that an alias leads to.
package struct KmodAliasMatch: Sendable, Equatable {
  /// With underscores.
  package let name: String
  package let isDenylisted: Bool

  package init(name: String, isDenylisted: Bool) {
    self.name = name
    self.isDenylisted = isDenylisted
  }
}

/// Who signed a module's file (kernel/module/signing.c).
package struct KmodSignature: Sendable, Equatable {
  /// `PKCS#7` and the like.
  package let kind: String
  /// The common name of the key, where libkmod can read it.
  package let signer: String?
}
