/// How this host makes its initramfs, and what is in each.
package struct InitramfsEvidence: Equatable, Sendable {
  /// Programs that are installed, in the order of `InitramfsBuilder.allCases`.
  package var builders: [InitramfsBuilder]
  /// Builders for which this program's hook is installed.
  package var hooks: Set<InitramfsBuilder>
  /// The first of the boot programs (`InitramfsContents.programs`) that is not installed; nil when all are.
  package var missingProgram: String?
  /// One for each installed kernel, in order of release.
  package var images: [InitramfsImage]
  /// Builders that are run when a kernel is installed.
  package var calledForKernels: Set<InitramfsBuilder>
  /// Unified kernel images of installed kernels, below the root: each holds an initramfs of its own,
  /// whatever lies in boot.
  package var unifiedImages: [String]

  package init(
    builders: [InitramfsBuilder], hooks: Set<InitramfsBuilder>, missingProgram: String? = nil,
    images: [InitramfsImage],
    calledForKernels: Set<InitramfsBuilder> = [], unifiedImages: [String] = []
  ) {
    self.builders = builders
    self.hooks = hooks
    self.missingProgram = missingProgram
    self.images = images
    self.calledForKernels = calledForKernels
    self.unifiedImages = unifiedImages
  }

  /// The builder that makes the images: the only one, or of several the only one that the installation
  /// of a kernel calls. Nil when there is none, or when nobody can tell which.
  package var builderInCharge: InitramfsBuilder? {
    if builders.count == 1 { return builders.first }
    let called = builders.filter(calledForKernels.contains)
    return called.count == 1 ? called.first : nil
  }
}

/// Programs that make an initramfs.
package enum InitramfsBuilder: String, CaseIterable, Sendable {
  case dracut
  case initramfsTools = "initramfs-tools"
  case mkinitcpio, booster

  /// Where the program is, the first that is there counts.
  package var programs: [String] {
    switch self {
    case .dracut: ["usr/bin/dracut", "usr/sbin/dracut"]
    case .initramfsTools: ["usr/sbin/mkinitramfs"]
    case .mkinitcpio: ["usr/bin/mkinitcpio"]
    case .booster: ["usr/bin/booster"]
    }
  }

  /// What has it run for each kernel that is installed: Debian's way, by the first list; where none of
  /// those is there, kernel-install's or pacman's, by the second.
  package var kernelHooks: (debian: [String], others: [String]) {
    switch self {
    case .dracut:
      (["etc/kernel/postinst.d/dracut"], ["usr/lib/kernel/install.d/50-dracut.install"])
    case .initramfsTools: (["etc/kernel/postinst.d/initramfs-tools"], [])
    case .mkinitcpio:
      (
        [],
        [
          "usr/lib/kernel/install.d/50-mkinitcpio.install",
          "usr/share/libalpm/hooks/90-mkinitcpio-install.hook",
        ]
      )
    case .booster: ([], ["usr/share/libalpm/hooks/90-booster-install.hook"])
    }
  }

  /// The files of this program's hook; empty when it has none for this builder.
  package var hookFiles: [String] {
    switch self {
    case .dracut: ["usr/lib/dracut/modules.d/50passthru-doctor/module-setup.sh"]
    case .initramfsTools:
      [
        "usr/share/initramfs-tools/hooks/passthru-doctor",
        "usr/share/initramfs-tools/scripts/init-top/passthru",
      ]
    case .mkinitcpio, .booster: []
    }
  }
}

/// The initramfs of one installed kernel.
package struct InitramfsImage: Equatable, Sendable {
  package let kernel: String
  /// Below the root; nil when none was found for this kernel.
  package let path: String?
  package let contents: Observed<InitramfsContents>

  package init(kernel: String, path: String?, contents: Observed<InitramfsContents>) {
    self.kernel = kernel
    self.path = path
    self.contents = contents
  }
}

/// What of early binding is in an image.
package struct InitramfsContents: Equatable, Sendable {
  /// Those of `programs` that are in it.
  package var programs: Set<String> = []
  /// Whether something starts the program: a unit that is wanted, a hook, a script.
  package var hasHook = false
  /// vfio's drivers for devices, by the names of their modules (vfio_pci, mlx5_vfio_pci): those whose file
  /// is in the image, and those built into its kernel.
  package var drivers: Set<String> = []
  /// etc/passthru-doctor/bindings.conf as it stands in there; nil when it is not.
  package var configuration: [UInt8]?

  package init() {}

  /// The boot program, and what it has load drivers: one does nothing without the other.
  package static let programs = [
    "usr/lib/passthru-doctor/passthru-early-bind", "usr/lib/passthru-doctor/passthru-early-load",
  ]

  /// What early binding lacks in the image, as words for a sentence; nil when all programs and what starts
  /// them are there.
  package var missingPart: String? {
    if let program = Self.programs.first(where: { !programs.contains($0) }) {
      return "/\(program) is not in it"
    }
    return hasHook ? nil : "nothing in it starts the boot program"
  }

  /// The driver that one of the chosen devices wants and that the image has not; nil when it has all.
  package func missingDriver(of configuration: BindingConfiguration) -> String? {
    configuration.groups.flatMap(\.devices).map(\.driver).first { !drivers.contains(Self.moduleName($0)) }
  }

  private static func moduleName(_ driver: String) -> String {
    KernelParameter(name: driver, value: nil).canonicalName
  }

  /// Files of an image whose contents tell something.
  package static func isTelling(_ name: String) -> Bool {
    name == BindingConfiguration.path || name.hasSuffix("/modules.builtin")
  }

  /// Takes a file of the image into account.
  package mutating func note(_ name: String, contents: [UInt8]?) {
    if name == BindingConfiguration.path { configuration = contents }
    if Self.programs.contains(name) { programs.insert(name) }
    if name.hasSuffix("sysinit.target.wants/passthru-early-bind.service")
      || name.hasSuffix("hooks/cmdline/00-passthru-early-bind.sh") || name == "scripts/init-top/passthru"
    {
      hasHook = true
    }
    noteModule(name)
    if name.hasSuffix("/modules.builtin") { contents?.lines.forEach { noteModule($0.text) } }
  }

  /// Takes the path of a module, whose name ends in `.ko` or, compressed, in `.ko.xz` and the like.
  private mutating func noteModule(_ path: String) {
    guard let file = path.split(separator: "/").last, let dot = file.firstIndex(of: "."),
      file[dot...].hasPrefix(".ko")
    else { return }
    let driver = file[..<dot]
    if ChosenDevice.isVFIODriver(driver) { drivers.insert(Self.moduleName(String(driver))) }
  }

  // The text form, for recorded hosts: words on the first line, then the configuration.

  package var text: String {
    var words: [String] = []
    words += programs.count == Self.programs.count ? ["program"] : programs.sorted()
    if hasHook { words.append("hook") }
    words += drivers.sorted()
    if configuration != nil { words.append("configuration") }
    return words.joined(separator: " ") + "\n" + (configuration?.text ?? "")
  }

  package init(text: String) {
    let bytes = Array(text.utf8)
    let first = bytes.prefix { $0 != 0x0a }
    let words = Set(first.words.map(\.text))
    programs = Set(Self.programs.filter { words.contains("program") || words.contains($0) })
    hasHook = words.contains("hook")
    drivers = words.filter { ChosenDevice.isVFIODriver($0) }
    // As hosts were recorded before the drivers were told apart.
    if words.contains("vfio") { drivers.insert("vfio_pci") }
    configuration = words.contains("configuration") ? Array(bytes.dropFirst(first.count + 1)) : nil
  }
}
