/// What was seen of a host's boot loader; which layout that is, `BootLayout` says.
package struct BootLoaderEvidence: Sendable, Equatable {
  /// The script that makes grub.cfg, by what its text can do.
  package struct ConfigMaker: Sendable, Equatable {
    /// usr/sbin/grub-mkconfig, or grub2-mkconfig.
    package var path: String
    package var readsDropIns: Bool
    /// `--update-bls-cmdline`: without it, entries stay as they are.
    package var takesBLSFlag: Bool
    /// `--no-grubenv-update`.
    package var takesGrubenvFlag: Bool
    /// Whether os-prober is off unless etc/default/grub turns it on (GRUB 2.06 and later, as released).
    package var leavesOSProberOff: Bool
    /// What its first line asks for: the shell that sources the settings, with that line's argument.
    package var interpreter: [String]

    package init(path: String, bytes: [UInt8]) {
      self.path = path
      interpreter = Self.interpreter(of: bytes)
      readsDropIns = bytes.contains("default/grub.d")
      takesBLSFlag = bytes.contains("update-bls-cmdline")
      takesGrubenvFlag = bytes.contains("no-grubenv-update")
      leavesOSProberOff = bytes.contains("GRUB_DISABLE_OS_PROBER=\"true\"")
    }

    /// grub-mkconfig or grub2-mkconfig.
    package var name: String { path.split(separator: "/").last.map(String.init) ?? path }

    private static func interpreter(of script: [UInt8]) -> [String] {
      let line = script.prefix { $0 != 0x0a }
      guard line.starts(with: "#!".utf8) else { return ordinaryInterpreter }
      let words = line.dropFirst(2).split { isSpace($0) }.map(\.text)
      return words.first?.hasPrefix("/") == true ? words : ordinaryInterpreter
    }
  }

  /// The shell of a script without a `#!` line, as execlp(3) has it.
  package static let ordinaryInterpreter = ["/bin/sh"]

  /// The shell that sources etc/default/grub, by absolute path, with its arguments.
  package var interpreter: [String] { configMaker?.interpreter ?? Self.ordinaryInterpreter }

  /// etc/grub.d/10_linux, by what its text can do.
  package struct LinuxScript: Sendable, Equatable {
    package var knowsBLS: Bool
    package var rewritesEntries: Bool
    package var setsKernelOptions: Bool

    package init(_ bytes: [UInt8]) {
      knowsBLS = bytes.contains("blscfg")
      rewritesEntries = bytes.contains("update_bls_cmdline")
      setsKernelOptions = bytes.contains("set kernelopts")
    }
  }

  /// Signs of systems that manage their boot entries in another way; by path, with what was found.
  package struct Sign: Sendable, Equatable {
    package enum Kind: String, Sendable {
      case ostree, snapd, nixos, imageBased, xen, proxmoxBootTool, kernelstub, sdbootutil, systemdBoot,
        unifiedImage
    }
    package var kind: Kind
    package var source: String
    package var quote: String

    package init(_ kind: Kind, _ source: String, _ quote: String) {
      self.kind = kind
      self.source = source
      self.quote = quote
    }
  }

  package var signs: [Sign] = []
  package var firmware: FirmwareKind?
  package var secureBoot: Bool?
  package var partitions: [BootPartition] = []
  /// Which loader started the running kernel, where that can be told.
  package var bootedBy: BootedBy?
  package var configMaker: ConfigMaker?
  package var linuxScript: LinuxScript?
  /// etc/default/grub; nil when there is none.
  package var defaults: [UInt8]?
  /// etc/default/grub.d/*.cfg, in the order of their names.
  package var dropIns: [GrubDefaultsFile] = []
  /// What stands behind bin/sh; nil when there is no shell.
  package var shell: ShellDialect?
  /// grub.cfg below boot/grub and boot/grub2.
  package var configs: [GrubConfig] = []
  /// Where etc/grub2.cfg and etc/grub2-efi.cfg lead, below the root.
  package var configLinks: [String] = []
  /// grub.cfg below EFI/ on a mounted ESP.
  package var espConfigs: [GrubConfig] = []
  /// Names that this system's folder below EFI/ may have.
  package var vendorNames: [String] = []
  package var grubEnvironment: GrubEnvironment?
  package var loaderEntries: [LoaderEntry] = []
  /// `default` of loader/loader.conf, a pattern of entries' names.
  package var loaderDefault: String?
  /// EFI variables in which systemd keeps which entry is to boot: LoaderEntryDefault, LoaderEntryOneShot,
  /// LoaderEntryLastBooted.
  package var loaderVariables: [String: String] = [:]
  /// What the names of this system's entries begin with: machine id, entry token, the system's name.
  package var entryTokens: [String] = []
  /// root= of this system, as the running kernel and etc/fstab have it.
  package var rootNames: [String] = []
  /// UUIDs that etc/fstab gives to / and /boot, the latter first.
  package var bootUUIDs: [String] = []
  /// Names in lib/modules.
  package var kernelReleases: [String] = []
  /// Names of files in boot/.
  package var bootFiles: [String] = []
  /// etc/kernel/cmdline.
  package var kernelCommandLine: KernelCommandLineFile?
  /// usr/lib/kernel/cmdline, which counts where there is no etc/kernel/cmdline.
  package var vendorCommandLine: KernelCommandLineFile?
  /// etc/kernelstub/configuration.
  package var kernelstubConfiguration: [UInt8]?
  /// Mount points in etc/fstab of what a boot loader reads, without anything mounted on them.
  package var unmountedMounts: [String] = []
  /// Programs that are there, below the root, of those that some layout needs.
  package var programs: [String] = []
  /// What shows that disks of guests are here, by path.
  package var guestSigns: [String] = []

  package init() {}

  /// What started the running kernel.
  package enum BootedBy: Sendable, Equatable {
    case grub(quote: String)
    case systemdBoot(quote: String)
    /// A kernel image with its own arguments inside.
    case unifiedImage(quote: String)
  }

  /// Whether there is any file of a boot loader, or of a kernel that one starts.
  package var showsAnything: Bool {
    configMaker != nil || defaults != nil || !configs.isEmpty || !espConfigs.isEmpty || !loaderEntries.isEmpty
      || !signs.isEmpty || kernelCommandLine != nil
      || bootFiles.contains { name in
        ["vmlinuz", "vmlinux", "bzImage", "kernel-"].contains { name.hasPrefix($0) }
      }
  }

  /// The program of that name; nil when it is not installed.
  package func program(_ name: String) -> String? { programs.first { $0.hasSuffix("/" + name) } }
}
