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
    /// What its first line asks for: the shell that sources the settings, with that line's argument.
    package var interpreter: [String]

    package init(path: String, bytes: [UInt8]) {
      self.path = path
      interpreter = Self.interpreter(of: bytes)
      readsDropIns = bytes.contains("default/grub.d")
      takesBLSFlag = bytes.contains("update-bls-cmdline")
      takesGrubenvFlag = bytes.contains("no-grubenv-update")
    }

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
  package var grubEnvironment: GrubEnvironment?
  package var loaderEntries: [LoaderEntry] = []
  package var machineID: String?
  /// etc/kernel/cmdline.
  package var kernelCommandLine: [UInt8]?
  /// Mount points of an ESP that etc/fstab names and that are not mounted now.
  package var unmountedESPs: [String] = []
  package var hasScriptCheck = false

  package init() {}
}
